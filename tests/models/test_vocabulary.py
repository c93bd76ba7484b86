from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.vocabulary import change_vocabulary


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


@pytest.fixture(scope="module")
def rows(kept_ids):
    return [(int(one),) for one in kept_ids]


def test_change_vocabulary_outputs_on_kept_pieces_are_identical(model, config, inputs, kept_ids, rows):
    changed, _ = change_vocabulary(model, config, rows)
    ids, segments, mask = inputs
    place = {int(old): new for new, old in enumerate(kept_ids)}
    renumbered = np.vectorize(place.__getitem__)(ids).astype(np.int32)
    np.testing.assert_array_equal(
        changed([renumbered, segments, mask], training=False), model([ids, segments, mask], training=False)
    )


def test_change_vocabulary_table_has_only_kept_rows(model, config, kept_ids, rows):
    changed, changed_config = change_vocabulary(model, config, rows)
    (table,) = changed.get_layer("embeddings.word").get_weights()
    np.testing.assert_array_equal(table, model.get_layer("embeddings.word").get_weights()[0][kept_ids])
    assert changed_config.vocab_size == len(kept_ids)
    assert changed.count_params() == model.count_params() - (config.vocab_size - len(kept_ids)) * 32


def test_change_vocabulary_row_of_several_is_their_mean(model, config):
    old = model.get_layer("embeddings.word").get_weights()[0]
    changed, changed_config = change_vocabulary(model, config, [(7,), (3, 4, 9), (0,), (9, 9)])
    (table,) = changed.get_layer("embeddings.word").get_weights()
    expected = np.stack([old[7], (old[3] + old[4] + old[9]) / 3, old[0], old[9]])
    np.testing.assert_allclose(table, expected, rtol=1e-6, atol=1e-8)
    assert table.dtype == np.float32
    assert (changed_config.vocab_size, changed_config.pad_token_id) == (4, 2)


def test_change_vocabulary_padding_id_moves_with_its_row(model, config, kept_ids, rows):
    _, changed_config = change_vocabulary(model, config, rows)
    assert kept_ids[changed_config.pad_token_id] == config.pad_token_id


def test_change_vocabulary_leaves_the_given_model_alone(model, config, rows):
    before = [weight.copy() for weight in model.get_weights()]
    change_vocabulary(model, config, rows)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(0,), (1,), (1,)], "distinct, 1 are repeated"),
        ([(0,), (1, 200)], "ids from 0 to 199"),
        ([(0,), (-1,)], "ids from 0 to 199"),
        ([(0,), ()], "ids from 0 to 199"),
        ([(1,), (0, 2)], "padding id 0"),
    ],
)
def test_change_vocabulary_impossible_rows_raise(model, config, rows, message):
    with pytest.raises(CheckpointError, match=message):
        change_vocabulary(model, config, rows)
