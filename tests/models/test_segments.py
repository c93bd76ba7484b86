from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.segments import more_segments


def network(**given):
    keras.utils.set_random_seed(2)
    config = preset("tiny", **given)
    return build_model(config, head="tokens", num_outputs=1), config


def outputs(model, segments):
    ids = np.random.default_rng(0).integers(5, 100, segments.shape).astype(np.int32)
    return model([ids, segments.astype(np.int32), np.ones_like(ids)]).numpy()


def test_new_segments_begin_near_those_of_the_checkpoint_and_all_else_is_its_own():
    model, config = network()
    segments = np.random.default_rng(1).integers(0, 2, (2, 9))

    changed, changed_config = more_segments(model, config, 6, head="tokens", seed=3)

    assert changed_config.type_vocab_size == 6 and config.type_vocab_size == 2
    (own,), (table,) = (one.get_layer("embeddings.token_type").get_weights() for one in (model, changed))
    apart = table - np.tile(own, (3, 1))
    assert table.shape == (6, 32) and (apart[:2] == 0.0).all()
    assert apart[2:].std() == pytest.approx(config.initializer_range, rel=0.2)
    np.testing.assert_array_equal(outputs(changed, segments), outputs(model, segments))
    again = more_segments(model, config, 6, head="tokens", seed=3)[0]
    np.testing.assert_array_equal(again.get_layer("embeddings.token_type").get_weights()[0], table)


def test_network_with_as_many_stays_as_it_is():
    model, config = network(type_vocab_size=6)

    assert more_segments(model, config, 6) == (model, config)


@pytest.mark.parametrize("given", [{"family": "distilbert", "type_vocab_size": 0}, {"type_vocab_size": 4}])
def test_network_whose_segments_do_not_divide_is_refused(given):
    with pytest.raises(CheckpointError, match=f"must have 6 .* it has {given['type_vocab_size']}"):
        more_segments(*network(**given), 6)
