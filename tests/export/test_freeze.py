from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from export.freeze import freeze
from tfbert_edge.errors import ConversionError


def first(examples):
    return [rows[:1] for rows in examples.inputs]


def test_freeze_network_has_fixed_int32_inputs_in_order(model):
    frozen = freeze(model, sequence_length=16, output_activation="softmax")
    assert [tensor.name for tensor in frozen.inputs] == ["ids", "segment_ids", "mask"]
    assert all(tuple(tensor.shape) == (1, 16) and tensor.dtype == "int32" for tensor in frozen.inputs)
    assert tuple(frozen.output_shape) == (1, 3)


@pytest.mark.parametrize(
    ("activation", "oracle"),
    [("softmax", lambda x: softmax(x, -1)), ("sigmoid", expit), ("linear", np.array)],
)
def test_freeze_activation_is_appended_to_logits(model, examples, activation, oracle):
    logits = model(first(examples), training=False).numpy()
    frozen = freeze(model, sequence_length=16, output_activation=activation)
    np.testing.assert_allclose(frozen(first(examples)).numpy(), oracle(logits), atol=1e-6)


def test_freeze_model_with_dropout_called_for_training_is_still_deterministic(model, examples):
    frozen = freeze(model, sequence_length=16, output_activation="linear")
    answers = [frozen(first(examples), training=True).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*answers)


def test_freeze_weights_are_shared(model):
    frozen = freeze(model, sequence_length=16, output_activation="linear")
    assert {id(variable) for variable in frozen.trainable_variables} == {
        id(v) for v in model.trainable_variables
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sequence_length": 41, "output_activation": "softmax"}, "must be 1 to 40"),
        ({"sequence_length": 0, "output_activation": "softmax"}, "must be 1 to 40"),
        ({"sequence_length": 16, "output_activation": "tanh"}, "one of softmax, sigmoid, linear"),
    ],
)
def test_freeze_impossible_setting_raises(model, settings, message):
    with pytest.raises(ConversionError, match=message):
        freeze(model, **settings)
