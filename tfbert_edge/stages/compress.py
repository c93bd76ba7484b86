"""The recipe's compression steps, in order, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfbert_edge.errors import TrainingError
from tfbert_edge.stages.quantize_aware import quantize_aware_step
from tfbert_edge.stages.run import Run

# method -> step(run, settings, folder) -> figures; the settings are that step's block of the recipe.
METHODS: dict[str, Callable[[Run, Any, Path], dict[str, Any]]] = {"quantize_aware": quantize_aware_step}


def compress_stage(run: Run) -> list[dict[str, Any]]:
    """Run each step; returns their figures.

    Raises:
        TrainingError: a method is not known.
    """
    figures = []
    for number, step in enumerate(run.recipe.compress, start=1):
        if step.method not in METHODS:
            raise TrainingError(
                f"compress.{number - 1}.method must be one of {', '.join(METHODS) or 'none yet'}, was '{step.method}'. "
                "Leave that step out."
            )
        folder = run.folder / "compress" / f"{number:02d}-{step.method}"
        run.console.say(f"  {step.method}: {folder}")
        figures.append({"method": step.method, **METHODS[step.method](run, step, folder)})
    return figures
