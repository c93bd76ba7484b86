from __future__ import annotations

import dataclasses

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.models.dropout import CountedDropout, LayerDrop, without_dropout
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset

ONES = tf.ones((64, 256))


def test_dropout_in_training_zeroes_at_its_rate_and_scales_the_rest():
    output = CountedDropout(0.3, name="a")(ONES, training=True).numpy()

    # 16,384 draws: the standard deviation of the share is 0.0036.
    assert abs((output == 0).mean() - 0.3) < 0.015
    np.testing.assert_allclose(output[output != 0], 1 / 0.7, rtol=1e-6)


def test_dropout_in_inference_or_at_rate_zero_changes_nothing():
    np.testing.assert_array_equal(CountedDropout(0.3)(ONES, training=False), ONES)
    np.testing.assert_array_equal(CountedDropout(0.3)(ONES), ONES)
    np.testing.assert_array_equal(CountedDropout(0.0)(ONES, training=True), ONES)


def test_dropout_draws_another_mask_each_step_and_the_same_from_an_equal_counter():
    layer = CountedDropout(0.5, seed=3, name="a")
    masks = [layer(ONES, training=True).numpy() for _ in range(3)]
    resumed = CountedDropout(0.5, seed=3, name="a")
    resumed.build(ONES.shape)
    resumed.counter.assign(2)

    assert not np.array_equal(masks[0], masks[1])
    assert int(layer.counter.numpy()) == 3
    np.testing.assert_array_equal(resumed(ONES, training=True), masks[2])


def test_dropout_of_other_names_or_seeds_draws_other_masks():
    first, name, seed = (
        CountedDropout(0.5, seed=s, name=n)(ONES, training=True).numpy()
        for s, n in ((1, "a"), (1, "b"), (2, "a"))
    )

    # Independent masks of rate one half agree at half of the places.
    assert abs((first == name).mean() - 0.5) < 0.03
    assert abs((first == seed).mean() - 0.5) < 0.03


def test_dropout_counter_is_not_trained_and_survives_its_configuration():
    layer = CountedDropout(0.25, seed=9, name="a")
    layer.build(ONES.shape)

    assert layer.trainable_weights == []
    copy = CountedDropout.from_config(layer.get_config())
    assert (copy.name, copy.rate, copy.seed) == ("a", 0.25, 9)


def test_without_dropout_trains_as_the_model_predicts_and_leaves_it_alone():
    model = build_model(preset("tiny"), num_outputs=2)
    inputs = [tf.ones((2, 5), tf.int32), tf.zeros((2, 5), tf.int32), tf.ones((2, 5), tf.int32)]
    expected = model(inputs, training=False).numpy()

    copy = without_dropout(model)

    np.testing.assert_array_equal(copy(inputs, training=True).numpy(), expected)
    assert np.abs(model(inputs, training=True).numpy() - expected).max() > 0


def test_layer_drop_returns_the_input_for_its_share_of_batches_and_else_the_output():
    layer = LayerDrop(0.3, seed=1, name="a")
    before, after = tf.zeros((2, 3, 4)), tf.ones((2, 3, 4))
    draw = tf.function(lambda: layer([before, after], training=True))

    found = np.array([draw().numpy() for _ in range(2000)])

    # The whole batch has one fate; the standard deviation of the share is 0.01.
    skipped = found.mean(axis=(1, 2, 3))
    assert set(skipped) == {0.0, 1.0}
    assert abs((skipped == 0.0).mean() - 0.3) < 0.04
    # Draws do not repeat in a pattern: neighbours agree as often as chance has it, 0.58.
    assert abs((skipped[1:] == skipped[:-1]).mean() - 0.58) < 0.05


def test_layer_drop_draws_the_same_from_an_equal_counter():
    pair = [tf.zeros((1, 1, 1)), tf.ones((1, 1, 1))]
    layer, resumed = (LayerDrop(0.5, seed=3, name="a") for _ in range(2))
    fates = [float(layer(pair, training=True)[0, 0, 0]) for _ in range(40)]
    resumed.build([one.shape for one in pair])
    resumed.counter.assign(20)

    assert [float(resumed(pair, training=True)[0, 0, 0]) for _ in range(20)] == fates[20:]
    other = LayerDrop(0.5, seed=3, name="b")
    assert [float(other(pair, training=True)[0, 0, 0]) for _ in range(40)] != fates


def test_layer_drop_of_a_dropped_layer_lets_the_gradient_pass_by_it():
    before, after = tf.Variable(tf.ones((1, 2, 2))), tf.Variable(tf.ones((1, 2, 2)))
    for counter in range(12):
        layer = LayerDrop(0.5, name="a")
        layer.build([before.shape, after.shape])
        layer.counter.assign(counter)
        with tf.GradientTape() as tape:
            output = tf.reduce_sum(layer([before, 2.0 * after], training=True))
        past, through = (slope.numpy().sum() for slope in tape.gradient(output, [before, after]))
        assert (past, through) == ((4.0, 0.0) if float(output) == 4.0 else (0.0, 8.0))


def test_layer_drop_in_a_network_skips_layers_in_training_alone():
    config = dataclasses.replace(
        preset("tiny", num_heads=(4,) * 3, intermediate_sizes=(64,) * 3), hidden_dropout=0.0
    )
    config = dataclasses.replace(config, attention_dropout=0.0, classifier_dropout=0.0)
    plain, dropping = (
        build_model(dataclasses.replace(config, layer_drop=rate), num_outputs=2, seed=4)
        for rate in (0.0, 0.5)
    )
    for layer in plain.layers:
        dropping.get_layer(layer.name).set_weights(layer.get_weights())
    inputs = [tf.constant([[7, 8, 9], [5, 5, 6]]), tf.zeros((2, 3), tf.int32), tf.ones((2, 3), tf.int32)]
    expected = plain(inputs, training=True).numpy()

    np.testing.assert_array_equal(dropping(inputs, training=False), expected)
    np.testing.assert_array_equal(without_dropout(dropping)(inputs, training=True), expected)
    assert not any(layer.name.endswith("layer_drop") for layer in plain.layers)
    run = tf.function(lambda: dropping(inputs, training=True))
    answers = {run().numpy().tobytes() for _ in range(60)}
    # Each of three layers is there or not: eight networks.
    assert len(answers) == 8
