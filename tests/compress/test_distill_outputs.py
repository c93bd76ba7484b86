from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from tfbert_edge._keras import tf
from tfbert_edge.compress.distill_outputs import (
    DistillSettings,
    OutputSettings,
    TeacherAnswers,
    cosine_distance,
    output_distillation_loss,
    output_terms,
)
from tfbert_edge.compress.output_distance import output_distance, soft_target_loss
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model, hidden_states
from tfbert_edge.models.presets import preset
from tfbert_edge.training.losses import make_loss


def test_soft_target_loss_is_the_divergence_times_temperature_squared():
    ours, theirs = np.random.default_rng(0).normal(size=(2, 5, 3)) * 3
    target = softmax(theirs / 2.5, axis=-1)
    expected = 2.5**2 * (target * (np.log(target) - log_softmax(ours / 2.5, axis=-1))).sum(axis=-1)

    found = soft_target_loss(tf.constant(ours), tf.constant(theirs), 2.5).numpy()

    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(soft_target_loss(tf.constant(ours), tf.constant(ours), 1.0), 0, atol=1e-6)


def test_directions_are_apart_by_one_less_the_cosine_whatever_the_temperature():
    ours = tf.constant([[1.0, 0.0], [1.0, 1.0], [3.0, 4.0], [0.0, 0.0]])
    theirs = tf.constant([[0.0, 3.0], [2.0, 2.0], [1.0, 0.0], [1.0, 0.0]])

    for temperature in (1.0, 5.0):
        found = output_distance("directions", ours, theirs, {}, temperature)
        np.testing.assert_allclose(found, [1.0, 0.0, 0.4, 1.0], atol=1e-6)


def test_cosine_distance_by_hand():
    ours = tf.constant([[1.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    theirs = tf.constant([[0.0, 3.0], [2.0, 2.0], [-1.0, 0.0]])

    np.testing.assert_allclose(cosine_distance(ours, theirs), [1.0, 0.0, 2.0], atol=1e-6)


def test_teacher_answers_are_the_networks_logits_and_states_of_the_first_token():
    teacher = build_model(preset("tiny"), num_outputs=3)
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in (9, 4, 12, 6, 4)]
    features = Features(ids, [np.zeros_like(row) for row in ids], np.zeros(5, np.int32))

    answered: list[int] = []
    found = TeacherAnswers.of(teacher, features, batch_size=2, states=True, on_progress=answered.append)
    logits_alone = TeacherAnswers.of(teacher, features, batch_size=3)

    assert logits_alone.states is None
    assert answered == sorted(set(answered)) and answered[-1] == 5
    np.testing.assert_allclose(logits_alone.logits, found.logits, atol=1e-5)
    for row, one in enumerate(ids):
        inputs = [one[None], np.zeros_like(one)[None], np.ones_like(one)[None]]
        np.testing.assert_allclose(found.logits[row], teacher(inputs)[0], atol=1e-5)
        np.testing.assert_allclose(found.states[row], hidden_states(teacher)(inputs)[-1][0, 0], atol=5e-3)


def test_output_distillation_loss_adds_its_terms_for_the_batchs_own_examples():
    random = np.random.default_rng(1)
    answers = TeacherAnswers(
        random.normal(size=(6, 3)).astype(np.float32), random.normal(size=(6, 4)).astype(np.float16)
    )
    logits = random.normal(size=(2, 3)).astype(np.float32)
    hidden = random.normal(size=(2, 1, 4)).astype(np.float32)
    batch = {"labels": tf.constant([2, 0]), "index": tf.constant([4, 1])}
    settings = DistillSettings(task_weight=0.7, distill_weight=0.2, cosine_weight=3.0, temperature=2.0)
    hard = -log_softmax(logits, axis=-1)[[0, 1], [2, 0]]
    target = softmax(answers.logits[[4, 1]] / 2.0, axis=-1)
    soft = 4.0 * (target * (np.log(target) - log_softmax(logits / 2.0, axis=-1))).sum(axis=-1)
    theirs = answers.states[[4, 1]].astype(np.float32)
    lengths = np.linalg.norm(hidden[:, 0], axis=1) * np.linalg.norm(theirs, axis=1)
    angle = 1.0 - (hidden[:, 0] * theirs).sum(axis=1) / lengths

    found = output_distillation_loss(
        answers, make_loss("softmax_cross_entropy"), distance="classes", settings=settings
    )(batch, [tf.constant(logits), tf.constant(hidden)])

    np.testing.assert_allclose(found, 0.7 * hard + 0.2 * soft + 3.0 * angle, rtol=1e-4)


def test_output_distillation_loss_of_regression_is_the_squared_difference():
    answers = TeacherAnswers(np.array([[1.0], [4.0]], np.float32), np.zeros((2, 4), np.float16))
    settings = DistillSettings(task_weight=0.0, distill_weight=2.0)
    loss = output_distillation_loss(
        answers, make_loss("mean_squared_error"), distance="values", settings=settings
    )

    found = loss({"index": tf.constant([1])}, [tf.constant([[1.0]]), tf.zeros((1, 1, 4))])

    np.testing.assert_allclose(found, [2.0 * 9.0])


def test_output_terms_weigh_the_task_on_labelled_examples_alone():
    random = np.random.default_rng(5)
    logits, theirs = random.normal(size=(2, 3, 4)).astype(np.float32)
    batch = {
        "labels": tf.constant([2, 0, 0]),
        "labelled": tf.constant([1.0, 0.0, 1.0]),
        "index": tf.constant([0, 1, 2]),
    }
    hard = -log_softmax(logits, axis=-1)[[0, 1, 2], [2, 0, 0]]
    soft = (softmax(theirs, axis=-1) * (log_softmax(theirs, axis=-1) - log_softmax(logits, axis=-1))).sum(
        axis=-1
    )
    settings = OutputSettings(task_weight=2.0, distill_weight=3.0, temperature=1.0)

    found = output_terms(theirs, make_loss("softmax_cross_entropy"), distance="classes", settings=settings)(
        batch, tf.constant(logits)
    )

    np.testing.assert_allclose(found, 2.0 * hard * [1, 0, 1] + 3.0 * soft, rtol=1e-4)


def test_output_distillation_without_any_term_says_which_to_raise():
    answers = TeacherAnswers(np.zeros((1, 2), np.float32), np.zeros((1, 4), np.float16))
    settings = DistillSettings(task_weight=0.0, distill_weight=0.0)

    with pytest.raises(CompressionError, match="task_weight, distill_weight and cosine_weight"):
        output_distillation_loss(
            answers, make_loss("softmax_cross_entropy"), distance="classes", settings=settings
        )


def test_loss_without_weight_on_the_teacher_needs_no_answers():
    logits, labels = tf.constant([[2.0, 0.0], [0.5, 1.0]]), tf.constant([0, 1])
    task = make_loss("softmax_cross_entropy")
    settings = DistillSettings(task_weight=1.0, distill_weight=0.0, cosine_weight=0.0)
    loss = output_distillation_loss(None, task, distance="classes", settings=settings)

    found = loss({"labels": labels}, [logits, tf.zeros((2, 1, 4))]).numpy()

    np.testing.assert_allclose(found, task({"labels": labels}, logits).numpy(), rtol=1e-6)
