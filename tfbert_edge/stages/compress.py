"""The recipe's compression steps, in order, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfbert_edge.stages.quantize_aware import quantize_aware_step
from tfbert_edge.stages.run import Run, step_folder

# method -> step(run, settings, folder) -> figures; the settings are that step's block of the recipe.
# The recipe's schema admits no other method.
METHODS: dict[str, Callable[[Run, Any, Path], dict[str, Any]]] = {"quantize_aware": quantize_aware_step}


def compress_stage(run: Run) -> list[dict[str, Any]]:
    """Run each step; returns their figures."""
    figures = []
    for number, step in enumerate(run.recipe.compress, start=1):
        folder = step_folder(run, number, step.method)
        folder.mkdir(parents=True, exist_ok=True)
        run.console.say(f"  {step.method}: {folder}")
        figures.append({"method": step.method, **METHODS[step.method](run, step, folder)})
    return figures
