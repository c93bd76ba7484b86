"""From a recipe's ``data`` block to training and validation examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.holdout import split_holdout
from tfbert_edge.data.tables import Table, load_table
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, Holdout, TaskConfig
from tfbert_edge.tasks import Task, task_from
from tfbert_edge.tasks.classification import Classification, label_text, labels_in


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
    table = load_table(data.train, _wanted(data), setting="data.train", seed=seed)
    validation_table = None
    if not isinstance(data.validation, Holdout):
        validation_table = load_table(
            data.validation, _wanted(data), setting="data.validation", split="validation", seed=seed
        )
    task = _task(task_config, table, data.label_column)
    train = _examples(table, data, task, "train")
    if isinstance(data.validation, Holdout):
        kept, held = split_holdout(
            train.labels, data.validation.holdout, seed=seed, stratified=isinstance(task, Classification)
        )
        train, validation = train.select(kept), train.select(held)
    else:
        assert validation_table is not None  # read above
        validation = _examples(validation_table, data, task, "validation")
    if isinstance(task, Classification):
        warnings += _check_classes(task, train, validation)
    warnings += _leakage(train, validation)
    return Splits(task, train, validation, warnings)


def _wanted(data: DataConfig) -> dict[str, str]:
    settings = ("text_column", "text_pair_column", "label_column", "id_column")
    return {getattr(data, key): f"data.{key}" for key in settings if getattr(data, key) is not None}


def _task(config: TaskConfig, table: Table, label_column: str) -> Task:
    settings = config.model_dump()
    if config.type == "classification" and config.labels is None:
        # A data set that numbers its classes has an order for them; anywhere else the labels are sorted.
        labels = tuple(table.class_names.get(label_column, ())) or labels_in(table.columns[label_column])
        if len(labels) < 2:
            has = f"one label only, {labels[0]!r}" if labels else "no labels"
            raise DataError(
                f"the training examples have {has} in the column {label_column!r}; a classification needs at "
                "least two. Set data.label_column, or bring examples of each label."
            )
        settings["labels"] = labels
    return task_from(**settings)


def _examples(table: Table, data: DataConfig, task: Task, role: str) -> Examples:
    texts = _texts(table, data.text_column)
    pairs = None if data.text_pair_column is None else _texts(table, data.text_pair_column)
    values = table.columns[data.label_column]
    names = table.class_names.get(data.label_column, [])
    if names and set(names).isdisjoint(task.labels):
        # The recipe has names of its own for the classes: their numbers stand for them.
        values = [None if value is None else names.index(value) for value in values]
    labels = task.encode_labels(values, table.where)
    return Examples(_ids(table, data.id_column, role), texts, pairs, labels)


def _texts(table: Table, column: str) -> list[str]:
    texts: list[str] = []
    empty: list[int] = []
    for at, value in enumerate(table.columns[column]):
        if isinstance(value, list | dict | bytes):
            raise DataError(
                f"{table.where(at)}: the column {column!r} must hold text, it holds a {type(value).__name__}. "
                "Set data.text_column or data.text_pair_column."
            )
        text = "" if value is None else str(value)
        if not text.strip():
            empty.append(at)
        texts.append(text)
    if empty:
        more = f" (and {len(empty) - 1} more)" if len(empty) > 1 else ""
        raise DataError(
            f"{table.where(empty[0])}{more}: the text in the column {column!r} is empty. Fill or drop the row."
        )
    return texts


def _ids(table: Table, column: str | None, role: str) -> list[str]:
    if column is None:
        return [f"{role}-{number}" for number in table.numbers]
    first: dict[str, int] = {}
    for at, value in enumerate(table.columns[column]):
        text = label_text(value)
        if text is None:
            raise DataError(
                f"{table.where(at)} has no id in the column {column!r}. Give it one, or drop data.id_column."
            )
        if text in first:
            raise DataError(
                f"{table.where(at)} has the id {text!r}, as {table.where(first[text])} has. "
                "Ids must differ: correct them, or drop data.id_column."
            )
        first[text] = at
    return list(first)


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
