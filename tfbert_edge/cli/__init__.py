"""The command line: ``tfbert-edge``."""

from __future__ import annotations

from tfbert_edge.cli.main import main

__all__ = ["main"]
