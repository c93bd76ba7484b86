from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.models.normalization import layer_norm, no_norm, rms_norm


@pytest.mark.parametrize("epsilon", [1e-12, 1e-5])
def test_layer_norm_equals_keras_layer_normalization(epsilon):
    random = np.random.default_rng(0)
    inputs = random.normal(0.3, 2.0, (3, 5, 24)).astype(np.float32)
    inputs[1, 2, 7] = 60.0  # an outlier channel, as BERT's residual stream has them
    gamma, beta = random.normal(1.0, 0.5, (2, 24)).astype(np.float32)
    oracle = keras.layers.LayerNormalization(epsilon=epsilon)
    oracle.build(inputs.shape)
    oracle.set_weights([gamma, beta])

    place = keras.Input((None, 24))
    model = keras.Model(place, layer_norm(place, epsilon=epsilon, name="norm"))
    model.get_layer("norm.scale").set_weights([gamma])
    model.get_layer("norm.shift").set_weights([beta])

    np.testing.assert_allclose(model(inputs), oracle(inputs), rtol=0, atol=1e-5)


def test_rms_norm_divides_by_the_root_mean_square_and_is_layer_norm_of_what_is_centred():
    random = np.random.default_rng(0)
    inputs = random.normal(0.3, 2.0, (3, 5, 24)).astype(np.float32)
    gamma, beta = random.normal(1.0, 0.5, (2, 24)).astype(np.float32)
    place = keras.Input((None, 24))
    rms, layer = (
        keras.Model(place, norm(place, epsilon=1e-5, name="norm")) for norm in (rms_norm, layer_norm)
    )
    for model in (rms, layer):
        model.get_layer("norm.scale").set_weights([gamma])
        model.get_layer("norm.shift").set_weights([beta])

    root = np.sqrt((inputs.astype(np.float64) ** 2).mean(axis=-1, keepdims=True) + 1e-5)
    centred = inputs - inputs.mean(axis=-1, keepdims=True)

    np.testing.assert_allclose(rms(inputs), gamma * inputs / root + beta, rtol=0, atol=1e-5)
    np.testing.assert_allclose(rms(centred), layer(inputs), rtol=0, atol=1e-5)
    assert not any(one.name.endswith((".mean", ".centre")) for one in rms.layers)


def test_layer_norm_in_mixed_bfloat16_computes_in_float32():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        place = keras.Input((None, 24))
        model = keras.Model(place, layer_norm(place, epsilon=1e-12, name="norm"))
    finally:
        keras.mixed_precision.set_global_policy("float32")
    inputs = np.random.default_rng(0).normal(size=(2, 3, 24)).astype(np.float32)

    output = model(inputs).numpy()

    assert output.dtype == np.float32
    # A row of 24 floats has mean 0 and variance 1 to float32's accuracy, which bfloat16 would miss by 1e-3.
    np.testing.assert_allclose(output.mean(-1), 0, atol=1e-5)
    np.testing.assert_allclose(output.var(-1), 1, atol=1e-5)


def test_no_norm_scales_and_shifts_each_channel_and_nothing_else():
    random = np.random.default_rng(0)
    inputs, gamma, beta = random.normal(size=(2, 3, 24)), *random.normal(size=(2, 24))
    place = keras.Input((None, 24))
    model = keras.Model(place, no_norm(place, epsilon=1e-12, name="norm"))
    model.get_layer("norm.scale").set_weights([gamma])
    model.get_layer("norm.shift").set_weights([beta])

    np.testing.assert_allclose(model(inputs), inputs * gamma + beta, rtol=1e-5, atol=1e-6)
    assert [layer.name for layer in model.layers[1:]] == ["norm.scale", "norm.shift"]
