from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.embedding_reader import EmbeddingResult, SimilarityResult
from tfbert_edge.runtime.readers import make_reader
from tfbert_edge.runtime.tokenizer import Encoding
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.embedding import Embedding
from tfbert_edge.tasks.truth import Truth

TASK = Embedding(range=(0, 5))
ROW = Encoding([2, 3], [0, 0], [(0, 0), (0, 0)])
# Cosines by hand: 1, 0, 4 / 5, -1.
OUTPUTS = np.array([[1, 0], [3, 0], [0, 2], [5, 0], [3, 4], [0, 9], [1, 1], [-2, -2]], np.float32)
COSINES = [1.0, 0.0, 0.8, -1.0]


def truth_of(scores, rows=2) -> Truth:
    count = len(scores)
    return Truth(np.array(scores, np.float32), ["a"] * count, ["b"] * count, [[ROW] * rows] * count)


def test_similarities_are_the_cosines_of_pairs():
    assert TASK.similarities(OUTPUTS, truth_of([5, 2, 4, 0])) == pytest.approx(COSINES)


def test_metrics_are_the_correlations_of_cosines_and_scores():
    scores = [4.0, 3.0, 5.0, 0.0]

    found = TASK.metrics(OUTPUTS, truth_of(scores))

    # Ranks of the cosines 4 2 3 1, of the scores 3 2 4 1: 1 - 6 * 2 / (4 * 15).
    assert found["spearman"] == pytest.approx(1 - 12 / 60)
    assert found["pearson"] == pytest.approx(np.corrcoef(COSINES, scores)[0, 1])
    json.dumps(found, allow_nan=False)


def test_pairs_agree_where_their_cosines_differ_by_a_twentieth():
    truth = truth_of([1, 1])
    angles = np.arccos([0.80, 0.80, 0.76, 0.74])
    one, other = (
        np.concatenate([[[1, 0], [np.cos(angle), np.sin(angle)]] for angle in part])
        for part in (angles[:2], angles[2:])
    )

    assert TASK.agreement(one, other, truth) == 0.5


def test_single_texts_agree_where_their_vectors_point_in_one_direction():
    truth = truth_of([np.nan, np.nan, np.nan], rows=1)
    turned = np.deg2rad([5, 11, 12])
    other = np.stack([7 * np.cos(turned), 7 * np.sin(turned)], axis=1)

    assert TASK.agreement(np.array([[1.0, 0.0]] * 3), other, truth) == pytest.approx(2 / 3)


def test_row_labels_are_the_cosine_that_the_score_stands_for():
    assert TASK.row_labels(np.float32(2.5), [ROW, ROW]) == [0.5, 0.5]
    assert Embedding(range=(-1, 1)).row_labels(1.0, [ROW, ROW]) == [1.0, 1.0]


def test_encode_labels_keeps_texts_without_a_score_and_refuses_what_is_no_score():
    assert TASK.encode_labels(["1.5", 5]).tolist() == [1.5, 5.0]
    assert np.isnan(TASK.encode_labels([float("nan")])).all()
    assert TASK.label_json(np.float32("nan")) is None
    assert TASK.label_json(np.float32(1.5)) == 1.5
    for value, message in ((None, "has no score"), ("nan", "has no score"), ("6", "must be between 0 and 5")):
        with pytest.raises(DataError, match=f"example 2 .*{message}"):
            TASK.encode_labels(["1", value])


@pytest.mark.parametrize(("pooling", "head"), [("mean", "mean_pooling"), ("cls", "cls_pooling")])
def test_task_from_its_parameters_is_the_same(pooling, head):
    task = Embedding(pooling, (0, 5))

    again = task_from(type="embedding", **json.loads(json.dumps(task.parameters)))

    assert (again.parameters, again.head, task.head) == (task.parameters, head, head)


@pytest.mark.parametrize(
    ("settings", "message"), [({"pooling": "max"}, "one of mean, cls"), ({"range": (1, 1)}, "lowest")]
)
def test_task_of_wrong_settings_raises(settings, message):
    with pytest.raises(DataError, match=message):
        Embedding(**settings)


def test_reader_answers_a_text_with_its_direction_and_a_pair_with_its_cosine():
    reader = make_reader("embedding")

    alone = reader.answer("a", None, [ROW], [OUTPUTS[4]])
    both = reader.answer("a", "b", [ROW, ROW], [OUTPUTS[4], OUTPUTS[5]])

    assert alone == EmbeddingResult((0.6, 0.8))
    assert both == SimilarityResult(0.8, (0.6, 0.8), (0.0, 1.0))
    assert reader.answer("", None, [ROW], [np.zeros(2)]) == EmbeddingResult((0.0, 0.0))
