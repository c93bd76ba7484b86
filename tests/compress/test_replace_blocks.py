from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import erf

from tfbert_edge._keras import keras
from tfbert_edge.compress.kernels import encoder_kernels
from tfbert_edge.compress.replace_blocks import fitted_line, replace_blocks
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError, RecipeError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset
from tfbert_edge.recipe.schema_blocks import ReplaceBlocks
from tfbert_edge.recipe.schema_prune import PruneLayers
from tfbert_edge.stages.fit import steps_must_fit

CONFIG = preset("tiny")
LENGTH = 12


@pytest.fixture(scope="module")
def model(noisy_model):
    return noisy_model(CONFIG)


def features(count: int = 30) -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, LENGTH, count)]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 3, count).astype(np.int32))


def batches():
    return (batch for _, batch in evaluation_batches(features(), batch_size=8))


def real_tokens(model, name: str, *, given: bool = False) -> np.ndarray:
    """What the layer ``name`` gives (or gets) at all real tokens, in any order: float64 ``(tokens, h)``."""
    layer = model.get_layer(name)
    padded = features().padded(LENGTH)
    found = keras.Model(model.inputs, layer.input if given else layer.output)(list(padded.values())).numpy()
    return found[padded["attention_mask"][:, : found.shape[1]] > 0].astype(np.float64)


def test_fitted_line_is_that_of_numpys_least_squares_for_each_channel():
    random = np.random.default_rng(3)
    x = random.normal(40.0, 3.0, (50, 4))
    y = random.normal(0.0, 1.0, (50, 4)) + x * [2.0, -0.5, 0.0, 7.0]

    gamma, beta = fitted_line([(x[:20], y[:20]), (x[20:], y[20:])])

    for channel in range(4):
        design = np.stack([x[:, channel], np.ones(50)], axis=1)
        expected, *_ = np.linalg.lstsq(design, y[:, channel], rcond=None)
        np.testing.assert_allclose([gamma[channel], beta[channel]], expected, rtol=1e-5, atol=1e-5)


def test_fitted_line_of_a_constant_channel_is_the_mean():
    x, y = np.full((5, 1), 0.3, np.float32), np.arange(5.0)[:, np.newaxis]

    gamma, beta = fitted_line([(x, y)])

    assert (gamma[0], beta[0]) == (0.0, 2.0)


def test_no_norm_is_fitted_to_the_old_norms_behind_those_before_it_as_they_are(model):
    built, config = replace_blocks(model, CONFIG, normalization="no_norm", batches=batches)

    assert config == dataclasses.replace(CONFIG, normalization="no_norm")
    assert not any(layer.name.endswith(".norm.inverse") for layer in built.layers)
    # The last one sees the first token alone.
    for name in ("embeddings.norm", "layer_0.attention.norm", "layer_0.ffn.norm", "layer_1.ffn.norm"):
        x, y = real_tokens(built, f"{name}.scale", given=True), real_tokens(model, f"{name}.shift")
        gamma = built.get_layer(f"{name}.scale").get_weights()[0]
        beta = built.get_layer(f"{name}.shift").get_weights()[0]
        for channel in (0, 7, 31):
            design = np.stack([x[:, channel], np.ones(len(x))], axis=1)
            expected, *_ = np.linalg.lstsq(design, y[:, channel], rcond=None)
            np.testing.assert_allclose([gamma[channel], beta[channel]], expected, rtol=1e-3, atol=1e-3)


def test_no_norm_leaves_nearly_the_same_decisions(model):
    built, _ = replace_blocks(model, CONFIG, normalization="no_norm", batches=batches)
    inputs = list(features().padded(LENGTH).values())
    unfitted = build_model(dataclasses.replace(CONFIG, normalization="no_norm"), num_outputs=3)
    for layer in unfitted.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    expected = model(inputs).numpy()

    error = np.abs(built(inputs).numpy() - expected).mean()

    assert error < 0.5 * np.abs(unfitted(inputs).numpy() - expected).mean()


