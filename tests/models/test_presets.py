from __future__ import annotations

import pytest

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.encoder import build_encoder
from tfbert_edge.models.presets import PRESETS, preset


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        # Embeddings and encoder, without pooler: hidden size h, n layers of f neurons give
        # (30522 + 512 + 2 + 2) h + n (4 h^2 + 2 h f + 9 h + f).
        ("bert-mini", 11_104_768),
        ("tinybert-4", 14_252_592),
        ("minilm-l3-h384", 17_241_984),
        ("minilm-l6-h384", 22_565_376),
    ],
)
def test_preset_builds_an_encoder_of_the_published_size(name, parameters):
    model = build_encoder(preset(name))

    assert sum(int(weight.shape.num_elements()) for weight in model.trainable_weights) == parameters


def test_preset_with_fields_replaces_them_and_leaves_the_table():
    assert preset("tiny", vocab_size=7).vocab_size == 7
    assert PRESETS["tiny"].vocab_size == 128


def test_preset_of_unknown_name_lists_the_names():
    with pytest.raises(CheckpointError, match=r"tiny, bert-mini.*was 'huge'"):
        preset("huge")
