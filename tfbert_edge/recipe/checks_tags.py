"""Contradictions of tasks that tag tokens with fields that other tasks have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_data import DataConfig, Source

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

TASK = "token_classification"
JOINT = "intent_slots"
OF_TABLES = ("text_column", "text_pair_column")
OF_TOKENS = ("tokens_column", "tags_column")


def tags_contradict(recipe: Recipe) -> Iterator[Contradiction]:
    """Settings that a task that tags tokens does not read, and those that nothing else does."""
    data, task = recipe.data, recipe.task.type
    tags = task in (TASK, JOINT)
    foreign = OF_TABLES if tags else OF_TOKENS
    for name in (*foreign, "label_column") if task == TASK else foreign:
        if getattr(data, name) != DataConfig.model_fields[name].default:
            yield contradiction(f"data.{name}", f"is not for a task of type {task}: leave it out", "task")
    if tags and recipe.training.class_weights is not None:
        yield contradiction(
            "training.class_weights", f"is not for a task of type {task}: set it to null", "task"
        )
    for role in ("train", "validation", "test"):
        source = getattr(data, role)
        if isinstance(source, Source) and source.format == "conll" and task != TASK:
            yield contradiction(f"data.{role}.format", f"conll is for {TASK} alone: name another", "task")
