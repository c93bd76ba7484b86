from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.special import expit, logit

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.kernels import encoder_kernels
from tfbert_edge.compress.masked_dense import MaskedDense
from tfbert_edge.compress.prune_movement import (
    MovementMasks,
    MovementSettings,
    emptied_kernels,
    masked_network,
    remaining_weights,
    top_share,
)
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.precision import precision

EPOCHS, UPDATES = 3, 12
HARD = MovementSettings(remaining=0.3, begin_ratio=0.2, end_ratio=0.6, frequency=2, score_learning_rate=0.1)
SOFT = MovementSettings(masking="soft", penalty=1e-2, begin_ratio=0.0, end_ratio=0.5, score_learning_rate=0.5)
SHARE = dataclasses.replace(SOFT, remaining=0.3, frequency=2)


def features(count: int = 32) -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, 12, count)]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 2, count).astype(np.int32))


def tiny_model(**fields):
    keras.utils.set_random_seed(1)
    return build_model(preset("tiny", **fields), num_outputs=2)


def train(settings: MovementSettings, **arguments):
    """Train a tiny network under masks; returns it without masks, and its masks."""
    plain = tiny_model()
    masked = masked_network(plain)
    masks = MovementMasks(masked, settings, updates=UPDATES)
    fine_tune(
        masked,
        loss=masks.penalized(make_loss("softmax_cross_entropy")),
        batches=LengthBucketedBatches(features(), batch_size=8, seed=1),
        optimizer=masks.optimizer(1e-3, learning_rate=1e-3, weight_decay=0.01),
        epochs=EPOCHS,
        hooks=[masks],
        **arguments,
    )
    masks.finish(plain)
    return plain, masks


@pytest.fixture(scope="module")
def hard():
    return train(HARD)


@pytest.fixture(scope="module")
def soft():
    return train(SOFT)


@pytest.fixture(scope="module")
def share():
    return train(SHARE)


def with_random_scores(settings: MovementSettings) -> MovementMasks:
    masks = MovementMasks(masked_network(tiny_model()), settings, updates=100)
    random = np.random.default_rng(3)
    for layer in masks.layers:
        layer.scores.assign(random.normal(size=layer.scores.shape))
    return masks


def active(layer: MaskedDense) -> int:
    return int((layer.scores.numpy() >= layer.threshold.numpy()).sum())


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_masked_dense_output_and_gradients_by_hand(policy):
    with precision(policy):
        layer = MaskedDense(2)
    inputs = tf.constant([[[1.0, 2.0]]])
    layer.build(inputs.shape)
    layer.kernel.assign([[1.0, -2.0], [3.0, 4.0]])
    layer.bias.assign([0.5, 0.0])
    layer.scores.assign([[0.5, -1.0], [0.0, 2.0]])
    layer.threshold.assign(0.0)  # masks the -2 alone

    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = tf.cast(layer(inputs), tf.float32)
        loss = tf.reduce_sum(outputs * [1.0, 10.0])
    kernel, scores, bias, back = tape.gradient(loss, [layer.kernel, layer.scores, layer.bias, inputs])

    # dL/dW' is [[1, 10], [2, 20]].
    np.testing.assert_array_equal(outputs, [[[7.5, 8.0]]])
    np.testing.assert_array_equal(kernel, [[1.0, 0.0], [2.0, 20.0]])
    np.testing.assert_array_equal(scores, [[1.0, -20.0], [6.0, 80.0]])
    np.testing.assert_array_equal(bias, [1.0, 10.0])
    np.testing.assert_array_equal(back, [[[1.0, 43.0]]])
    assert kernel.dtype == scores.dtype == tf.float32


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_masked_network_starts_as_the_network_it_copies(policy):
    with precision(policy):
        model = tiny_model()
        masked = masked_network(model)
    inputs = list(features(4).padded(12).values())[:3]

    np.testing.assert_array_equal(masked(inputs), model(inputs))
    names = {layer.name for layer in masked.layers if isinstance(layer, MaskedDense)}
    kinds = ("attention.query", "attention.key", "attention.value", "attention.output")
    kinds += ("ffn.intermediate", "ffn.output")
    assert names == {f"layer_{index}.{kind}" for index in range(2) for kind in kinds}


def test_progress_is_cubic_between_begin_and_end():
    settings = MovementSettings(remaining=0.2, begin_ratio=0.1, end_ratio=0.8)
    masks = MovementMasks(keras.Sequential(), settings, updates=100)

    found = [masks.progress(update) for update in (0, 10, 24, 45, 79, 80, 99)]

    # 14 and 35 of the 70 updates between: 1 - 0.8^3 and 1 - 0.5^3.
    np.testing.assert_allclose(found, [0, 0, 0.488, 0.875, 1 - (1 / 70) ** 3, 1, 1], rtol=1e-12)
    assert [masks.first_best(steps) for steps in (20, 40, 80, 81)] == [4, 2, 1, 0]


