from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.checkpoint_save import save_checkpoint
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import fake_quantize


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


@pytest.mark.parametrize("pooling", ["mean_pooling", "cls_pooling"])
def test_pooled_states_of_padded_batch_equal_those_of_transformers(make_oracle, pooling):
    oracle = make_oracle("bert-gelu")
    loaded = load_checkpoint(oracle.folder, head=pooling, num_outputs=0)
    mask = oracle.batch["attention_mask"][:, :, None]
    states = oracle.hidden_states[-1]
    expected = (states * mask).sum(1) / mask.sum(1) if pooling == "mean_pooling" else states[:, 0]

    pooled = loaded.model(oracle.batch)

    assert (loaded.new_weights, pooled.dtype) == ([], tf.float32)
    np.testing.assert_allclose(pooled, expected, rtol=0, atol=1e-4)


def test_label_of_the_mean_is_what_bert_says_of_it_and_padding_changes_nothing(make_oracle, tmp_path):
    oracle = make_oracle("bert-gelu")
    loaded = load_checkpoint(oracle.folder, head="mean_classification", num_outputs=oracle.num_outputs)
    mask = oracle.batch["attention_mask"][:, :, None]
    pooled = (oracle.hidden_states[-1] * mask).sum(1) / mask.sum(1)
    dense, classifier = (
        loaded.model.get_layer(f"head.{name}").get_weights() for name in ("dense", "classifier")
    )
    expected = np.tanh(pooled @ dense[0] + dense[1]) @ classifier[0] + classifier[1]

    logits = loaded.model(oracle.batch)
    save_checkpoint(
        loaded.model, loaded.config, tmp_path / "saved", head="mean_classification", labels=["a", "b", "c"]
    )
    again = load_checkpoint(tmp_path / "saved", head="mean_classification", num_outputs=oracle.num_outputs)

    # The pooler is the checkpoint's; its classifier was made to read [CLS].
    assert loaded.new_weights == ["classifier.weight", "classifier.bias"]
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4)
    assert again.new_weights == []
    np.testing.assert_allclose(again.model(oracle.batch), logits, rtol=0, atol=1e-6)
    raw = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert raw["architectures"] == ["TfbertEdgeForMeanPooledClassification"]


@pytest.mark.parametrize("length", [8, 100, 511])
def test_mean_of_rounded_weights_keeps_its_direction_at_any_length(length):
    config = dataclasses.replace(preset("tiny"), max_position_embeddings=512)
    model = fake_quantize(build_model(config, head="mean_pooling", num_outputs=0))
    weights = model.get_layer("quant_head.weights")
    mask = (np.arange(512) < length).astype(np.int32)[None]

    found = keras.Model(model.inputs, weights.output)(
        [np.zeros_like(mask), np.zeros_like(mask), mask]
    ).numpy()

    # As many 256ths for each token, at least one; none for padding.
    steps = np.unique(found[0, 0, 0, :length] * 256)
    assert len(steps) == 1
    assert steps[0] == round(256 / length) >= 1
    assert not found[0, 0, 0, length:].any()


def test_joint_network_is_saved_and_read_again_with_equal_logits(tmp_path):
    config, batch = preset("tiny"), {"input_ids": np.arange(1, 6, dtype=np.int32)[None]}
    batch |= {"token_type_ids": np.zeros((1, 5), np.int32), "attention_mask": np.ones((1, 5), np.int32)}
    model = build_model(config, head="joint", num_outputs=(2, 3), seed=3)

    save_checkpoint(
        model, config, tmp_path / "saved", labels=list("abcde"), task_type="intent_slots", head="joint"
    )
    again = load_checkpoint(tmp_path / "saved", head="joint", num_outputs=(2, 3))

    assert again.new_weights == []
    np.testing.assert_allclose(again.model(batch), model(batch), rtol=0, atol=1e-6)
    raw = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert raw["architectures"] == ["TfbertEdgeForIntentAndSlots"]
