"""From a recipe's ``data`` block to training, validation and test examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.embedding import embedding_examples
from tfbert_edge.data.examples import Examples
from tfbert_edge.data.holdout import split_holdout
from tfbert_edge.data.multi_label import multi_label_examples
from tfbert_edge.data.raw import Loader, RawExamples, Reading, table_examples
from tfbert_edge.data.squad import question_examples
from tfbert_edge.data.summaries import summaries
from tfbert_edge.data.tagged import intent_examples, tagged_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, Holdout, Source, TaskConfig
from tfbert_edge.tasks import TASKS, Task, task_from
from tfbert_edge.tasks.classification import Classification
from tfbert_edge.tasks.multi_label import MultiLabel

LOADERS: dict[str, Loader] = {
    "embedding": embedding_examples,
    "multi_label": multi_label_examples,
    "intent_slots": intent_examples,
    "question_answering": question_examples,
    "summarization": summaries,
    "token_classification": tagged_examples,
}
"""Tasks whose examples are more than columns of a table, each with what reads them."""


@dataclass(frozen=True)
class Splits:
    """A task with its examples, and what the user should know about them; ``test`` is None where the recipe has none."""

    task: Task
    train: Examples
    validation: Examples
    warnings: list[str]
    test: Examples | None = None


def load_examples(data: DataConfig, task_config: TaskConfig, *, seed: int) -> Splits:
    """Read, check and split the examples of a recipe.

    ``seed`` decides the held-out examples and, where a source has no seed of its own, its subset.

    Raises:
        DataError: a file, column, text or label is missing or wrong; the message says where and what to do.
    """
    warnings: list[str] = []
    load = LOADERS.get(task_config.type, table_examples)

    def read(source: Source, role: str) -> RawExamples:
        raw = load(Reading(source, data, role, seed))
        warnings.extend(raw.warnings)
        if data.distinct and len(different := raw.distinct()) < len(raw):
            warnings.append(
                f"{len(raw) - len(different)} {role} examples repeat the texts of earlier ones and are left out."
            )
            return different
        return raw

    raw = read(data.train, "train")
    others = {
        role: read(source, role)
        for role, source in (("test", data.test), ("validation", data.validation))
        if isinstance(source, Source)
    }
    task = _task(task_config, raw, data.label_column)
    train = _examples(raw, task)
    measured = {role: _examples(other, task) for role, other in others.items()}
    # The test examples first: which ones they are does not depend on how many validate.
    for role, part in (("test", data.test), ("validation", data.validation)):
        if isinstance(part, Holdout):
            kept, held = split_holdout(
                train.labels,
                part.holdout,
                seed=seed,
                stratified=isinstance(task, Classification),
                whole=len(raw),
                setting=f"data.{role}",
            )
            train, measured[role] = train.select(kept), train.select(held)
    if isinstance(task, Classification):
        warnings += _check_classes(task, {"training": train, **measured})
    elif isinstance(task, MultiLabel):
        warnings += _check_labels(task, {"training": train, **measured})
    for role, examples in measured.items():
        warnings += _leakage(train, examples, role)
    if "test" in measured:
        warnings += _leakage(measured["validation"], measured["test"], "test", of="validation")
    return Splits(task, train, measured["validation"], warnings, measured.get("test"))


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
        values = [_numbered(value, raw.class_names) for value in values]
    return Examples(raw.ids, raw.texts, raw.pairs, task.encode_labels(values, raw.where))


def _numbered(value: Any, class_names: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [class_names.index(one) for one in value]
    return None if value is None else class_names.index(value)


def _check_labels(task: Task, parts: dict[str, Examples]) -> list[str]:
    warnings: list[str] = []
    for role, examples in parts.items():
        labels = examples.labels
        assert labels is not None  # encoded above
        if role == "training" and not labels.any():
            raise DataError(
                f"none of {len(labels)} training examples has a label; training needs some. "
                "Correct data.train, data.label_column or data.label_columns."
            )
        absent = [label for at, label in enumerate(task.labels) if not labels[:, at].any()]
        if absent:
            warnings.append(f"no {role} example has the label {', '.join(absent)}.")
    return warnings


def _check_classes(task: Task, parts: dict[str, Examples]) -> list[str]:
    warnings: list[str] = []
    for role, examples in parts.items():
        labels = examples.labels
        assert labels is not None  # encoded above
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


def _leakage(known: Examples, examples: Examples, role: str, *, of: str = "training") -> list[str]:
    seen = Counter(_keys(known))
    leaked = sum(key in seen for key in _keys(examples))
    if not leaked:
        return []
    return [
        f"{leaked} of {len(examples)} {role} examples are also {of} examples (leakage: the figures "
        "are too good). Remove them from one of the two."
    ]


def _keys(examples: Examples) -> list[tuple[str, str]]:
    pairs: list[Any] = examples.pairs or [""] * len(examples)
    return [(text.strip(), pair.strip()) for text, pair in zip(examples.texts, pairs, strict=True)]
