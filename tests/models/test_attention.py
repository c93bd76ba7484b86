from __future__ import annotations

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.models.attention import MASK_PENALTY, MaskBias, self_attention
from tfbert_edge.models.encoder import build_encoder
from tfbert_edge.models.presets import preset


def test_mask_bias_is_zero_for_tokens_and_the_penalty_for_padding():
    mask = np.array([[1, 1, 0], [1, 0, 0]], np.int32)

    bias = MaskBias(MASK_PENALTY)(mask)

    expected = np.array([[0, 0, -30], [0, -30, -30]], np.float32)[:, None, None, :]
    np.testing.assert_array_equal(bias, expected)


def test_self_attention_of_heads_narrower_than_their_share_equals_keras():
    heads, head_size, width = 3, 5, 16  # 15 of 16 channels: heads left by pruning do not fill the hidden size
    random = np.random.default_rng(0)
    inputs = random.normal(size=(2, 6, width)).astype(np.float32)
    mask = np.array([[1, 1, 1, 1, 0, 0], [1] * 6], np.int32)
    oracle = keras.layers.MultiHeadAttention(heads, head_size)
    oracle(inputs, inputs)
    oracle.set_weights([random.normal(size=w.shape).astype(np.float32) * 0.3 for w in oracle.get_weights()])
    weights = {
        weight.name.split(":")[0].split("multi_head_attention/")[-1]: weight.numpy()
        for weight in oracle.weights
    }

    place, bias = keras.Input((None, width)), keras.Input((1, 1, None))
    context = self_attention(
        place,
        bias,
        queries=place,
        dense=lambda units, name: keras.layers.Dense(units, name=name),
        dropout=lambda name: keras.layers.Dropout(0.0, name=name),
        heads=heads,
        head_size=head_size,
        name="attention",
    )
    model = keras.Model([place, bias], keras.layers.Dense(width, name="attention.output")(context))
    for part in ("query", "key", "value"):
        kernel, offset = weights[f"{part}/kernel"], weights[f"{part}/bias"]
        model.get_layer(f"attention.{part}").set_weights([kernel.reshape(width, -1), offset.reshape(-1)])
    kernel = weights["attention_output/kernel"].reshape(-1, width)
    model.get_layer("attention.output").set_weights([kernel, weights["attention_output/bias"]])

    expected = oracle(inputs, inputs, attention_mask=mask[:, None, :].astype(bool))
    found = model([inputs, MaskBias(MASK_PENALTY)(mask)])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_padding_weighs_less_than_float32_resolves():
    model = build_encoder(preset("tiny"))
    weights = keras.Model(model.inputs, model.get_layer("layer_0.attention.softmax").output)
    mask = np.array([[1, 1, 1, 0, 0]], np.int32)
    ids = np.array([[5, 9, 7, 8, 11]], np.int32)

    attention = weights([ids, np.zeros_like(ids), mask]).numpy()

    assert attention.shape == (1, 4, 5, 5)
    assert attention[..., 3:].max() < 1e-12
    np.testing.assert_allclose(attention[..., :3].sum(-1), 1, atol=1e-6)
