"""Contradictions between fields that are each fine alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.checks_compress import steps_contradict
from tfbert_edge.recipe.checks_options import orders_do_something
from tfbert_edge.recipe.checks_question_answering import question_answering_contradicts
from tfbert_edge.recipe.checks_summarization import summarization_contradicts
from tfbert_edge.recipe.checks_tags import tags_contradict
from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_data import Source
from tfbert_edge.recipe.schema_training import METRICS

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

FILE_ENDINGS = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".conll", ".txt", ".gz")


def contradictions(recipe: Recipe) -> Iterator[Contradiction]:
    """Every contradiction in a recipe whose fields are each valid."""
    for check in (
        _warmup,
        _forms,
        _without_classes,
        _labels,
        _label_cells,
        _embedding,
        _lengths,
        _vocabulary,
        _metric,
        _columns,
        _same_source,
        orders_do_something,
        question_answering_contradicts,
        summarization_contradicts,
        tags_contradict,
        steps_contradict,
    ):
        yield from check(recipe)


def _warmup(recipe: Recipe) -> Iterator[Contradiction]:
    schedule = recipe.training.schedule
    if schedule.warmup_ratio is not None and schedule.warmup_steps is not None:
        yield contradiction(
            "training.schedule.warmup_steps",
            f"given together with warmup_ratio ({schedule.warmup_ratio:g}): give one, the other null",
            "training.schedule.warmup_ratio",
        )


def _forms(recipe: Recipe) -> Iterator[Contradiction]:
    forms = recipe.export.forms
    for path, form in (
        ("validate.gates.form", recipe.validate.gates.form),
        ("bundle.form", recipe.bundle.form),
    ):
        if form not in forms:
            legal = ", ".join(forms)
            yield contradiction(
                path, f"must be one of export.forms ({legal}), was {form!r}; add it there", "export.forms"
            )
    if "int4" in forms and not any(step.method == "mixed_precision" for step in recipe.compress):
        yield contradiction(
            "export.forms",
            "the form int4 needs the compress step mixed_precision, which plans it; add it before quantize_aware",
            "compress",
        )
    if len(set(forms)) < len(forms):
        yield contradiction("export.forms", f"names a form twice: {', '.join(forms)}")


def _without_classes(recipe: Recipe) -> Iterator[Contradiction]:
    if recipe.task.type not in ("embedding", "regression", "multi_label"):
        return
    what = f"{'an' if recipe.task.type == 'embedding' else 'a'} {recipe.task.type}"
    if recipe.training.class_weights is not None:
        yield contradiction(
            "training.class_weights",
            f"{what} task has no classes that exclude each other: set it to null",
            "task",
        )
    if recipe.training.label_smoothing:
        yield contradiction(
            "training.label_smoothing", f"{what} task has no labels to smooth: set it to 0", "task"
        )


def _label_cells(recipe: Recipe) -> Iterator[Contradiction]:
    data, labels = recipe.data, getattr(recipe.task, "labels", None)
    if recipe.task.type != "multi_label":
        for field in ("label_separator", "label_columns"):
            if getattr(data, field) is not None:
                yield contradiction(
                    f"data.{field}", f"is for multi_label tasks, task.type is {recipe.task.type}", "task"
                )
        return
    if data.label_columns is None:
        return
    if data.label_separator is not None:
        yield contradiction(
            "data.label_separator",
            "is for labels in one cell, data.label_columns names columns: give one",
            "data.label_columns",
        )
    if len(set(data.label_columns)) < len(data.label_columns):
        yield contradiction("data.label_columns", f"names a column twice: {', '.join(data.label_columns)}")
    if labels is not None and set(labels) != set(data.label_columns):
        yield contradiction(
            "data.label_columns",
            f"must be columns called like task.labels ({', '.join(labels)}), were {', '.join(data.label_columns)}",
            "task.labels",
        )


def _labels(recipe: Recipe) -> Iterator[Contradiction]:
    weights = recipe.training.class_weights
    if recipe.task.type == "classification":
        positive, labels = recipe.task.positive_label, recipe.task.labels
        if positive is not None and labels is not None and positive not in labels:
            yield contradiction(
                "task.positive_label",
                f"must be one of task.labels ({', '.join(labels)}), was {positive!r}",
                "task.labels",
            )
    if recipe.task.type != "classification" or recipe.task.labels is None or not isinstance(weights, dict):
        return
    unknown = [label for label in weights if label not in recipe.task.labels]
    if unknown:
        yield contradiction(
            "training.class_weights",
            f"has a weight for {', '.join(unknown)}; task.labels has only {', '.join(recipe.task.labels)}",
            "task.labels",
        )


def _embedding(recipe: Recipe) -> Iterator[Contradiction]:
    data, task = recipe.data, recipe.task
    is_embedding = task.type == "embedding"
    for path, source in (("data.train", data.train), ("data.validation", data.validation)):
        if (
            isinstance(source, Source)
            and source.format == "text"
            and not (is_embedding and path == "data.train")
        ):
            yield contradiction(
                f"{path}.format",
                f"text files hold no labels: they are for data.train of an embedding, this is {path} of "
                f"a task of type {recipe.task.type}",
                "task",
            )
    if getattr(task, "pooling", None) == "mean" and recipe.sequence_length > 511:
        yield contradiction(
            "export.sequence_length",
            f"must be at most 511 where the mean of all pieces is taken, was {recipe.sequence_length}; "
            "the weight of a piece would be rounded to 0",
            "task",
        )
    if task.type != "embedding":
        return
    if data.text_pair_column is None:
        yield contradiction(
            "data.text_pair_column",
            "an embedding is measured on pairs of texts: name the second's column",
            "task",
        )
    if data.train.format == "text":
        senseless = [
            name for name in ("config", "split", "revision", "quoting", "where") if getattr(data.train, name)
        ]
        for name in senseless:
            yield contradiction(
                f"data.train.{name}", "is for tables, data.train.format is text: drop it", "data.train.format"
            )
        if recipe.training.epochs:
            yield contradiction(
                "training.epochs",
                f"must be 0, as data.train is texts without scores to train on, was {recipe.training.epochs}",
                "data.train.format",
            )
        if not isinstance(data.validation, Source):
            yield contradiction(
                "data.validation",
                "must be pairs with scores of its own, as data.train has none",
                "data.train.format",
            )


def _lengths(recipe: Recipe) -> Iterator[Contradiction]:
    longest = recipe.data.max_length
    if recipe.export.sequence_length is not None and recipe.export.sequence_length > longest:
        yield contradiction(
            "export.sequence_length",
            f"must be at most data.max_length ({longest}), was {recipe.export.sequence_length}; "
            "the model never saw longer examples in training",
            "data.max_length",
        )
    if recipe.export.sequence_length is not None and recipe.data.max_length_percentile is not None:
        yield contradiction(
            "export.sequence_length",
            f"given ({recipe.export.sequence_length}) together with data.max_length_percentile, which finds the length: "
            "set one of them to null",
            "data.max_length_percentile",
        )
    stride = recipe.data.stride
    if stride is not None and not recipe.task.WINDOWS:
        yield contradiction(
            "data.stride",
            f"is {stride}, but a {recipe.task.type} task cuts long texts and has no windows: set it to null",
            "task",
        )
    elif stride is not None and stride > longest // 2:
        yield contradiction(
            "data.stride",
            f"must be at most half of data.max_length ({longest}), was {stride}; windows would hardly move on",
            "data.max_length",
        )


def _vocabulary(recipe: Recipe) -> Iterator[Contradiction]:
    trim = recipe.model.trim_vocabulary
    if trim.coverage is not None and trim.min_count > 1:
        yield contradiction(
            "model.trim_vocabulary.coverage",
            f"given together with min_count ({trim.min_count}), and both say how rare a piece may be: give one, the "
            "other null or 1",
            "model.trim_vocabulary.min_count",
        )
    if trim.coverage is not None and not trim.enabled:
        yield contradiction(
            "model.trim_vocabulary.coverage",
            "means nothing while enabled is false: set enabled to true, or coverage to null",
            "model.trim_vocabulary.enabled",
        )
    if (trim.general is None) != (trim.pieces is None):
        given, other = ("general", "pieces") if trim.pieces is None else ("pieces", "general")
        yield contradiction(
            f"model.trim_vocabulary.{given}",
            f"given without {other}: pieces says up to how many those of the general texts stay; give both or none",
            "model.trim_vocabulary",
        )
    elif trim.general is not None and not trim.enabled:
        yield contradiction(
            "model.trim_vocabulary.general",
            "means nothing while enabled is false: set enabled to true, or general and pieces to null",
            "model.trim_vocabulary.enabled",
        )


def _metric(recipe: Recipe) -> Iterator[Contradiction]:
    metric, legal = recipe.training.early_stopping.metric, METRICS[recipe.task.type]
    if metric == "f1" and recipe.task.type == "classification":
        if recipe.task.positive_label is None:
            yield contradiction(
                "training.early_stopping.metric",
                "is f1, the F1 of one label: name it in task.positive_label, or take f1_macro",
                "task",
            )
        return
    if metric is not None and metric not in legal:
        yield contradiction(
            "training.early_stopping.metric",
            f"must be null or a {recipe.task.type} task's metric ({', '.join(legal)}), was {metric!r}",
            "task",
        )


def _columns(recipe: Recipe) -> Iterator[Contradiction]:
    data = recipe.data
    used: dict[str, str] = {}
    for field in ("text_column", "text_pair_column", *(() if data.label_columns else ("label_column",))):
        column = getattr(data, field)
        if column is not None and column in used:
            yield contradiction(
                f"data.{field}", f"is {column!r}, as data.{used[column]} is already", f"data.{used[column]}"
            )
        used.setdefault(column, field)
    for column in data.label_columns or ():
        if column in used:
            yield contradiction(
                "data.label_columns",
                f"names {column!r}, which data.{used[column]} is",
                f"data.{used[column]}",
            )


def _same_source(recipe: Recipe) -> Iterator[Contradiction]:
    data = recipe.data
    roles = {"train": data.train, "validation": data.validation, "test": data.test}
    for role, other, what in (
        ("validation", "train", "every figure would be measured on training examples"),
        ("test", "train", "every figure would be measured on training examples"),
        ("test", "validation", "every figure would be measured where epochs were chosen"),
    ):
        source = roles[role]
        if not isinstance(source, Source) or source != roles[other]:
            continue
        # Without a split, one folder or hub id stands for several: each role has a split of its own.
        if source.split is not None or all(path.endswith(FILE_ENDINGS) for path in source.path):
            yield contradiction(
                f"data.{role}",
                f"is the same source as data.{other}, so {what}; use another source, or {{holdout: 0.1}}",
                f"data.{other}",
            )
