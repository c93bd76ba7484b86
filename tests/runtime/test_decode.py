from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.decode import (
    ClassificationResult,
    LabelScore,
    RegressionResult,
    as_json,
    classification_result,
    label_scores,
    regression_result,
    regression_value,
)


def test_label_scores_puts_the_likeliest_first():
    assert label_scores(np.array([0.25, 0.5, 0.125]), ["a", "b", "c"], 2) == [
        LabelScore("b", 0.5),
        LabelScore("a", 0.25),
    ]


def test_label_scores_of_equals_keeps_the_order_of_labels():
    assert [item.label for item in label_scores(np.array([[0.5, 0.5]]), ["a", "b"])] == ["a", "b"]


@pytest.mark.parametrize(
    ("labels", "top_k", "message"), [(["a"], None, "1 labels"), (["a", "b"], 0, "top_k")]
)
def test_label_scores_wrong_arguments_raise(labels, top_k, message):
    with pytest.raises(DataError, match=message):
        label_scores(np.array([0.5, 0.5]), labels, top_k)


def test_decode_classification_and_its_json():
    result = classification_result(np.array([0.25, 0.75], np.float32), ("no", "yes"), 1)
    assert result == ClassificationResult("yes", 0.75, (LabelScore("yes", 0.75),))
    assert as_json(result) == {"label": "yes", "score": 0.75, "scores": [{"label": "yes", "score": 0.75}]}


def test_decode_regression_and_its_json():
    assert regression_result(np.array([[2.5]], np.float32)) == RegressionResult(2.5)
    assert as_json(RegressionResult(2.5)) == {"value": 2.5}


def test_regression_value_of_two_numbers_raises():
    with pytest.raises(DataError, match="gave 2"):
        regression_value(np.array([1.0, 2.0]))
