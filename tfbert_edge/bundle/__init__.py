"""Packs a model and all that is needed to use it, and to check its use, into one folder and one zip."""

from __future__ import annotations

from tfbert_edge.bundle.write import write_bundle

__all__ = ["write_bundle"]