def test_last_update_is_at_the_final_level_however_few_there_are():
    settings = MovementSettings(remaining=0.2, begin_ratio=0.5, end_ratio=0.9)

    assert [MovementMasks(keras.Sequential(), settings, updates=2).progress(u) for u in (0, 1)] == [0, 1]


def test_hard_masks_keep_the_cubic_schedules_share_of_each_kernel():
    masks = with_random_scores(MovementSettings(remaining=0.2, begin_ratio=0.1, end_ratio=0.8))

    for update, share in ((0, 1.0), (10, 1.0), (30, 1 - 0.8 * (1 - (5 / 7) ** 3)), (80, 0.2)):
        masks.before_update(update)
        for layer in masks.layers:
            assert active(layer) == round(share * layer.scores.shape.num_elements())


def test_hard_masks_are_chosen_anew_every_so_many_updates_and_at_the_end():
    masks = with_random_scores(MovementSettings(remaining=0.2, begin_ratio=0.0, end_ratio=0.55, frequency=20))
    layer, thresholds = masks.layers[0], []

    for update in range(100):
        layer.scores.assign_add(tf.ones(layer.scores.shape))
        masks.before_update(update)
        thresholds.append(float(layer.threshold))

    changes = [u for u in range(1, 100) if thresholds[u] != thresholds[u - 1]]
    assert thresholds[0] == -math.inf
    assert changes == [20, 40, 55, 60, 80]


def test_hard_masks_let_all_stay_while_all_scores_are_equal():
    masks = MovementMasks(masked_network(tiny_model()), HARD, updates=UPDATES)

    masks.before_update(UPDATES - 1)

    assert all(active(layer) == layer.scores.shape.num_elements() for layer in masks.layers)


def test_top_share_tells_equal_scores_apart_by_the_second_key():
    scores = np.array([[0.0, 3.0, 0.0], [-1.0, 0.0, 0.0]])
    ties = np.array([[0.1, 0.0, 0.4], [9.0, 0.3, 0.2]])

    (mask,) = top_share([scores], [ties], 0.5)
    first, second = top_share([scores, np.array([5.0, -2.0])], [ties, np.zeros(2)], 0.5)
    (one,) = top_share([scores], [ties], 0.01)

    np.testing.assert_array_equal(mask, [[0, 1, 1], [0, 1, 0]])
    np.testing.assert_array_equal(first, mask)
    np.testing.assert_array_equal(second, [1, 0])
    assert one.sum() == 1


def test_hard_pruning_leaves_exactly_the_share_asked_and_the_trained_weights_there(hard):
    plain, masks = hard

    for name, kernel in encoder_kernels(plain).items():
        layer, found = masks.model.get_layer(name), kernel.numpy()
        assert np.count_nonzero(found) == round(0.3 * found.size)
        stays = found != 0
        np.testing.assert_array_equal(found[stays], layer.kernel.numpy()[stays])
        assert layer.scores.numpy()[stays].min() >= layer.scores.numpy()[~stays].max()
        assert len(np.unique(layer.scores)) > 0.9 * found.size
    shares = remaining_weights(plain)
    assert set(shares) == {"overall", *(name.split(".", 1)[1] for name in encoder_kernels(plain))}
    assert list(shares.values()) == pytest.approx([0.3] * 7, abs=1e-3)
    assert emptied_kernels(plain) == []


def test_kernels_of_which_nothing_is_left_are_named():
    model = build_model(preset("tiny"), num_outputs=2)
    kernel = encoder_kernels(model)["layer_1.attention.key"]
    kernel.assign(tf.zeros_like(kernel))

    assert emptied_kernels(model) == ["layer_1.attention.key"]


def test_penalty_and_threshold_of_soft_masks_by_hand():
    masks = with_random_scores(
        MovementSettings(masking="soft", penalty=8.0, threshold=0.2, begin_ratio=0.0, end_ratio=0.5)
    )
    scores = np.concatenate([layer.scores.numpy().ravel() for layer in masks.layers])
    loss = masks.penalized(lambda batch, outputs: tf.constant([1.0, 2.0]))

    for update, share in ((0, 0.0), (25, 0.875), (50, 1.0), (99, 1.0)):
        masks.before_update(update)
        extra = share * 8.0 * expit(scores).mean()
        np.testing.assert_allclose(loss({}, None), [1.0 + extra, 2.0 + extra], rtol=1e-5)
        level = logit(share * 0.2) if share else -math.inf
        assert [float(layer.threshold) for layer in masks.layers] == pytest.approx([level] * 12)


def test_soft_pruning_zeroes_exactly_what_is_below_the_threshold(soft):
    plain, masks = soft

    for name, kernel in encoder_kernels(plain).items():
        layer = masks.model.get_layer(name)
        expected = np.where(expit(layer.scores.numpy()) > 0.1, layer.kernel.numpy(), 0.0)
        np.testing.assert_array_equal(kernel.numpy(), expected)
    assert 0.05 < remaining_weights(plain)["overall"] < 0.95


