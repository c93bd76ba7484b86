"""Where the time of one form goes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.profiling import profile_operators


def measure_operators(model: Path, *, runs: int = 50) -> dict[str, Any]:
    """``operators``: operator, delegated, count and mean_ms of each type, the slowest first.

    A LiteRT that cannot profile says nothing about the model, so that is no error here: ``operators`` is then empty,
    and ``operators_problem`` says why.
    """
    try:
        return {"operators": [asdict(time) for time in profile_operators(model, runs=runs)]}
    except BundleError as error:
        return {"operators": [], "operators_problem": str(error)}
