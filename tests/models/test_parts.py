from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.errors import CompressionError
from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset

LAYERS = 4
CONFIG = preset("tiny", num_heads=(4,) * LAYERS, intermediate_sizes=(64,) * LAYERS)


@pytest.fixture(scope="module")
def model():
    built = build_model(CONFIG, num_outputs=3)
    random = np.random.default_rng(2)
    built.set_weights(
        [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in built.get_weights()]
    )
    return built


@pytest.fixture(scope="module")
def inputs():
    random = np.random.default_rng(1)
    mask = (np.arange(12) < random.integers(3, 13, (9, 1))).astype(np.int32)
    ids = random.integers(5, 128, (9, 12)).astype(np.int32) * mask
    return [ids, np.zeros_like(ids), mask]


def with_zeros(model, name, rows):
    """A copy of ``model`` in which these rows of a kernel are zero: what comes in there has no effect."""
    copy = build_model(CONFIG, num_outputs=3)
    copy.set_weights(model.get_weights())
    kernel, bias = copy.get_layer(name).get_weights()
    kernel[rows] = 0.0
    copy.get_layer(name).set_weights([kernel, bias])
    return copy


def test_keep_parts_without_heads_equals_their_contexts_at_zero(model, inputs):
    kept = [[0, 1, 2, 3], [1, 3], [0, 1, 2, 3], [2]]
    expected = with_zeros(model, "layer_1.attention.output", [*range(8), *range(16, 24)])
    kernel, bias = expected.get_layer("layer_3.attention.output").get_weights()
    kernel[[*range(16), *range(24, 32)]] = 0.0
    expected.get_layer("layer_3.attention.output").set_weights([kernel, bias])

    smaller, config = keep_parts(model, CONFIG, heads=kept)

    assert config.num_heads == (4, 2, 4, 1)
    assert smaller.get_layer("layer_3.attention.query").get_weights()[0].shape == (32, 8)
    np.testing.assert_allclose(smaller(inputs), expected(inputs), atol=2e-6)
    assert np.abs(smaller(inputs) - model(inputs)).max() > 1e-3


def test_keep_parts_without_neurons_equals_their_activations_at_zero(model, inputs):
    gone = [0, 5, 63]
    expected = with_zeros(model, "layer_2.ffn.output", gone)
    kept = [[place for place in range(64) if layer != 2 or place not in gone] for layer in range(LAYERS)]

    smaller, config = keep_parts(model, CONFIG, neurons=kept)

    assert config.intermediate_sizes == (64, 64, 61, 64)
    np.testing.assert_allclose(smaller(inputs), expected(inputs), atol=2e-6)
    assert np.abs(smaller(inputs) - model(inputs)).max() > 1e-3


def test_keep_parts_of_fewer_layers_equals_transformers_with_these_layers(model, inputs, tmp_path):
    from transformers import BertConfig, TFBertForSequenceClassification
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    save_checkpoint(model, CONFIG, tmp_path / "model")
    oracle = TFBertForSequenceClassification(BertConfig.from_pretrained(tmp_path / "model"))
    load_pytorch_state_dict_in_tf2_model(oracle, load_file(tmp_path / "model" / "model.safetensors"))
    layers = oracle.bert.encoder.layer
    oracle.bert.encoder.layer = [layers[0], layers[2]]

    smaller, config = keep_parts(model, CONFIG, layers=[0, 2])

    assert config.num_layers == 2
    expected = oracle(
        input_ids=inputs[0], token_type_ids=inputs[1], attention_mask=inputs[2], training=False
    ).logits
    np.testing.assert_allclose(smaller(inputs), expected, atol=1e-4)


def test_keep_parts_of_everything_at_once_is_saved_and_loaded_as_it_is(model, inputs, tmp_path):
    heads = [[0], [1, 2], [3], [0, 1, 2, 3]]
    neurons = [range(16), range(32), range(8, 64), range(64)]
    smaller, config = keep_parts(model, CONFIG, layers=[1, 3], heads=heads, neurons=neurons)
    save_checkpoint(smaller, config, tmp_path / "model")

    loaded = load_checkpoint(tmp_path / "model", num_outputs=3)

    assert loaded.config.num_heads == config.num_heads == (2, 4)
    assert loaded.config.intermediate_sizes == (32, 64)
    np.testing.assert_allclose(loaded.model(inputs), smaller(inputs), atol=1e-6)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"layers": []}, "layers: at least one of 4 must stay"),
        ({"layers": [2, 1]}, "must be rising places from 0 to 3, are 2, 1"),
        ({"heads": [[0], [0], [0], [4]]}, "heads of layer 3: must be rising places from 0 to 3, are 4"),
        ({"heads": [[0], [], [0], [1]]}, "heads of layer 1: at least one of 4 must stay"),
        ({"neurons": [[0]]}, "one entry for each of 4 layers, has 1"),
    ],
)
def test_keep_parts_of_what_is_not_there_says_where(model, parts, message):
    with pytest.raises(CompressionError, match=message):
        keep_parts(model, CONFIG, **parts)
