from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.wide_norms import root_limits, with_wide_norms

NAMES = ("input_ids", "token_type_ids", "attention_mask")
LENGTH, REAL = 9, 6


def network(head="tokens", **changes):
    """A tiny network in which the word 2 is a hundred times as long as the others before the first norm."""
    model = build_model(dataclasses.replace(preset("tiny"), **changes), head=head, num_outputs=3)
    generator = np.random.default_rng(4)
    for variable in model.trainable_variables:
        start = 1.0 if "gamma" in variable.name else 0.0
        variable.assign(start + 0.1 * generator.standard_normal(variable.shape))
    table = model.get_layer("embeddings.word").weights[0]
    rows = table.numpy()
    rows[2] *= 100.0
    table.assign(rows)
    return model


def examples(count=8):
    generator = np.random.default_rng(5)
    found = []
    for _ in range(count):
        ids = generator.integers(3, 128, (1, LENGTH)).astype(np.int32)
        ids[0, 0] = 2
        mask = (np.arange(LENGTH) < REAL).astype(np.int32)[None]
        found.append(dict(zip(NAMES, (ids, np.zeros_like(ids), mask), strict=True)))
    return found


def outputs(model, rows=None):
    batch = rows or examples()
    return model([np.concatenate([one[name] for one in batch]) for name in NAMES], training=False).numpy()


@pytest.mark.parametrize("normalization", ["layer_norm", "rms_norm"])
@pytest.mark.parametrize("head", ["tokens", "classification"])
def test_wide_norms_compute_the_same_numbers(head, normalization):
    model = network(head, normalization=normalization)
    limits = root_limits(model, examples())

    wide = with_wide_norms(model, limits)

    assert set(limits) == {"embeddings.norm.inverse"}
    assert {type(layer).__name__ for layer in wide.layers} >= {"MeanSquare", "Unsquared", "SplitInverseRoot"}
    np.testing.assert_allclose(outputs(wide), outputs(model), rtol=0, atol=1e-4)


def test_limit_is_between_most_tokens_and_the_greatest_and_padding_does_not_count():
    model, rows = network(), examples()
    root = model.get_layer("embeddings.norm.inverse")
    batch = [np.concatenate([one[name] for one in rows]) for name in NAMES]
    squares = keras.Model(model.inputs, root.input)(batch).numpy()[:, :REAL, 0]
    for one in rows:
        one["input_ids"][0, REAL:] = 2

    (limit,) = root_limits(model, rows).values()

    assert limit == pytest.approx(np.sqrt(np.median(squares) * squares.max()), rel=1e-4)
    assert np.median(squares) < limit < squares.max()


def test_ordinary_norms_have_no_limit():
    rows = examples()
    for one in rows:
        one["input_ids"][0, 0] = 7

    assert root_limits(network(), rows) == {}
    assert root_limits(network(), []) == {}


def test_network_without_a_root_is_returned_itself():
    model = build_model(dataclasses.replace(preset("tiny"), normalization="no_norm"), num_outputs=2)

    assert root_limits(model, examples()) == {}
    assert with_wide_norms(model, {}) is model
