"""Contradictions of the step ``average_weights``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.checks_share import LEAVE_ZEROS
from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_average import AverageWeights

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe


def averages_alike(recipe: Recipe) -> Iterator[Contradiction]:
    """Networks to average that are too few, not trained, or of other shapes or zeros than the first."""
    for at, step in enumerate(recipe.compress):
        if not isinstance(step, AverageWeights):
            continue
        if step.steps > at:
            yield contradiction(
                f"compress.{at}.steps",
                f"averages the networks of {step.steps} steps before it, and there are {at}: lower it, or distil once more",
                "compress",
            )
            continue
        first = at - step.steps
        for place, one in enumerate(recipe.compress[first:at], start=first):
            if one.method.startswith("distill_") or (place == first and one.method in LEAVE_ZEROS):
                continue
            yield contradiction(
                f"compress.{at}.steps",
                f"{one.method} (compress.{place}) leaves another network than the distillations to average: lower steps, or "
                "move it before them",
                "compress",
            )