def test_soft_pruning_leaves_fewer_weights_under_a_higher_penalty(soft):
    less, _ = train(dataclasses.replace(SOFT, penalty=0.1))

    assert 0.0 < remaining_weights(less)["overall"] < 0.5 * remaining_weights(soft[0])["overall"]


def test_soft_masks_of_a_share_have_one_threshold_under_the_whole_penalty():
    masks = with_random_scores(
        MovementSettings(masking="soft", penalty=8.0, remaining=0.2, begin_ratio=0.1, end_ratio=0.8)
    )
    # Kernels differ, so that one may lose more than another.
    masks.layers[0].scores.assign_add(tf.ones(masks.layers[0].scores.shape))
    scores = np.concatenate([layer.scores.numpy().ravel() for layer in masks.layers])
    loss = masks.penalized(lambda batch, outputs: tf.constant([1.0]))

    for update, share in ((0, 1.0), (10, 1.0), (30, 1 - 0.8 * (1 - (5 / 7) ** 3)), (80, 0.2)):
        masks.before_update(update)
        assert sum(active(layer) for layer in masks.layers) == round(share * scores.size)
        assert len({float(layer.threshold) for layer in masks.layers}) == 1
        np.testing.assert_allclose(loss({}, None), [1.0 + 8.0 * expit(scores).mean()], rtol=1e-5)
    assert active(masks.layers[0]) > 1.5 * 0.2 * masks.layers[0].scores.shape.num_elements()


def test_soft_pruning_to_a_share_leaves_exactly_that_of_all_kernels_together(share):
    plain, masks = share
    kernels = {name: kernel.numpy() for name, kernel in encoder_kernels(plain).items()}
    scores = {name: masks.model.get_layer(name).scores.numpy() for name in kernels}
    size = sum(kernel.size for kernel in kernels.values())

    assert sum(np.count_nonzero(kernel) for kernel in kernels.values()) == round(0.3 * size)
    kept, gone = (
        np.concatenate([scores[name][(kernel != 0) == stays] for name, kernel in kernels.items()])
        for stays in (True, False)
    )
    assert kept.min() >= gone.max()
    shares = remaining_weights(plain)
    assert shares["overall"] == pytest.approx(0.3, abs=1e-4) and max(shares.values()) > 0.31


def test_scores_learn_at_their_own_rate_and_do_not_decay():
    masks = MovementMasks(masked_network(tiny_model()), HARD, updates=UPDATES)
    variables = masks.model.trainable_variables
    optimizer = masks.optimizer(1e-3, learning_rate=1e-3, weight_decay=0.5)
    layer = masks.layers[0]
    layer.scores.assign(tf.ones(layer.scores.shape))
    kernel = layer.kernel.numpy()
    moved = {layer.bias.ref(), masks.layers[1].scores.ref()}

    # Adam's first step is the rate, whatever the gradient.
    optimizer.apply_sum(
        [tf.fill(v.shape, 1e-2) if v.ref() in moved else tf.zeros(v.shape) for v in variables], variables, 1.0
    )

    np.testing.assert_array_equal(layer.scores, np.ones(layer.scores.shape))
    np.testing.assert_allclose(layer.kernel, kernel * (1 - 1e-3 * 0.5), rtol=1e-6)
    np.testing.assert_allclose(layer.bias, np.full(layer.bias.shape, -1e-3), rtol=1e-3)
    np.testing.assert_allclose(masks.layers[1].scores, np.full(layer.scores.shape, -0.1), rtol=1e-3)


@pytest.mark.parametrize(
    ("settings", "straight"),
    [(HARD, "hard"), (SOFT, "soft"), (SHARE, "share")],
    ids=["hard", "soft", "share"],
)
def test_pruning_stopped_between_two_choices_of_masks_and_resumed_ends_with_the_same_weights(
    settings, straight, request, tmp_path
):
    expected, _ = request.getfixturevalue(straight)

    def stop(progress):
        if progress.step == 8:  # masks were chosen before the 7th update, and will be before the 9th
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(settings, folder=tmp_path, snapshot_seconds=0.0, on_progress=stop)
    seen = []
    resumed, _ = train(settings, folder=tmp_path, resume=True, on_progress=lambda one: seen.append(one.step))

    assert seen[0] == 8
    for variable, same in zip(resumed.variables, expected.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), same.numpy(), err_msg=variable.name)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "masking hard needs remaining"),
        ({"masking": "soft"}, "masking soft needs penalty"),
        ({"remaining": 0.5, "begin_ratio": 0.8}, "must be below end_ratio, 0.8, was 0.8"),
    ],
)
def test_settings_that_cannot_prune_are_refused(settings, message):
    with pytest.raises(CompressionError, match=message):
        MovementMasks(keras.Sequential(), MovementSettings(**settings), updates=10)
