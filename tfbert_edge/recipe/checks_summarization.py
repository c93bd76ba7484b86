"""Contradictions between a summarization task and what a recipe asks of other tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe


def summarization_contradicts(recipe: Recipe) -> Iterator[Contradiction]:
    """Options that a summarization has no use for."""
    if recipe.task.type != "summarization":
        return
    if recipe.training.class_weights is not None:
        yield contradiction(
            "training.class_weights", "a summarization task has no classes: set it to null", "task"
        )
    if recipe.training.label_smoothing:
        yield contradiction(
            "training.label_smoothing", "a summarization task has no labels to smooth: set it to 0", "task"
        )
    if recipe.data.text_pair_column is not None:
        yield contradiction(
            "data.text_pair_column", "a summarization reads one document, no pairs: set it to null", "task"
        )
