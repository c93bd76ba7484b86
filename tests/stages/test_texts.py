from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfbert_edge.data.examples import Examples
from tfbert_edge.recipe.schema_distill import DistillOutputs
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run, RunData
from tfbert_edge.stages.texts import training_features

PAIRS = "text,other\na story,no ending\nthe music,a story\n"
TRAIN, VALIDATION = ["a good film", "a bad film"], ["the music", "the plot is dull"]


@pytest.fixture
def learn(tmp_path, tiny_bert_folder):
    """``learn(**fields)``: the features of a step whose unlabelled texts are the lines below; and what it said."""
    (tmp_path / "texts.txt").write_text("The music!\na story\nA Good film.\nno ending\n")
    (tmp_path / "pairs.csv").write_text(PAIRS)

    def features(*, pairs=False, both_orders=False, **fields):
        path = tmp_path / ("pairs.csv" if pairs else "texts.txt")
        step = DistillOutputs.model_validate(
            {"method": "distill_outputs", "unlabelled": {"path": str(path), **fields}}
        )
        labels = np.array([1, 1], np.int32)
        train, validation = (
            Examples([f"{role}{at}" for at in range(2)], texts, texts[::-1] if pairs else None, labels)
            for role, texts in (("t", TRAIN), ("v", VALIDATION))
        )
        said = []
        run = Run(
            folder=tmp_path,
            recipe=SimpleNamespace(
                compress=(step,), seed=1, data=SimpleNamespace(max_length=16, both_orders=both_orders)
            ),
            record=None,
            console=SimpleNamespace(say=said.append),
        )
        run.__dict__["data"] = RunData(None, train, validation, [])
        tokenizer = Tokenizer.from_folder(tiny_bert_folder)
        found = training_features(run, step, tokenizer)
        words = tokenizer.vocabulary
        return [" ".join(words[at] for at in ids[1:-1]) for ids in found.input_ids], found, said

    return features


def test_training_features_hold_unlabelled_texts_after_the_labelled_and_none_that_are_known(learn):
    texts, found, said = learn()

    assert texts == ["a good film", "a bad film", "a story", "no ending"]
    assert found.labels.tolist() == [1, 1, 0, 0]
    assert found.labelled.tolist() == [True, True, False, False]
    assert found.select([2, 0]).labelled.tolist() == [False, True]
    assert any("2 unlabelled texts left out" in line for line in said)


def test_training_features_without_the_labelled_ones_leave_out_validation_texts_alone(learn):
    texts, found, _ = learn(with_training=False)

    assert texts == ["a story", "a good film .", "no ending"]
    assert not found.labelled.any()


@pytest.mark.parametrize("both_orders", [False, True])
def test_training_features_hold_unlabelled_pairs_in_the_orders_of_the_labelled(both_orders, learn):
    texts, found, said = learn(pairs=True, pair_column="other", both_orders=both_orders)

    others = ["a story [SEP] no ending", "no ending [SEP] a story"]
    assert texts[-2:] == (others if both_orders else ["a bad film [SEP] a good film", others[0]])
    assert found.labelled.tolist() == [True] * (4 if both_orders else 2) + [False] * (2 if both_orders else 1)
    assert any("1 unlabelled texts left out" in line for line in said)
