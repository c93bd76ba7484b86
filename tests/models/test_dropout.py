from __future__ import annotations

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.models.dropout import CountedDropout, without_dropout
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