def test_rms_norm_of_even_gammas_changes_no_answer(model):
    even = build_model(CONFIG, num_outputs=3)
    even.set_weights(model.get_weights())
    for layer in even.layers:
        if layer.name.endswith(".norm.scale"):
            layer.set_weights([np.full(32, 0.7, np.float32)])
    inputs = list(features().padded(LENGTH).values())

    built, config = replace_blocks(even, CONFIG, normalization="rms_norm", batches=batches)

    assert config == dataclasses.replace(CONFIG, normalization="rms_norm")
    assert not any(layer.name.endswith(".norm.mean") for layer in built.layers)
    np.testing.assert_allclose(built(inputs), even(inputs), atol=1e-4)


def test_rms_norm_leaves_out_the_covariance_of_gamma_and_what_it_scales(model):
    built, _ = replace_blocks(model, CONFIG, normalization="rms_norm", batches=batches)

    (gamma,) = built.get_layer("embeddings.norm.scale").get_weights()
    normal = real_tokens(built, "embeddings.norm.normal")
    left_out = real_tokens(built, "layer_0.attention.sum").mean(axis=1)
    np.testing.assert_allclose(real_tokens(built, "embeddings.sum").mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(
        left_out, [np.cov(gamma, one, bias=True)[0, 1] for one in normal], rtol=0, atol=1e-5
    )
    before = real_tokens(model, "layer_0.attention.norm.mean")
    assert np.abs(left_out).mean() < 0.5 * np.abs(before).mean()


def test_rms_norm_of_a_factorised_table_centres_its_matrix():
    config = dataclasses.replace(CONFIG, embedding_rank=8)
    built = build_model(config, num_outputs=3)
    inputs = list(features().padded(LENGTH).values())

    replaced, _ = replace_blocks(built, config, normalization="rms_norm", batches=batches)

    np.testing.assert_allclose(real_tokens(replaced, "embeddings.sum").mean(axis=1), 0, atol=1e-7)
    # Gammas are even as they were drawn.
    np.testing.assert_allclose(replaced(inputs), built(inputs), atol=1e-5)


def test_relu_gives_the_next_bias_what_the_mean_activation_lost(model):
    built, config = replace_blocks(model, CONFIG, activation="relu", batches=batches)

    assert config == dataclasses.replace(CONFIG, hidden_act="relu")
    kernel, bias = model.get_layer("layer_0.ffn.output").get_weights()
    x = real_tokens(model, "layer_0.ffn.intermediate")
    gelu = x * 0.5 * (1 + erf(x / np.sqrt(2)))
    expected = bias + (gelu - np.maximum(x, 0)).mean(axis=0) @ kernel
    found_kernel, found = built.get_layer("layer_0.ffn.output").get_weights()
    np.testing.assert_array_equal(found_kernel, kernel)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(found - bias).max() > 0.01
    for layer in (0, 1):
        name = f"layer_{layer}.ffn.output"
        theirs, ours = (real_tokens(one, name).mean(axis=0) for one in (model, built))
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_merged_heads_scores_are_the_means_of_their_neighbours_scores(model):
    built, config = replace_blocks(model, CONFIG, heads=2, batches=batches)

    assert (config.num_heads, config.head_size) == ((2, 2), 16)
    inputs = list(features().padded(LENGTH).values())
    hidden = keras.Model(model.inputs, model.get_layer("embeddings.norm.shift").output)(inputs).numpy()
    scores = []
    for head in range(4):
        rows = slice(8 * head, 8 * head + 8)
        query, key = (
            hidden @ kernel[:, rows] + bias[rows]
            for kernel, bias in (
                model.get_layer(f"layer_0.attention.{part}").get_weights() for part in ("query", "key")
            )
        )
        scores.append(query @ key.transpose(0, 2, 1) / np.sqrt(8))
    found = keras.Model(built.inputs, built.get_layer("layer_0.attention.scores").output)(inputs).numpy()
    np.testing.assert_allclose(found[:, 0], (scores[0] + scores[1]) / 2, atol=1e-5)
    np.testing.assert_allclose(found[:, 1], (scores[2] + scores[3]) / 2, atol=1e-5)


def test_merged_heads_of_equal_scores_change_nothing(model):
    alike = build_model(CONFIG, num_outputs=3)
    alike.set_weights(model.get_weights())
    for index in range(2):
        for part in ("query", "key"):
            layer = alike.get_layer(f"layer_{index}.attention.{part}")
            layer.set_weights([np.tile(weight[..., :8], 4) for weight in layer.get_weights()])
    inputs = list(features().padded(LENGTH).values())

    one, config = replace_blocks(alike, CONFIG, heads=1, batches=batches)

    assert config.num_heads == (1, 1)
    np.testing.assert_allclose(one(inputs), alike(inputs), atol=1e-5)


def test_replaced_network_loses_heads_and_neurons_like_any_other(model):
    built, config = replace_blocks(
        model, CONFIG, normalization="no_norm", activation="relu", heads=2, batches=batches
    )
    kernel, bias = built.get_layer("layer_0.attention.output").get_weights()
    built.get_layer("layer_0.attention.output").set_weights(
        [np.where(np.arange(32)[:, None] < 16, 0, kernel), bias]
    )
    inputs = list(features().padded(LENGTH).values())

    smaller, reduced = keep_parts(built, config, heads=[[1], [0, 1]])

    assert (reduced.num_heads, reduced.normalization, reduced.hidden_act) == ((1, 2), "no_norm", "relu")
    np.testing.assert_allclose(smaller(inputs), built(inputs), atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "blocks", "message"),
    [
        ({}, {"heads": 3}, "heads is 3, the layers have 4, 4"),
        ({}, {"heads": 4}, "be smaller; heads is 4"),
        ({"num_heads": (4, 2)}, {"heads": 2}, "the layers have 4, 2.*before prune_heads"),
        ({"hidden_act": "relu"}, {"activation": "relu"}, "activation is relu already. Leave activation out"),
        ({"normalization": "no_norm"}, {"normalization": "no_norm"}, "normalization is no_norm already"),
        ({"normalization": "no_norm"}, {"normalization": "rms_norm"}, "takes the place of LayerNorm"),
        ({"embedding_size": 16}, {"normalization": "rms_norm"}, "they are 16 and 32 wide"),
    ],
)
def test_replace_blocks_that_cannot_be_says_what_the_network_has(model, changes, blocks, message):
    with pytest.raises(CompressionError, match=message):
        replace_blocks(model, dataclasses.replace(CONFIG, **changes), batches=batches, **blocks)


