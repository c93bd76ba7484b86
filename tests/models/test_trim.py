from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.trim import trim_embeddings


@pytest.fixture(scope="module")
def config():
    return preset("tiny", vocab_size=200)


@pytest.fixture(scope="module")
def model(config):
    return build_model(config, num_outputs=3)


@pytest.fixture(scope="module")
def inputs():
    generator = np.random.default_rng(1)
    mask = (np.arange(16) < generator.integers(3, 17, (24, 1))).astype(np.int32)
    return generator.integers(1, 100, (24, 16)).astype(np.int32) * mask, np.zeros_like(mask), mask


@pytest.fixture(scope="module")
def kept_ids(inputs):
    """What the examples use, in an order of its own: not sorted, padding not first."""
    return np.unique(inputs[0])[::-1]


def test_trim_embeddings_outputs_on_kept_pieces_are_identical(model, config, inputs, kept_ids):
    trimmed, _ = trim_embeddings(model, config, kept_ids)
    ids, segments, mask = inputs
    place = {int(old): new for new, old in enumerate(kept_ids)}
    renumbered = np.vectorize(place.__getitem__)(ids).astype(np.int32)
    np.testing.assert_array_equal(
        trimmed([renumbered, segments, mask], training=False), model([ids, segments, mask], training=False)
    )


def test_trim_embeddings_table_has_only_kept_rows(model, config, kept_ids):
    trimmed, trimmed_config = trim_embeddings(model, config, kept_ids)
    (table,) = trimmed.get_layer("embeddings.word").get_weights()
    np.testing.assert_array_equal(table, model.get_layer("embeddings.word").get_weights()[0][kept_ids])
    assert trimmed_config.vocab_size == len(kept_ids)
    assert trimmed.count_params() == model.count_params() - (config.vocab_size - len(kept_ids)) * 32


def test_trim_embeddings_padding_id_moves_with_its_row(model, config, kept_ids):
    _, trimmed_config = trim_embeddings(model, config, kept_ids)
    assert kept_ids[trimmed_config.pad_token_id] == config.pad_token_id


def test_trim_embeddings_leaves_the_given_model_alone(model, config, kept_ids):
    before = [weight.copy() for weight in model.get_weights()]
    trim_embeddings(model, config, kept_ids)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([0, 1, 1], "distinct, 1 are repeated"),
        ([0, 200], "ids from 0 to 199"),
        ([0, -1], "ids from 0 to 199"),
        ([1, 2], "padding id 0"),
        ([0.0, 1.0], "list of ids, it is float64"),
    ],
)
def test_trim_embeddings_impossible_ids_raise(model, config, ids, message):
    with pytest.raises(CheckpointError, match=message):
        trim_embeddings(model, config, np.array(ids))
