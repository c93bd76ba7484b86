"""What XLA compiles must be what the formulas say, in value and gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfbert_edge._keras import tf
from tfbert_edge.models import fused

POINTS = np.array([[-6.0, -2.0, -0.75, -0.1], [0.0, 0.3, 1.0, 5.0]], np.float32)


def distribution(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def density(x):
    return math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("bfloat16", 1e-2)])
def test_gelu_is_x_times_the_normal_distribution_and_its_gradient_that_products(dtype, tolerance):
    x = tf.cast(POINTS, dtype)
    upstream = tf.cast(tf.fill(x.shape, 0.5), dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fused.gelu(x)
    gradient = tape.gradient(y, x, output_gradients=upstream)

    assert y.dtype == gradient.dtype == x.dtype
    points = tf.cast(x, "float64").numpy()
    expected = np.vectorize(lambda v: v * distribution(v))(points)
    slopes = np.vectorize(lambda v: 0.5 * (distribution(v) + v * density(v)))(points)
    np.testing.assert_allclose(tf.cast(y, "float64"), expected, atol=tolerance, rtol=tolerance)
    np.testing.assert_allclose(tf.cast(gradient, "float64"), slopes, atol=tolerance, rtol=tolerance)


def test_gelu_has_a_second_derivative_for_the_hessian():
    x = tf.constant(POINTS)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = fused.gelu(x)
        slope = inner.gradient(y, x)
    second = outer.gradient(slope, x)

    expected = np.vectorize(lambda v: (2.0 - v * v) * density(v))(POINTS.astype("float64"))
    np.testing.assert_allclose(second, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_keep_scales_what_was_drawn_high_enough_and_passes_its_gradient_alone(dtype):
    x = tf.cast(POINTS, dtype)
    drawn = tf.constant([0, 99, 100, 65535, 101, 5, 100, 7], tf.uint16)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = fused.keep(x, drawn, tf.constant(100, tf.uint16), tf.constant(2.0))
    gradient = tape.gradient(y, x)

    kept = np.array([[0, 0, 1, 1], [1, 0, 1, 0]], np.float32)
    np.testing.assert_allclose(tf.cast(y, "float32"), 2.0 * kept * tf.cast(x, "float32"))
    np.testing.assert_allclose(tf.cast(gradient, "float32"), 2.0 * kept)


def test_lengths_of_one_trace_may_differ():
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
    def traced(x):
        return fused.gelu(x)

    for length in (1, 3, 8):
        assert traced(tf.ones((2, length))).shape == (2, length)
