from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.compress.kernels import encoder_kernels
from tfbert_edge.compress.tame_activations import tame_activations
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError, RecipeError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.recipe.schema_blocks import ReplaceBlocks, TameActivations
from tfbert_edge.stages.fit import steps_must_fit

CONFIG = preset("tiny")
NEURON, CHANNEL, MARK = 11, 5, 7
LENGTH = 12


def features(count: int = 30) -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, LENGTH, count)]
    for row in ids:
        row[0] = 2  # [CLS]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 3, count).astype(np.int32))


def batches():
    return (batch for _, batch in evaluation_batches(features(), batch_size=8))


def tame(model):
    return tame_activations(model, CONFIG, batches=batches)


@pytest.fixture
def model(noisy_model):
    """A network whose first position stands out in one channel, by which a neuron of layer 0 writes another one high."""
    model = noisy_model(CONFIG)
    (rows,) = model.get_layer("embeddings.position").get_weights()
    rows[0, MARK] = 9.0
    model.get_layer("embeddings.position").set_weights([rows])
    states = tokens(model, "layer_0.attention.norm.shift")
    inputs, shifts = model.get_layer("layer_0.ffn.intermediate").get_weights()
    first, others = states[0][:, MARK], states[1][:, MARK]
    slope = 24.0 / (first.mean() - others.max())
    inputs[:, NEURON] = 0.0
    inputs[MARK, NEURON], shifts[NEURON] = slope, -slope * others.max() - 4.0
    model.get_layer("layer_0.ffn.intermediate").set_weights([inputs, shifts])
    kernel, bias = model.get_layer("layer_0.ffn.output").get_weights()
    kernel[NEURON, CHANNEL] = 10.0
    model.get_layer("layer_0.ffn.output").set_weights([kernel, bias])
    return model


def tokens(model, name: str) -> tuple[np.ndarray, np.ndarray]:
    """What the layer ``name`` gives at first tokens, and at all other real ones: float64 ``(tokens, h)`` each."""
    padded = features().padded(LENGTH)
    found = keras.Model(model.inputs, model.get_layer(name).output)(list(padded.values())).numpy()
    return found[:, 0].astype(np.float64), found[:, 1:][padded["attention_mask"][:, 1:] > 0].astype(
        np.float64
    )


def test_sum_at_the_first_token_becomes_as_high_as_at_the_others_and_theirs_stays(model):
    before, others = tokens(model, "layer_0.ffn.sum")

    changed, tamed = tame(model)

    after, others_after = tokens(changed, "layer_0.ffn.sum")
    names = [one.name for one in tamed]
    assert names == ["embeddings.sum", "layer_0.ffn.sum"]
    factor = np.abs(others).max() / np.abs(before.mean(axis=0)).max()
    assert factor < 0.1
    np.testing.assert_allclose(after.mean(axis=0), factor * before.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(others_after, others, atol=0.02)
    assert tamed[1].before == pytest.approx(np.abs(before.mean(axis=0)).max(), rel=1e-3)
    assert tamed[1].after == pytest.approx(np.abs(others).max(), rel=1e-2)
    # Where the neuron is on it is as high as GELU needs to be linear, elsewhere it is off.
    first, rest = tokens(changed, "layer_0.ffn.activation")
    assert first[:, NEURON].mean() == pytest.approx(3.0, abs=0.05)
    assert np.abs(rest[:, NEURON]).max() < 0.01


def test_sum_of_the_embeddings_is_scaled_exactly(model):
    before, others = tokens(model, "embeddings.sum")
    changed, _ = tame(model)
    after, others_after = tokens(changed, "embeddings.sum")

    np.testing.assert_allclose(after, before * np.abs(others).max() / np.abs(before).max(), atol=1e-5)
    np.testing.assert_array_equal(others_after, others)
    states, changed_states = (tokens(one, "embeddings.norm.shift")[0] for one in (model, changed))
    np.testing.assert_allclose(changed_states, states, atol=1e-4)


def test_answers_stay_where_the_first_token_is_a_constant(model):
    one = features().select([0])  # Of one text it is.
    padded = list(one.padded(LENGTH).values())
    given = model.get_weights()

    changed, tamed = tame_activations(
        model, CONFIG, batches=lambda: (batch for _, batch in evaluation_batches(one, batch_size=1))
    )

    assert len(tamed) == 2
    np.testing.assert_allclose(changed(padded).numpy(), model(padded).numpy(), atol=1e-2)
    for one, other in zip(model.get_weights(), given, strict=True):
        np.testing.assert_array_equal(one, other)


def test_network_of_which_nothing_is_massive_stays_as_it_is(noisy_model):
    model = noisy_model(CONFIG)

    changed, tamed = tame(model)

    assert tamed == []
    for one, other in zip(model.get_weights(), changed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_massive_sum_that_no_neuron_tells_apart_is_left(model):
    inputs, shifts = model.get_layer("layer_0.ffn.intermediate").get_weights()
    shifts[NEURON] += 6.0  # now some other tokens have it above 0
    model.get_layer("layer_0.ffn.intermediate").set_weights([inputs, shifts])

    assert [one.name for one in tame(model)[1]] == ["embeddings.sum"]


def test_pruned_network_is_refused(model):
    kernel = encoder_kernels(model)["layer_1.ffn.output"]
    kernel.assign(np.where(np.arange(kernel.shape[0])[:, np.newaxis] % 2, kernel.numpy(), 0.0))

    with pytest.raises(CompressionError, match="would fill zeros of this network"):
        tame(model)


def test_norms_that_do_not_divide_are_refused_also_before_anything_runs():
    config = dataclasses.replace(CONFIG, normalization="no_norm")
    with pytest.raises(CompressionError, match="needs norms that divide"):
        tame_activations(build_model(config, num_outputs=3), config, batches=batches)
    steps = [
        ReplaceBlocks(method="replace_blocks", normalization="no_norm"),
        TameActivations(method="tame_activations"),
    ]
    with pytest.raises(RecipeError, match=r"compress\.1: tame_activations needs norms that divide"):
        steps_must_fit(SimpleNamespace(compress=steps), CONFIG)
