from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import DataError, GateError
from tfbert_edge.tasks import Classification
from tfbert_edge.tasks.truth import Truth
from tfbert_edge.validate import check_outputs, compare_outputs

TASK = Classification(["no", "yes"])
TRUTH = Truth(np.zeros(4, np.int32))
KERAS = np.array([[0.9, 0.1], [0.2, 0.8], [0.55, 0.45], [0.4, 0.6]], np.float32)


def test_compare_outputs_by_hand():
    form = np.array([[0.8, 0.2], [0.2, 0.8], [0.45, 0.55], [0.4, 0.6]], np.float32)
    # differences: 0.1 four times, 0 four times; the third decision differs
    assert compare_outputs(form, KERAS, TASK, TRUTH) == pytest.approx(
        {"max_abs": 0.1, "mean_abs": 0.05, "agreement": 0.75}, abs=1e-6
    )


def test_compare_outputs_other_shape_raises():
    with pytest.raises(DataError, match=r"shape of Keras's, \(4, 2\); they have \(3, 2\)"):
        compare_outputs(KERAS[:3], KERAS, TASK, TRUTH)


def test_check_outputs_good_outputs_passes():
    check_outputs(KERAS, KERAS, form="int8")
    check_outputs(KERAS[:1], KERAS[:1], form="int8")  # one example is not a constant


def test_check_outputs_nan_raises_with_its_place():
    broken = KERAS.copy()
    broken[2, 1] = np.nan
    with pytest.raises(
        GateError, match=r"form 'int8' gives NaN or infinity for 1 of 4 examples \(.*number 2\)"
    ):
        check_outputs(broken, KERAS, form="int8")
    broken[2, 1] = np.inf
    with pytest.raises(GateError, match="NaN or infinity"):
        check_outputs(broken, KERAS, form="int8")


def test_check_outputs_constant_raises_and_says_whether_keras_is_too():
    constant = np.full((4, 2), 0.5, np.float32)
    with pytest.raises(GateError, match=r"same output .* for all 4 examples, where Keras's differ"):
        check_outputs(constant, KERAS, form="int8")
    with pytest.raises(GateError, match="train the model first"):
        check_outputs(constant, np.linspace(0.5, 0.501, 8).reshape(4, 2), form="int8")
