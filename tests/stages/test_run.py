from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfbert_edge.data.examples import Examples
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run, RunData
from tfbert_edge.tasks.question_answering import QuestionAnswering

CONTEXT = "the film is good and the actor is bad"


@pytest.fixture
def trial(tmp_path, tiny_bert_folder):
    """``trial(count, seed)``: the features of 20 questions, each with its number, of which ``count`` are drawn."""
    labels = np.empty(20, object)
    labels[:] = [{"text": ["film"], "answer_start": [4]}] * 20
    names = [f"{number:02d}" for number in range(20)]
    examples = Examples(names, names, [CONTEXT] * 20, labels)

    def features(count, seed=1):
        recipe = SimpleNamespace(
            seed=seed,
            training=SimpleNamespace(evaluation_examples=count),
            data=SimpleNamespace(max_length=12),
        )
        run = Run(folder=tmp_path, recipe=recipe, record=None, console=None)
        run.__dict__["data"] = RunData(QuestionAnswering(False), examples, examples, [])
        return run.trial_features(Tokenizer.from_folder(tiny_bert_folder).with_stride(2))

    return features


@pytest.mark.parametrize(
    ("both", "expected"),
    [(False, ["good#film", "bad#plot"]), (True, ["good#film", "bad#plot", "film#good", "plot#bad"])],
)
def test_training_features_read_pairs_in_both_orders_where_the_recipe_says_so(
    both, expected, tmp_path, tiny_bert_folder
):
    recipe = SimpleNamespace(data=SimpleNamespace(max_length=12, both_orders=both))
    run = Run(folder=tmp_path, recipe=recipe, record=None, console=None)
    train = Examples(["a", "b"], ["good", "bad"], ["film", "plot"], np.array([1, 0], np.int32))
    run.__dict__["data"] = RunData(None, train, train, [])
    tokenizer = Tokenizer.from_folder(tiny_bert_folder)

    found = run.training_features(tokenizer)

    words = [[tokenizer.vocabulary[at] for at in ids] for ids in found.input_ids]
    assert [f"{row[1]}#{row[3]}" for row in words] == expected
    assert found.labels.tolist() == [1, 0] * (len(expected) // 2)


def test_single_texts_have_no_order():
    with pytest.raises(ValueError, match="no order"):
        Examples(["a"], ["good"], None, None).in_both_orders()


def test_trial_features_are_whole_examples_drawn_by_the_seed(trial):
    found = trial(5)

    assert len(found.known_truth) == 5
    assert len(found) == found.known_truth.starts[-1] > 5  # each context takes more than one window
    assert sorted(found.known_truth.texts) == list(found.known_truth.texts)
    assert found.known_truth.texts == trial(5).known_truth.texts != trial(5, seed=2).known_truth.texts


@pytest.mark.parametrize("count", [None, 20, 99])
def test_trial_features_are_all_where_there_are_no_more(trial, count):
    assert len(trial(count).known_truth) == 20


@pytest.mark.parametrize(("count", "expected"), [(None, 20), (30, 20), (7, 7)])
def test_files_are_measured_on_as_many_test_examples_as_the_recipe_says(count, expected, tmp_path):
    recipe = SimpleNamespace(seed=1, validate=SimpleNamespace(examples=count))
    names = [f"{number:02d}" for number in range(20)]
    test = Examples(names, names, None, np.zeros(20, np.int32))
    run, again = (Run(folder=tmp_path, recipe=recipe, record=None, console=None) for _ in range(2))
    for one in (run, again):
        one.__dict__["data"] = RunData(None, test.select(np.arange(3)), test.select(np.arange(3)), [], test)

    assert len(run.measured_examples) == expected
    assert list(run.measured_examples.ids) == sorted(set(again.measured_examples.ids))
    assert list(run.measured_examples.ids) != names[:expected] or expected == 20
