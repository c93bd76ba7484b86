"""From a recipe's ``data`` block to training and validation examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.holdout import split_holdout
from tfbert_edge.data.raw import Loader, RawExamples, Reading, table_examples
from tfbert_edge.data.squad import question_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, Holdout, TaskConfig
from tfbert_edge.tasks import TASKS, Task, task_from
from tfbert_edge.tasks.classification import Classification

LOADERS: dict[str, Loader] = {"question_answering": question_examples}
"""Tasks whose examples are more than columns of a table, each with what reads them."""


@dataclass(frozen=True)
class Splits:
    """A task with its examples, and what the user should know about them."""

    task: Task
    train: Examples
    validation: Examples
    warnings: list[str]


def load_examples(data: DataConfig, task_config: TaskConfig, *, seed: int) -> Splits:
    """Read, check and split the examples of a recipe.

    ``seed`` decides the held-out examples and, where a source has no seed of its own, its subset.

    Raises:
        DataError: a file, column, text or label is missing or wrong; the message says where and what to do.
    """
    warnings: list[str] = []
    load = LOADERS.get(task_config.type, table_examples)
    raw = load(Reading(data.train, data, "train", seed))
    raw_validation = None
    if not isinstance(data.validation, Holdout):
        raw_validation = load(Reading(data.validation, data, "validation", seed))
    warnings += [*raw.warnings, *(raw_validation.warnings if raw_validation is not None else ())]
    task = _task(task_config, raw, data.label_column)
    train = _examples(raw, task)
    if raw_validation is None:
        assert isinstance(data.validation, Holdout)  # or there would be something
        kept, held = split_holdout(
            train.labels, data.validation.holdout, seed=seed, stratified=isinstance(task, Classification)
        )
        train, validation = train.select(kept), train.select(held)
    else:
        validation = _examples(raw_validation, task)
    if isinstance(task, Classification):
        warnings += _check_classes(task, train, validation)
    warnings += _leakage(train, validation)
    return Splits(task, train, validation, warnings)


def _task(config: TaskConfig, raw: RawExamples, label_column: str) -> Task:
    settings = config.model_dump()
    if any(value is None for value in settings.values()):
        # A data set that numbers its classes has an order for them; anywhere else the labels are sorted.
        found = {"labels": raw.class_names} if raw.class_names else TASKS[config.type].found_in(raw.values)
        labels = found.get("labels")
        if settings.get("labels", "") is None and labels is not None and len(labels) < 2:
            has = f"one label only, {labels[0]!r}" if labels else "no labels"
            raise DataError(
                f"the training examples have {has} in the column {label_column!r}; a {config.type} needs at "
                "least two. Set data.label_column, or bring examples of each label."
            )
        settings |= {name: value for name, value in found.items() if settings.get(name, "") is None}
    return task_from(**settings)


def _examples(raw: RawExamples, task: Task) -> Examples:
    values = raw.values
    if raw.class_names and set(raw.class_names).isdisjoint(task.labels):
        # The recipe has names of its own for the classes: their numbers stand for them.
        values = [None if value is None else raw.class_names.index(value) for value in values]
    return Examples(raw.ids, raw.texts, raw.pairs, task.encode_labels(values, raw.where))


def _check_classes(task: Task, train: Examples, validation: Examples) -> list[str]:
    warnings: list[str] = []
    assert train.labels is not None and validation.labels is not None  # encoded above
    for role, labels in (("training", train.labels), ("validation", validation.labels)):
        present = set(labels.tolist())
        if len(present) == 1 and role == "training":
            only = task.labels[present.pop()]
            raise DataError(
                f"all {len(labels)} training examples have the label {only!r}; training needs at least two labels. "
                "Bring examples of each label, or correct data.train.where and data.label_column."
            )
        absent = [label for at, label in enumerate(task.labels) if at not in present]
        if absent:
            warnings.append(f"no {role} example has the label {', '.join(absent)}.")
    return warnings


def _leakage(train: Examples, validation: Examples) -> list[str]:
    seen = Counter(_keys(train))
    leaked = sum(key in seen for key in _keys(validation))
    if not leaked:
        return []
    return [
        f"{leaked} of {len(validation)} validation examples are also training examples (leakage: the figures "
        "are too good). Remove them from one of the two."
    ]


def _keys(examples: Examples) -> list[tuple[str, str]]:
    pairs: list[Any] = examples.pairs or [""] * len(examples)
    return [(text.strip(), pair.strip()) for text, pair in zip(examples.texts, pairs, strict=True)]
