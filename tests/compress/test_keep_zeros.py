from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.compress.account import account
from tfbert_edge.compress.keep_zeros import keep_zeros
from tfbert_edge.compress.kernels import encoder_kernels, kernel_inputs, word_table
from tfbert_edge.compress.quantize_aware import QuantizeAwareSettings, quantize_aware
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.models.dropout import without_dropout
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import fake_quantize
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.precision import precision

PARTS = ("attention.query", "attention.key", "attention.value", "attention.output")
NAMES = {f"layer_{i}.{part}" for i in range(2) for part in (*PARTS, "ffn.intermediate", "ffn.output")}


def features(count: int = 32) -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, 12, count)]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 2, count).astype(np.int32))


def pruned_model(*parts: str):
    """The tiny network with every third weight of these kernels of layer 1 at zero; returns it and where."""
    keras.utils.set_random_seed(1)
    model = build_model(preset("tiny"), num_outputs=2)
    zero = {}
    for part in parts:
        layer = model.get_layer(f"layer_1.{part}")
        kernel, bias = layer.get_weights()
        kernel.flat[::3] = 0.0
        layer.set_weights([kernel, bias])
        zero[layer.name] = kernel == 0.0
    return model, zero


def train(model, hooks):
    batches = LengthBucketedBatches(features(), batch_size=8, seed=0)
    loss = make_loss("softmax_cross_entropy")
    fine_tune(model, loss=loss, batches=batches, optimizer=make_optimizer(model, 1e-2), epochs=2, hooks=hooks)


def test_encoder_kernels_are_those_of_the_transformer_layers_also_when_fake_quantized():
    model = build_model(preset("tiny", embedding_size=16), num_outputs=2)
    wrapped = encoder_kernels(fake_quantize(model))
    inputs = kernel_inputs(preset("tiny", embedding_size=16))

    assert set(encoder_kernels(model)) == NAMES
    assert {name: kernel.shape[0] for name, kernel in encoder_kernels(model).items()} == inputs
    assert {name: kernel.shape for name, kernel in wrapped.items()} == {
        name: kernel.shape for name, kernel in encoder_kernels(model).items()
    }


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_keep_zeros_keeps_these_at_zero_and_lets_all_else_learn(policy):
    with precision(policy):
        model, zero = pruned_model("attention.value", "ffn.output")
    before = {name: kernel.numpy() for name, kernel in encoder_kernels(model).items()}

    train(model, keep_zeros(model))

    for name, kernel in encoder_kernels(model).items():
        np.testing.assert_array_equal(kernel.numpy() == 0.0, zero.get(name, np.zeros(kernel.shape, bool)))
        moved = kernel.numpy() != before[name]
        assert moved.sum() > 0.9 * (before[name] != 0.0).sum()


def test_pruned_weights_come_back_without_the_hook():
    model, zero = pruned_model("ffn.output")

    train(model, [])

    assert (encoder_kernels(model)["layer_1.ffn.output"].numpy()[zero["layer_1.ffn.output"]] != 0.0).any()


def test_keep_zeros_counts_them_and_has_nothing_to_do_for_a_dense_network():
    model, zero = pruned_model("attention.key", "ffn.intermediate")
    (hook,) = keep_zeros(model)

    assert hook.count == hook.key["zeros"] == sum(int(mask.sum()) for mask in zero.values())
    assert keep_zeros(pruned_model()[0]) == []


def with_zeros_in_the_table(where):
    model, _ = pruned_model()
    table = word_table(model).numpy()
    table[where] = 0.0
    model.get_layer("embeddings.word").set_weights([table])
    return model, table == 0.0


def test_keep_zeros_keeps_those_of_a_pruned_word_table():
    model, zero = with_zeros_in_the_table(np.s_[:, ::3])
    before = word_table(model).numpy()

    train(model, keep_zeros(model))

    np.testing.assert_array_equal(word_table(model).numpy() == 0.0, zero)
    assert (word_table(model).numpy() != before).any()
    np.testing.assert_array_equal(word_table(fake_quantize(model)).numpy(), word_table(model).numpy())


def test_keep_zeros_lets_a_row_of_zeros_learn():
    assert keep_zeros(with_zeros_in_the_table(np.s_[7])[0]) == []


def test_quantization_aware_training_keeps_zeros():
    model, zero = pruned_model("attention.output", "ffn.intermediate")
    model = without_dropout(model)
    data = features()
    ranges = estimate_ranges(observe(model, [data.padded(12)]), "percentile", percentile=99.0)
    before = {name: kernel.numpy() for name, kernel in encoder_kernels(model).items()}

    quantize_aware(
        model,
        ranges=ranges,
        batches=LengthBucketedBatches(data, batch_size=8, seed=1),
        task_loss=make_loss("softmax_cross_entropy"),
        distance="classes",
        settings=QuantizeAwareSettings(learning_rate=1e-3),
    )

    for name, mask in zero.items():
        kernel = encoder_kernels(model)[name].numpy()
        np.testing.assert_array_equal(kernel == 0.0, mask)
        assert np.abs(kernel - before[name]).max() > 1e-4


def test_account_says_the_share_of_zeros_in_the_encoders_kernels():
    model, zero = pruned_model("attention.query", "ffn.output")
    size = 2 * (4 * 32 * 32 + 2 * 32 * 64)

    found = account(model, preset("tiny"), length=8)

    # Every third of 32 * 32 and of 64 * 32, rounded up.
    assert found["sparsity"] == pytest.approx((342 + 683) / size)
    assert found["sparsity"] == sum(mask.sum() for mask in zero.values()) / size
