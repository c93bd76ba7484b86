from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.compress.average_weights import average_weights
from tfbert_edge.compress.kernels import encoder_kernels
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset


def drawn(seed, **changes):
    """A tiny network with weights of its own."""
    model = build_model(preset("tiny", **changes), num_outputs=2)
    draw = np.random.default_rng(seed)
    for variable in model.variables:
        if variable.dtype.is_floating:
            variable.assign(draw.normal(size=variable.shape).astype(np.float32))
    return model


def test_every_weight_is_the_mean_of_all_networks():
    models = [drawn(seed) for seed in range(3)]
    before = [[variable.numpy() for variable in model.variables] for model in models]

    found = average_weights(models)

    assert found is models[-1]
    for variable, *values in zip(found.variables, *before, strict=True):
        if variable.dtype.is_floating:
            np.testing.assert_allclose(variable.numpy(), sum(values) / 3, atol=1e-6)
    for model, values in zip(models[:-1], before, strict=False):
        for variable, value in zip(model.variables, values, strict=True):
            np.testing.assert_array_equal(variable.numpy(), value)


def test_places_that_are_zero_in_all_stay_zero():
    models = [drawn(seed) for seed in range(2)]
    mask = np.arange(32 * 32).reshape(32, 32) % 3 > 0
    for model in models:
        kernel = encoder_kernels(model)["layer_0.attention.query"]
        kernel.assign(kernel * mask)

    kernel = encoder_kernels(average_weights(models))["layer_0.attention.query"].numpy()

    np.testing.assert_array_equal(kernel != 0.0, mask)


def test_layers_that_share_weights_stay_one():
    models = [drawn(seed, layer_groups=(0, 0)) for seed in range(2)]
    for model in models:
        kernels = encoder_kernels(model)
        kernels["layer_1.ffn.output"].assign(kernels["layer_0.ffn.output"])

    kernels = encoder_kernels(average_weights(models))

    np.testing.assert_array_equal(
        kernels["layer_0.ffn.output"].numpy(), kernels["layer_1.ffn.output"].numpy()
    )


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        (lambda: [drawn(0)], "at least two networks, was given 1"),
        (lambda: [drawn(0, intermediate_sizes=(32, 48)), drawn(1)], "same shape, number 1 of 2"),
    ],
)
def test_networks_that_have_no_mean_are_refused(models, expected):
    with pytest.raises(CompressionError, match=expected):
        average_weights(models())
