"""What tasks of several labels and of vectors cannot have together."""

from __future__ import annotations

import pytest

from tfbert_edge.recipe import load_recipe

START = """\
name: demo
model: {checkpoint: some/folder}
"""
LABELS = "task: {type: multi_label, labels: [joy, fear]}\ndata: {train: {path: train.csv}}\n"
ONE_LABEL = """\
task: {type: classification, labels: ['no', 'yes'], positive_label: 'yes'}
data: {train: {path: train.csv}}
"""
VECTORS = """\
task: {type: embedding}
data: {train: {path: train.tsv}, validation: {path: dev.tsv}, text_pair_column: other}
"""

TAUGHT = (
    "compress=[{method: prune_layers, keep: 1}, {method: distill_outputs, unlabelled: {path: a.tsv, %s}}]"
)


@pytest.mark.parametrize(
    ("blocks", "overrides", "message"),
    [
        (
            ONE_LABEL,
            ["task.positive_label=maybe"],
            "task.positive_label: must be one of task.labels (no, yes), was 'maybe'",
        ),
        (
            ONE_LABEL,
            ["task.positive_label=null", "training.early_stopping.metric=f1"],
            "training.early_stopping.metric: is f1, the F1 of one label: name it in task.positive_label",
        ),
        (
            ONE_LABEL,
            ["data.both_orders=true"],
            "data.both_orders: is for pairs: name the second text's column",
        ),
        (ONE_LABEL, [TAUGHT % "pair_column: b"], "pair_column: is of use in tasks that read pairs alone"),
        (VECTORS, [TAUGHT % "pair_column: b"], "pair_column: is of use in tasks that read pairs alone"),
        (
            ONE_LABEL,
            [TAUGHT % "column: a", "data.text_pair_column=other"],
            "compress.1.unlabelled.pair_column: must name the second text's column",
        ),
        (
            ONE_LABEL,
            [TAUGHT % "pair_column: b, cut: sentences", "data.text_pair_column=other"],
            "compress.1.unlabelled.cut: would take pairs apart",
        ),
        (
            ONE_LABEL,
            [TAUGHT % "column: a, pair_column: a", "data.text_pair_column=other"],
            "compress.1.unlabelled.pair_column: must be another column than the first text's, 'a'",
        ),
        (VECTORS, ["data.both_orders=true"], "data.both_orders: is of use in tasks of type classification"),
        (
            LABELS,
            ["training.class_weights=balanced"],
            "training.class_weights: a multi_label task has no classes",
        ),
        (
            LABELS,
            ["training.label_smoothing=0.1"],
            "training.label_smoothing: a multi_label task has no labels to smooth",
        ),
        (LABELS, ["task.labels=[joy, joy]"], "task.labels: must be null, or labels that are all different"),
        (LABELS, ["task.labels=[]"], "task.labels: must be null, or labels that are all different"),
        (LABELS, ["data.label_columns=[joy, anger]"], "must be columns called like task.labels"),
        (LABELS, ["data.label_columns=[joy, fear, joy]"], "names a column twice"),
        (
            LABELS,
            ["task.labels=null", "data.label_columns=[joy, text]"],
            "names 'text', which data.text_column is",
        ),
        (LABELS, ["data.label_columns=[joy, fear]", "data.label_separator=;"], "names columns: give one"),
        (LABELS, ["training.early_stopping.metric=accuracy"], "must be null or a multi_label task's metric"),
        (
            LABELS,
            ["task={type: classification}", "data.label_separator=;"],
            "data.label_separator: is for multi_label",
        ),
        (LABELS, ["data.train.format=text"], "data.train.format: text files hold no labels"),
        (VECTORS, ["training.label_smoothing=0.1"], "an embedding task has no labels to smooth"),
        (
            VECTORS,
            ["data.text_pair_column=null"],
            "data.text_pair_column: an embedding is measured on pairs of texts",
        ),
        (
            VECTORS,
            ["data.train.format=text"],
            "training.epochs: must be 0, as data.train is texts without scores",
        ),
        (
            VECTORS,
            ["data.train.format=text", "training.epochs=0", "data.validation={holdout: 0.1}"],
            "data.validation: must be pairs with scores of its own",
        ),
        (
            VECTORS,
            ["data.train.format=text", "training.epochs=0", "data.train.split=train"],
            "data.train.split: is for tables",
        ),
        (VECTORS, ["data.validation.format=text"], "data.validation.format: text files hold no labels"),
        (VECTORS, ["data.max_length=512"], "export.sequence_length: must be at most 511"),
        (VECTORS, ["task.range=[5, 0]"], "task.range: must be [lowest, highest]"),
        (VECTORS, ["task.pooling=max"], "task.pooling: must be one of mean, cls, was 'max'"),
    ],
)
def test_contradiction_is_named_with_its_place(write, mistakes, blocks, overrides, message):
    lines = mistakes(write(START + blocks), overrides)

    assert len(lines) == 1
    assert message in lines[0]


@pytest.mark.parametrize(
    ("blocks", "overrides"),
    [
        (LABELS, ["data.label_columns=[fear, joy]"]),
        (ONE_LABEL, ["training.early_stopping.metric=f1"]),
        (ONE_LABEL, ["task.labels=null"]),
        (LABELS, ["training.early_stopping.metric=mean_average_precision", "data.label_separator=;"]),
        (VECTORS, ["data.max_length=512", "task.pooling=cls"]),
        (VECTORS, ["data.max_length=512", "export.sequence_length=128"]),
        (VECTORS, ["data.train.format=text", "training.epochs=0", "task.range=[0, 5]"]),
    ],
)
def test_what_fits_together_is_taken(write, blocks, overrides):
    load_recipe(write(START + blocks), overrides)