def test_rms_norm_does_not_fill_the_zeros_of_a_network_that_came_pruned(noisy_model):
    pruned = noisy_model(CONFIG)
    kernel = pruned.get_layer("layer_1.ffn.output").kernel
    kernel.assign(np.where(np.abs(kernel) < np.median(np.abs(kernel)), np.float32(0), kernel))

    share = (
        kernel.shape.num_elements()
        / 2
        / sum(one.shape.num_elements() for one in encoder_kernels(pruned).values())
    )

    with pytest.raises(
        CompressionError, match=rf"which is pruned \({share:.0%} of the encoder's weights are 0\)"
    ):
        replace_blocks(pruned, CONFIG, normalization="rms_norm", batches=batches)


def test_steps_that_the_checkpoint_cannot_have_are_all_named_before_training():
    steps = (
        ReplaceBlocks(method="replace_blocks", heads=3),
        PruneLayers(method="prune_layers", keep=1),
        ReplaceBlocks(method="replace_blocks", heads=2, activation="relu"),
        ReplaceBlocks(method="replace_blocks", heads=1, activation="relu"),
        PruneLayers(method="prune_layers", keep=1),
    )

    with pytest.raises(RecipeError) as raised:
        steps_must_fit(SimpleNamespace(compress=steps), CONFIG)

    _, heads, activation, layers = str(raised.value).splitlines()
    assert "compress.0: replace_blocks" in heads and "heads is 3, the layers have 4, 4" in heads
    assert "compress.3: replace_blocks: the network's activation is relu already" in activation
    assert "compress.4.keep: must be below the number of layers, 1, was 1" in layers
