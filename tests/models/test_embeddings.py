from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.models.embeddings import PositionEmbedding
from tfbert_edge.models.encoder import build_encoder
from tfbert_edge.models.presets import preset


def test_position_embedding_gives_the_first_rows_whatever_the_ids():
    layer = PositionEmbedding(10, 4)
    ids = np.array([[7, 7, 1], [0, 2, 9]], np.int32)

    output = layer(ids)

    np.testing.assert_array_equal(output, layer.get_weights()[0][None, :3])


@pytest.mark.parametrize(
    ("family", "segments_matter"), [("bert", True), ("electra", True), ("distilbert", False)]
)
def test_segments_change_the_states_of_families_that_have_them(family, segments_matter):
    model = build_encoder(preset("tiny", family=family, type_vocab_size=2 if segments_matter else 0))
    ids = np.array([[5, 9, 7]], np.int32)

    first, second = (model([ids, segments, np.ones_like(ids)]).numpy() for segments in (ids * 0, ids * 0 + 1))

    assert (not np.allclose(first, second)) == segments_matter
