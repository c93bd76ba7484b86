from __future__ import annotations

import pytest

from tfbert_edge.recipe import load_recipe

RECIPE = """\
name: x
task: {type: summarization, sentences: 3}
model: {checkpoint: x}
data: {train: {path: a.jsonl}}
"""


def test_limits_are_counts_or_shares(write):
    path = write(RECIPE)

    assert load_recipe(path).task.sentences == 3
    assert load_recipe(path).task.trigram_blocking
    task = load_recipe(path, ["task.sentences=null", "task.words=0.4"]).task
    assert (task.sentences, task.words) == (None, 0.4)
    assert load_recipe(path).task.frequency_levels is None
    assert load_recipe(path, ["task.frequency_levels=4"]).task.frequency_levels == 4


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["task.words=50"], "task: a summary needs one limit, sentences or words, of which both are given"),
        (["task.sentences=null"], "of which neither is given"),
        (["task.sentences=1.5"], "task.sentences: must be a count (1, 2, ...) or a fraction between 0 and 1"),
        (["task.sentences=0"], "must be a count"),
        (["task.frequency_levels=1"], "task.frequency_levels: must be at least 2"),
        (["task.labels=[a, b]"], "task.labels: no such key"),
        (["training.class_weights=balanced"], "a summarization task has no classes"),
        (["training.label_smoothing=0.1"], "a summarization task has no labels to smooth"),
        (["data.text_pair_column=b"], "a summarization reads one document, no pairs"),
        (
            ["training.early_stopping.metric=accuracy"],
            "a summarization task's metric (rouge1, rouge2, rougeL)",
        ),
    ],
)
def test_mistakes_of_a_summarization_are_told(write, mistakes, overrides, expected):
    (line,) = mistakes(write(RECIPE), overrides)

    assert expected in line
