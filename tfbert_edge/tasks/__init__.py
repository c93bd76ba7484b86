"""What a task is: its labels, head, loss, metrics and decoding."""

from __future__ import annotations

import inspect
from typing import Any

from tfbert_edge.errors import DataError
from tfbert_edge.tasks.base import Task
from tfbert_edge.tasks.classification import Classification
from tfbert_edge.tasks.embedding import Embedding
from tfbert_edge.tasks.intent_slots import IntentSlots
from tfbert_edge.tasks.multi_label import MultiLabel
from tfbert_edge.tasks.question_answering import QuestionAnswering
from tfbert_edge.tasks.regression import Regression
from tfbert_edge.tasks.summarization import Summarization
from tfbert_edge.tasks.token_classification import TokenClassification

TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (
        Classification,
        Embedding,
        IntentSlots,
        MultiLabel,
        QuestionAnswering,
        Regression,
        Summarization,
        TokenClassification,
    )
}

__all__ = [
    "TASKS",
    "Classification",
    "Embedding",
    "IntentSlots",
    "MultiLabel",
    "QuestionAnswering",
    "Regression",
    "Summarization",
    "Task",
    "TokenClassification",
    "task_from",
]


def task_from(*, type: str, **settings: Any) -> Task:
    """Make the task called ``type`` from the settings that it takes; None and foreign settings are left out.

    For example ``task_from(type="regression", range=(0, 5))``.

    Raises:
        DataError: there is no such task, or it lacks a setting.
    """
    if type not in TASKS:
        raise DataError(f"the task must be one of {', '.join(TASKS)}, was {type!r}.")
    task = TASKS[type]
    takes = inspect.signature(task).parameters
    given = {name: settings[name] for name in takes if settings.get(name) is not None}
    missing = [name for name, one in takes.items() if name not in given and one.default is one.empty]
    if missing:
        raise DataError(
            f"a {type} task needs {' and '.join(missing)}; nothing was given. Set task.{missing[0]}."
        )
    return task(**given)
