from __future__ import annotations

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset


def test_logits_of_padded_batch_equal_transformers(oracle):
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)

    logits = loaded.model(oracle.batch)

    assert loaded.new_weights == []
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits, oracle.logits, rtol=0, atol=1e-4)


def test_logits_in_mixed_bfloat16_are_float32_and_near_those_of_float32(make_oracle):
    oracle = make_oracle("bert-gelu")
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        model = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs).model
    finally:
        keras.mixed_precision.set_global_policy("float32")

    logits = model(oracle.batch)

    assert logits.dtype == tf.float32
    assert all(weight.dtype == tf.float32 for weight in model.trainable_weights)
    # bfloat16 has 8 bits of significand: about 0.4% a step, over two layers and logits of order 1.
    np.testing.assert_allclose(logits, oracle.logits, rtol=0, atol=0.15)
    assert not np.allclose(logits, oracle.logits, rtol=0, atol=1e-5)


def test_model_in_training_drops_and_in_inference_does_not():
    model = build_model(preset("tiny"), num_outputs=2)
    batch = {name: np.ones((2, 5), np.int32) for name in ("input_ids", "token_type_ids", "attention_mask")}

    np.testing.assert_array_equal(model(batch, training=False), model(batch, training=False))
    assert not np.allclose(model(batch, training=True), model(batch, training=True))


def test_models_with_equal_seeds_draw_equal_dropout_masks():
    batch = {name: np.ones((2, 5), np.int32) for name in ("input_ids", "token_type_ids", "attention_mask")}
    first, second = (build_model(preset("tiny"), num_outputs=2, seed=4) for _ in range(2))
    other = build_model(preset("tiny"), num_outputs=2, seed=5)
    for model in (second, other):
        model.set_weights(first.get_weights())

    np.testing.assert_array_equal(first(batch, training=True), second(batch, training=True))
    assert not np.allclose(second(batch, training=True), other(batch, training=True))
