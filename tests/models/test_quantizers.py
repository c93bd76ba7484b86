from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import tf
from tfbert_edge.models.quantizers import KernelQuantizer, LayerQuantization, RangeQuantizer, VectorQuantizer


def test_kernel_quantizer_rounds_each_output_channel_by_its_own_maximum():
    weights = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32) * [0.1, 1.0, 5.0, 40.0]
    scale = np.abs(weights).max(axis=0) / 127

    found = KernelQuantizer(per_channel=True)(tf.constant(weights, tf.float32), False, {}).numpy()

    np.testing.assert_allclose(found, np.round(weights / scale) * scale, atol=scale.max() * 1e-4)


def test_kernel_quantizer_of_4_bits_has_15_steps_from_minus_to_plus_the_maximum():
    weights = np.array([[7.0, -0.70], [3.4, 0.26], [-0.6, 0.04], [-6.51, 0.0]], np.float32)
    expected = [[7.0, -0.70], [3.0, 0.30], [-1.0, 0.0], [-7.0, 0.0]]

    found = KernelQuantizer(per_channel=True, bits=4)(tf.constant(weights), False, {}).numpy()

    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("per_channel", [True, False])
def test_kernel_quantizer_in_training_rounds_alike_and_passes_the_gradient_of_every_weight(per_channel):
    generator = np.random.default_rng(0)
    weights = tf.Variable(generator.normal(size=(7, 4)).astype(np.float32))
    upstream = tf.constant(generator.normal(size=(7, 4)).astype(np.float32))
    quantizer = KernelQuantizer(per_channel=per_channel)

    with tf.GradientTape() as tape:
        found = quantizer(weights, True, {})
        loss = tf.reduce_sum(found * upstream)

    np.testing.assert_array_equal(found.numpy(), quantizer(weights, False, {}).numpy())
    np.testing.assert_array_equal(tape.gradient(loss, weights).numpy(), upstream.numpy())


def test_kernel_quantizer_of_a_table_rounds_by_one_scale_and_keeps_zeros():
    table = np.array([[0.0, 0.5], [-2.54, 1.0]], np.float32)

    found = KernelQuantizer(per_channel=False)(tf.constant(table), False, {}).numpy()

    np.testing.assert_allclose(found, np.round(table / 0.02) * 0.02, atol=1e-6)
    assert (KernelQuantizer(per_channel=True)(tf.zeros((3, 2)), False, {}).numpy() == 0).all()


def test_vector_quantizer_rounds_between_the_extremes_and_zero():
    # 255 steps of 0.02 from -0.02 to 5.08; of a vector above zero, from zero.
    around = np.array([5.08, -0.02, 0.031, 2.019], np.float32)
    above = np.array([5.1, 1.0, 0.49], np.float32)

    found = [VectorQuantizer()(tf.constant(one), False, {}).numpy() for one in (around, above)]

    np.testing.assert_allclose(found[0], [5.08, -0.02, 0.04, 2.02], atol=1e-5)
    np.testing.assert_allclose(found[1], [5.1, 1.0, 0.5], atol=1e-5)
    assert (VectorQuantizer()(tf.zeros(3), False, {}).numpy() == 0).all()


def test_vector_quantizer_in_training_rounds_alike_and_passes_every_gradient():
    vector = tf.Variable([5.08, -0.02, 0.031])
    upstream = tf.constant([1.0, -2.0, 3.0])

    with tf.GradientTape() as tape:
        found = VectorQuantizer()(vector, True, {})
        loss = tf.reduce_sum(found * upstream)

    np.testing.assert_array_equal(found, VectorQuantizer()(vector, False, {}))
    np.testing.assert_array_equal(tape.gradient(loss, vector), upstream)


def test_layer_quantization_comes_back_from_its_configuration():
    given = LayerQuantization(
        "kernel", KernelQuantizer(per_channel=True, bits=4), output=RangeQuantizer(symmetric=True)
    )
    bare = LayerQuantization("gamma", VectorQuantizer())

    found, other = (LayerQuantization.from_config(one.get_config()) for one in (given, bare))

    assert (found.weight, found.quantizer.get_config()) == ("kernel", {"per_channel": True, "bits": 4})
    assert found.output.get_config() == {"symmetric": True, "fixed": None}
    assert (type(other.quantizer), other.output) == (VectorQuantizer, None)


def test_range_quantizer_symmetric_has_zero_point_zero():
    values = np.linspace(-3, 3, 601).astype(np.float32)
    bounds = {"maximum": tf.Variable(1.27)}

    found = RangeQuantizer(symmetric=True)(tf.constant(values), False, bounds).numpy()

    np.testing.assert_allclose(found, np.clip(np.round(values / 0.01), -128, 127) * 0.01, atol=0.0101)
    assert found.min() == pytest.approx(-1.28, abs=1e-6)
    assert found.max() == pytest.approx(1.27, abs=1e-6)
    assert 0.0 in found


def test_range_quantizer_bounds_move_by_what_they_clip_and_by_rounding_errors_inside():
    bounds = {"minimum": tf.Variable(-1.28), "maximum": tf.Variable(1.27)}  # steps of 0.01
    values = tf.constant([-3.0, -0.503, 0.504, 2.0, np.inf])
    with tf.GradientTape() as tape:
        tape.watch(values)
        output = RangeQuantizer()(values, True, bounds)
        loss = tf.reduce_sum(output * tf.constant([7.0, 11.0, 13.0, 2.0, 3.0]))

    inputs, low, high = tape.gradient(loss, [values, bounds["minimum"], bounds["maximum"]])

    stretched = (11.0 * 0.003 - 13.0 * 0.004) / 2.55
    assert inputs.numpy().tolist() == [0.0, 11.0, 13.0, 0.0, 0.0]
    assert float(low) == pytest.approx(7.0 - stretched, abs=1e-5)  # of -3
    assert float(high) == pytest.approx(5.0 + stretched, abs=1e-5)  # of 2 and infinity


def test_range_quantizer_symmetric_bound_moves_with_both_ends():
    bounds = {"maximum": tf.Variable(1.27)}  # steps of 0.01, from -1.28
    values = tf.constant([-3.0, -0.503, 0.504, 2.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(RangeQuantizer(symmetric=True)(values, True, bounds) * [7.0, 11.0, 13.0, 2.0])

    expected = 2.0 - 7.0 * 128 / 127 + (11.0 * 0.003 - 13.0 * 0.004) / 1.27
    assert float(tape.gradient(loss, bounds["maximum"])) == pytest.approx(expected, abs=1e-5)


def test_range_quantizer_bounds_narrow_where_all_values_round_to_zero():
    bounds = {"minimum": tf.Variable(-12.8), "maximum": tf.Variable(12.7)}  # steps of 0.1
    target = tf.constant(np.linspace(-0.04, 0.04, 9), tf.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(RangeQuantizer()(target, True, bounds) - target))

    low, high = tape.gradient(loss, [bounds["minimum"], bounds["maximum"]])

    assert float(high) > 0 > float(low)  # descent makes the one smaller, the other larger


def test_range_quantizer_assign_covers_the_interval_and_zero():
    asymmetric = {"minimum": tf.Variable(0.0), "maximum": tf.Variable(0.0)}
    RangeQuantizer().assign(asymmetric, 2.0, 5.0)
    symmetric = {"maximum": tf.Variable(0.0)}
    RangeQuantizer(symmetric=True).assign(symmetric, -4.0, 3.0)

    assert (float(asymmetric["minimum"]), float(asymmetric["maximum"])) == (0.0, 5.0)
    assert float(symmetric["maximum"]) == 4.0
