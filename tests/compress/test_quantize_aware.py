from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.quantize_aware import (
    QuantizeAwareSettings,
    distillation_loss,
    quantize_aware,
    relative_distance,
)
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.models.dropout import without_dropout
from tfbert_edge.models.heads import build_model, layer_outputs
from tfbert_edge.models.presets import preset
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.training.losses import make_loss

SETTINGS = QuantizeAwareSettings(epochs=4, learning_rate=3e-4, range_learning_rate=1e-3)


def features(count: int = 64) -> Features:
    generator = np.random.default_rng(0)
    ids = [generator.integers(5, 128, length).astype(np.int32) for length in generator.integers(4, 12, count)]
    return Features(
        input_ids=ids,
        token_type_ids=[np.zeros_like(row) for row in ids],
        labels=generator.integers(0, 2, count).astype(np.int32),
    )


def tiny_model():
    keras.utils.set_random_seed(1)
    return without_dropout(build_model(preset("tiny"), num_outputs=2))


def train(model, data: Features, settings: QuantizeAwareSettings = SETTINGS, **others):
    padded = {name: array for name, array in data.padded(12).items()}
    ranges = estimate_ranges(observe(model, [padded]), "percentile", percentile=99.0)
    trained, history = quantize_aware(
        model,
        ranges=ranges,
        batches=LengthBucketedBatches(data, batch_size=16, seed=1),
        task_loss=make_loss("softmax_cross_entropy"),
        distance="classes",
        settings=settings,
        **others,
    )
    return ranges, trained, history


def test_relative_distance_counts_real_tokens_alone():
    hidden = tf.constant([[[1.0, 2.0], [100.0, 100.0]]])
    teacher = tf.constant([[[3.0, 4.0], [0.0, 0.0]]])

    found = relative_distance(hidden, teacher, tf.constant([[[1.0], [0.0]]])).numpy()

    np.testing.assert_allclose(found, [(4 + 4) / (9 + 16)], rtol=1e-6)


def test_distillation_loss_adds_its_terms_with_their_weights():
    teacher = build_model(preset("tiny"), num_outputs=2)
    data = features(4)
    batch = {name: tf.constant(array) for name, array in data.padded(12).items()}
    batch["labels"] = tf.constant(data.labels)
    inputs = [batch[name] for name in ("input_ids", "token_type_ids", "attention_mask")]
    own = teacher(inputs, training=False)
    hidden = [tf.zeros((4, 12, 32)) for _ in layer_outputs(teacher)]
    task = make_loss("softmax_cross_entropy")
    settings = QuantizeAwareSettings(task_weight=2.0, distill_weight=3.0, hidden_weight=5.0)

    found = distillation_loss(teacher, task, distance="classes", settings=settings)(
        batch, [own + 1.0, *hidden]
    )

    # Logits moved alike have the teacher's softmax; hidden states of zero are at the relative distance 1.
    expected = 2.0 * task(batch, own + 1.0).numpy() + 3.0 * 0.0 + 5.0 * 1.0
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4)


def test_distillation_loss_has_no_task_term_for_examples_without_labels():
    teacher = build_model(preset("tiny"), num_outputs=2)
    data = features(4)
    batch = {name: tf.constant(array) for name, array in data.padded(12).items()}
    batch |= {"labels": tf.constant(data.labels), "labelled": tf.constant([1.0, 0.0, 1.0, 0.0])}
    logits = tf.constant([[0.0, 3.0]] * 4)
    task = make_loss("softmax_cross_entropy")
    settings = QuantizeAwareSettings(task_weight=2.0, distill_weight=0.0, hidden_weight=0.0)

    found = distillation_loss(teacher, task, distance="classes", settings=settings)(batch, [logits])

    expected = 2.0 * task(batch, logits).numpy() * [1.0, 0.0, 1.0, 0.0]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_distillation_loss_of_regression_is_the_squared_difference():
    teacher = build_model(preset("tiny"), num_outputs=1)
    batch = {name: tf.constant(array) for name, array in features(4).padded(12).items()}
    inputs = [batch[name] for name in ("input_ids", "token_type_ids", "attention_mask")]
    settings = QuantizeAwareSettings(hidden_weight=0.0)
    loss = distillation_loss(teacher, make_loss("mean_squared_error"), distance="values", settings=settings)

    found = loss(batch, [teacher(inputs, training=False) + 0.5])

    np.testing.assert_allclose(found.numpy(), [0.25] * 4, rtol=1e-4)


