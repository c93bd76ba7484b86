from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.tasks.regression import Regression
from tfbert_edge.tasks.truth import Truth

TASK = Regression((0, 5))


def test_metrics_of_a_worked_example_are_those_by_hand():
    labels, outputs = np.array([1, 2, 3, 4], np.float32), np.array([[1], [3], [2], [5]], np.float32)

    found = TASK.metrics(outputs, Truth(labels))

    x, y = np.array([1, 2, 3, 4.0]) - 2.5, np.array([1, 3, 2, 5.0]) - 2.75
    assert found["pearson"] == pytest.approx((x @ y) / np.sqrt((x @ x) * (y @ y)))
    assert found["spearman"] == pytest.approx(1 - 6 * 2 / (4 * 15))  # ranks differ by 0, 1, 1, 0
    assert found["mse"] == pytest.approx(3 / 4)


def test_metrics_of_a_constant_output_are_zero_and_no_nan():
    found = TASK.metrics(np.full((3, 1), 2.0), Truth(np.array([1.0, 2.0, 3.0])))

    assert (found["pearson"], found["spearman"]) == (0.0, 0.0)
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "example 2 has no score"),
        ("nan", "example 2 has no score"),
        ("high", "must be a number"),
        ("5.5", "must be between 0 and 5"),
        ("inf", "must be between 0 and 5"),
    ],
)
def test_encode_labels_with_a_wrong_score_says_where(value, expected):
    with pytest.raises(DataError, match=expected):
        TASK.encode_labels(["1.5", value])


def test_encode_labels_gives_float32():
    encoded = TASK.encode_labels(["1.5", 5, 0])

    assert encoded.dtype == np.float32
    assert encoded.tolist() == [1.5, 5.0, 0.0]


def test_agreement_allows_a_twentieth_of_the_range():
    truth = Truth(np.array([1.0, 1.0]))
    assert TASK.agreement(np.array([[1.0], [1.0]]), np.array([[1.2], [1.3]]), truth) == 0.5


def test_is_better_knows_that_an_error_should_fall():
    assert TASK.is_better("mse", 0.1, 0.2)
    assert TASK.is_better("spearman", 0.2, 0.1)
    assert not TASK.is_better("spearman", 0.2, 0.2)


def test_decode_gives_the_value():
    assert TASK.reader.answer("", None, [], [np.array([2.5])]).value == 2.5
