"""Recipes of tasks that tag tokens: what is valid, and what is a mistake before any training."""

from __future__ import annotations

import pytest

from tfbert_edge.recipe import load_recipe

GOOD = """\
name: tags
task: {type: token_classification}
model: {checkpoint: some/folder}
data:
  train: {path: train.conll}
  max_length: 64
"""


def test_entities_are_read_in_windows_that_share_a_quarter(write):
    path = write(GOOD)
    recipe = load_recipe(path)

    assert recipe.task.label_pieces == "all" and recipe.task.scheme is None
    assert recipe.stride == 16
    assert load_recipe(path, ["data.stride=5"]).stride == 5
    assert load_recipe(path, ["export.sequence_length=32"]).stride == 8


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["task.labels=[O, B-A]"], "task.labels: must be null, or O and then B-X and I-X of each type X"),
        (
            ["task.labels=[B-A, I-A, O]"],
            "task.labels: must be null, or O and then B-X and I-X of each type X",
        ),
        (["task.labels=[O]"], "task.labels: must be null, or O and then B-X and I-X of each type X"),
        (["task.scheme=BILOU"], "task.scheme: must be one of IOB1, IOB2, BIOES, was 'BILOU'"),
        (["task.label_pieces=last"], "task.label_pieces: must be one of all, first, was 'last'"),
        (["data.stride=33"], "data.stride: must be at most half of data.max_length (64), was 33"),
        (["data.label_column=ner"], "data.label_column: is not for a task of type token_classification"),
        (
            ["data.text_pair_column=b"],
            "data.text_pair_column: is not for a task of type token_classification",
        ),
        (
            ["training.class_weights=balanced"],
            "training.class_weights: is not for a task of type token_classification",
        ),
        (
            ["training.early_stopping.metric=accuracy"],
            "task's metric (f1, precision, recall), was 'accuracy'",
        ),
        (["data.validation={path: train.conll}"], "is the same source as data.train"),
        (
            ["task.type=classification", "data.stride=8"],
            "data.stride: is 8, but a classification task cuts long texts",
        ),
        (
            ["task.type=classification", "data.tags_column=ner"],
            "data.tags_column: is not for a task of type classification",
        ),
        (
            ["task.type=classification", "data.train.format=conll"],
            "data.train.format: conll is for token_classification alone",
        ),
    ],
)
def test_recipe_with_one_mistake_says_what_must_be(write, overrides, expected, mistakes):
    found = mistakes(write(GOOD), overrides)

    assert len(found) == 1, found
    assert expected in found[0]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["task.intents=[buy]"], "task.intents: must be null, or at least two intents, all different"),
        (["task.slots=[B-A, I-A]"], "task.slots: must be null, or O and then B-X and I-X of each type X"),
        (["task.labels=[a, b]"], "task.labels: no such key"),
        (["data.text_column=b"], "data.text_column: is not for a task of type intent_slots"),
        (
            ["training.class_weights=balanced"],
            "training.class_weights: is not for a task of type intent_slots",
        ),
        (
            ["training.early_stopping.metric=f1"],
            "(frame_accuracy, intent_accuracy, slot_f1, slot_precision, slot_recall)",
        ),
        (["data.train.format=conll"], "data.train.format: conll is for token_classification alone"),
    ],
)
def test_recipe_of_intents_with_one_mistake_says_what_must_be(write, overrides, expected, mistakes):
    good = GOOD.replace("token_classification", "intent_slots").replace("train.conll", "train.jsonl")
    path = write(good + "  label_column: intent\n")
    assert load_recipe(path).stride == 16

    found = mistakes(path, overrides)

    assert len(found) == 1, found
    assert expected in found[0]
