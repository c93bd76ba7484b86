from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.sensitivity import (
    hessian_sensitivity,
    hessian_traces,
    loss_sensitivity,
)
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.features import Features
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.training.losses import make_loss

LOSS = make_loss("softmax_cross_entropy")
# max/7 is 1 in the first channel and 0.1 in the second.
KERNEL = np.array([[7.0, -0.70], [3.4, 0.26]], np.float32)
ROUNDED = np.array([[7.0, -0.70], [3.0, 0.30]], np.float32)


def linear_model(kernel=KERNEL):
    """int32 ``(b, 2)`` -> ``(b, 2)``, through one matrix."""
    ids = keras.Input((2,), dtype="int32", name="input_ids")
    values = keras.layers.Lambda(lambda x: tf.cast(x, tf.float32))(ids)
    model = keras.Model([ids], keras.layers.Dense(kernel.shape[1], use_bias=False, name="dense")(values))
    model.get_layer("dense").set_weights([kernel])
    return model


def linear_batches():
    rows = np.array([[1, 2], [0, 1], [3, 0]], np.int32)
    weights = np.ones(3, np.float32)
    return [
        {"input_ids": rows[:2], "example_weight": weights[:2]},
        {"input_ids": rows[2:], "example_weight": weights[2:]},
    ]


def half_squares(batch, outputs):
    return 0.5 * tf.reduce_sum(tf.square(outputs), axis=-1)


def test_hessian_trace_of_a_quadratic_loss_with_a_diagonal_hessian_is_exact_with_one_draw():
    # With one input at a time, the Hessian of |x W|^2 / 2 is diagonal: x_i^2 for each of row i's weights.
    batches = [{"input_ids": np.array([[2, 0], [0, 3]], np.int32), "example_weight": np.ones(2, np.float32)}]

    found = hessian_traces(linear_model(), ["dense"], lambda: batches, half_squares, draws=1, seed=0)

    assert found == {"dense": pytest.approx(2 * (4 + 9) / 2, rel=1e-6)}  # two channels, mean of two examples


def test_hessian_trace_of_a_quadratic_loss_converges_to_it():
    found = hessian_traces(linear_model(), ["dense"], linear_batches, half_squares, draws=2000, seed=0)

    assert found["dense"] == pytest.approx(2 * (5 + 1 + 9) / 3, rel=0.02)


def test_hessian_sensitivity_is_the_mean_trace_times_the_squared_rounding():
    found = hessian_sensitivity(linear_model(), ["dense"], linear_batches, half_squares, draws=2000, seed=0)

    assert found["dense"] == pytest.approx(10 / 4 * np.square(ROUNDED - KERNEL).sum(), rel=0.02)


def test_loss_sensitivity_of_regression_is_the_mean_squared_move_of_the_outputs():
    found = loss_sensitivity(linear_model(), ["dense"], linear_batches, distance="values")

    moves = np.array([[1, 2], [0, 1], [3, 0]]) @ (ROUNDED - KERNEL)
    assert found["dense"] == pytest.approx(np.square(moves).mean(axis=1).mean(), rel=1e-5)


def test_loss_sensitivity_of_classification_is_the_divergence_from_the_networks_own_answers():
    kernel = KERNEL / [[10.0, 1.0]]
    model = linear_model(kernel.astype(np.float32))
    found = loss_sensitivity(model, ["dense"], linear_batches, distance="classes")

    rows = np.array([[1, 2], [0, 1], [3, 0]])
    own, moved = (_softmax(rows @ one) for one in (kernel, ROUNDED / [[10.0, 1.0]]))
    expected = np.sum(own * np.log(own / moved), axis=1).mean()
    assert expected > 1e-4
    assert found["dense"] == pytest.approx(expected, rel=1e-3)
    np.testing.assert_array_equal(model.get_layer("dense").kernel.numpy(), kernel.astype(np.float32))


def test_loss_sensitivity_of_a_matrix_that_rounding_leaves_alone_is_nothing():
    found = loss_sensitivity(linear_model(ROUNDED), ["dense"], linear_batches, distance="classes")

    assert found == {"dense": pytest.approx(0.0, abs=1e-6)}


def _softmax(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


NAMES = ["layer_0.attention.query", "layer_0.ffn.intermediate", "layer_0.ffn.output"]


@pytest.fixture(scope="module")
def tiny():
    config = preset(
        "tiny", hidden_size=4, embedding_size=4, num_heads=(2,), head_size=2, intermediate_sizes=(6,)
    )
    model = build_model(config, num_outputs=3)
    random = np.random.default_rng(2)
    for variable in model.trainable_variables:
        variable.assign_add(random.normal(0, 0.5, variable.shape))
    return model


def text_batches():
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, 9, 12)]
    data = Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 3, 12).astype(np.int32))
    return [batch for _, batch in evaluation_batches(data, batch_size=12)]


def exact_traces(model, names):
    """The slope of the loss by each weight, a little above and a little below it: the sum of the differences."""
    (batch,) = text_batches()
    inputs = [tf.constant(batch[name]) for name in model.input_names]

    @tf.function
    def slopes(kernel):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(LOSS(batch, model(inputs, training=False)))
        return tape.gradient(loss, kernel)

    traces, step = [], 1e-2
    for name in names:
        kernel = model.get_layer(name).kernel
        before = kernel.numpy()
        find = tf.function(lambda kernel=kernel: slopes(kernel))
        total = 0.0
        for place in np.ndindex(*before.shape):
            found = []
            for change in (step, -step):
                moved = before.copy()
                moved[place] += change
                kernel.assign(moved)
                found.append(float(find()[place]))
            total += (found[0] - found[1]) / (2 * step)
        kernel.assign(before)
        traces.append(total)
    return traces


def test_hessian_traces_of_a_bert_converge_to_the_exact_ones(tiny):
    found = hessian_traces(tiny, NAMES, text_batches, LOSS, draws=400, seed=1)

    expected = exact_traces(tiny, NAMES)
    assert np.abs(expected).min() > 0.01
    np.testing.assert_allclose(list(found.values()), expected, rtol=0.1)


def test_hessian_traces_are_those_of_their_seed(tiny):
    one, same, other = (
        hessian_traces(tiny, NAMES[:1], text_batches, LOSS, draws=1, seed=seed) for seed in (5, 5, 6)
    )

    assert one == same
    assert one != other
