"""Contradictions of question answering with fields that other tasks have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_data import DataConfig, Source
from tfbert_edge.recipe.schema_question_answering import QuestionAnsweringTask

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

TASK = QuestionAnsweringTask.TAG


def question_answering_contradicts(recipe: Recipe) -> Iterator[Contradiction]:
    """Settings that question answering does not read, and those that nothing else does."""
    data, task = recipe.data, recipe.task
    if not isinstance(task, QuestionAnsweringTask):
        if data.bad_answers != "error":
            yield contradiction("data.bad_answers", f"is for {TASK} alone: leave it out", "task")
        for role in ("train", "validation"):
            source = getattr(data, role)
            if isinstance(source, Source) and source.format == "squad":
                yield contradiction(f"data.{role}.format", f"squad is for {TASK} alone: name another", "task")
        return
    if task.null_threshold is not None and task.no_answer is False:
        yield contradiction(
            "task.null_threshold",
            "is for questions without an answer, and task.no_answer is false",
            "task.no_answer",
        )
    for name in ("text_column", "text_pair_column", "label_column", "id_column"):
        if getattr(data, name) != DataConfig.model_fields[name].default:
            yield contradiction(
                f"data.{name}",
                f"is not for {TASK}, whose rows have the columns question, context, answers and id: leave it out",
                "task",
            )
    for number, step in enumerate(recipe.compress):
        if getattr(step, "unlabelled", None) is not None:
            yield contradiction(
                f"compress.{number}.unlabelled",
                f"holds texts alone, and a {TASK} task reads a question with each: set it to null",
                "task",
            )
    if recipe.training.class_weights is not None:
        yield contradiction("training.class_weights", f"a {TASK} task has no classes: set it to null", "task")