def test_bounds_move_by_shares_of_their_own_range_however_narrow_it_is():
    ranges, trained, _ = train(tiny_model(), features())

    # Ranges hold 0 from the start on, and those of keys and values are symmetric.
    starts = {
        name: (min(low, 0.0), max(high, 0.0))
        for name, (low, high) in ranges.items()
        if not name.endswith((".key", ".value"))
    }
    widths = {name: high - low for name, (low, high) in starts.items()}
    moved = {
        name: max(abs(a - b) for a, b in zip(trained[name], starts[name], strict=True)) / widths[name]
        for name in starts
    }
    narrow = min(widths, key=widths.get)
    assert widths[narrow] < 0.01 < 0.5 < max(widths.values())
    # 16 steps of a thousandth each at most, with what warmup and decay leave of them, and Adam adds.
    assert 0.001 < moved[narrow] < 0.02
    assert max(moved.values()) < 0.02


def test_quantize_aware_training_nears_the_teacher_and_moves_weights_and_ranges():
    model = tiny_model()
    before = model.get_weights()

    settings = dataclasses.replace(SETTINGS, epochs=10)
    ranges, trained, history = train(model, features(), settings)

    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    assert set(trained) == set(ranges)
    assert sum(trained[name] != pytest.approx(ranges[name], abs=1e-4) for name in ranges) > len(ranges) / 2
    assert any(np.abs(new - old).max() > 1e-4 for new, old in zip(model.get_weights(), before, strict=True))


def test_quantize_aware_training_in_bfloat16_learns_as_in_float32_does():
    models = [tiny_model(), tiny_model()]

    _, _, plain = train(models[0], features())
    _, _, fast = train(models[1], features(), precision="bfloat16")

    assert fast[-1]["loss"] == pytest.approx(plain[-1]["loss"], rel=0.05)
    assert fast[-1]["loss"] != plain[-1]["loss"]


def test_quantize_aware_training_learns_from_the_teacher_that_is_named():
    model, teacher = tiny_model(), tiny_model()
    teacher.set_weights([np.zeros_like(weight) for weight in teacher.get_weights()])
    settings = QuantizeAwareSettings(epochs=20, learning_rate=3e-3, hidden_weight=0.0)

    train(model, features(), settings, teacher=teacher)

    # Logits of zeros: both classes are as likely.
    logits = model(list(features().padded(12).values())[:3], training=False).numpy()
    assert np.abs(logits[:, 0] - logits[:, 1]).max() < 0.1


def test_quantize_aware_training_with_the_task_loss_learns_the_labels():
    model = tiny_model()
    data = features()
    labels = np.array([int(row[0] > 64) for row in data.input_ids], np.int32)
    data = Features(input_ids=data.input_ids, token_type_ids=data.token_type_ids, labels=labels)
    settings = QuantizeAwareSettings(
        epochs=120,
        learning_rate=1e-3,  # at 3e-3 it depends on the processor's rounding whether it ends where it began
        range_learning_rate=0.1,  # an untrained network's logits have far to go
        task_weight=1.0,
        distill_weight=0.0,
        hidden_weight=0.0,
    )

    _, _, history = train(model, data, settings)

    assert history[0]["loss"] > 0.5
    assert history[-1]["loss"] < 0.3


def test_quantize_aware_training_moves_the_folded_query_as_far_as_any_other_kernel():
    model, random = tiny_model(), np.random.default_rng(3)
    # Larger weights: Adam's epsilon counts where slopes are as small as a fresh network's.
    model.set_weights(
        [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in model.get_weights()]
    )
    before = {layer.name: layer.get_weights() for layer in model.layers}
    settings = QuantizeAwareSettings(epochs=1, learning_rate=1e-4, warmup_ratio=0.0)

    train(model, features(16), settings)

    # One step of Adam is its rate, the first one of a linear schedule: in the weights as they are saved.
    for name in ("layer_0.attention.query", "layer_0.attention.value", "layer_0.ffn.output"):
        moved = np.abs(model.get_layer(name).get_weights()[0] - before[name][0])
        np.testing.assert_allclose(np.median(moved), 1e-4, rtol=0.02)
