from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import tf
from tfbert_edge.compress.distill_layers import (
    LayerDistillSettings,
    intermediates,
    layer_distillation_loss,
    layer_map,
    score_distance,
    state_distance,
    student_outputs,
)
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset

CONFIG = preset("tiny", num_heads=(4,) * 4, intermediate_sizes=(64,) * 4)


def no_loss(batch, logits):
    return tf.zeros(tf.shape(logits)[:1])


def batch(count: int = 3, length: int = 8) -> dict:
    random = np.random.default_rng(0)
    lengths = np.array([length, 5, 3])[:count]
    mask = (np.arange(length) < lengths[:, None]).astype(np.int32)
    ids = random.integers(5, 128, (count, length)).astype(np.int32) * mask
    arrays = {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}
    return {name: tf.constant(array) for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("kind", "student", "teacher", "expected"),
    [
        ("uniform", 3, 6, [1, 3, 5]),  # TinyBERT: g(m) = 2 m, counted from 1
        ("uniform", 4, 12, [2, 5, 8, 11]),  # TinyBERT: g(m) = 3 m
        ("last", 2, 6, [4, 5]),
        ([0, 5], 2, 6, [0, 5]),
    ],
)
def test_layer_map_names_the_teachers_layer_of_each_of_the_students(kind, student, teacher, expected):
    assert layer_map(kind, student=student, teacher=teacher) == expected


@pytest.mark.parametrize("kind", [[0], [0, 6], [0, -1]])
def test_layer_map_out_of_range_says_the_range(kind):
    with pytest.raises(CompressionError, match="from 0 to 5 for each of the student's 2"):
        layer_map(kind, student=2, teacher=6)


@pytest.mark.parametrize("kind", ["uniform", "last"])
def test_layer_map_of_a_deeper_student_says_to_name_the_layers(kind):
    with pytest.raises(CompressionError, match="at most the teacher's 2 layers, it has 3"):
        layer_map(kind, student=3, teacher=2)


def test_state_distance_is_the_mean_over_real_tokens_and_channels():
    states = tf.constant([[[1.0, 2.0], [0.0, 4.0], [9.0, 9.0]]])
    theirs = tf.constant([[[3.0, 2.0], [0.0, 0.0], [0.0, 0.0]]])

    found = state_distance(states, theirs, tf.constant([[1.0, 1.0, 0.0]]))

    np.testing.assert_allclose(found, [(4 + 0 + 0 + 16) / 4])


def test_score_distance_is_the_mean_over_heads_and_pairs_of_real_tokens():
    random = np.random.default_rng(3)
    ours, theirs = random.normal(size=(2, 1, 2, 3, 3)).astype(np.float32)
    expected = np.square(ours - theirs)[0][:, :2, :2].mean()

    found = score_distance(tf.constant(ours), tf.constant(theirs), tf.constant([[1.0, 1.0, 0.0]]))

    np.testing.assert_allclose(found, [expected], rtol=1e-5)


def test_layer_distillation_loss_adds_its_terms_by_the_map():
    teacher = build_model(CONFIG, num_outputs=3)
    student, _ = keep_parts(teacher, CONFIG, layers=[0, 1])
    data = batch()
    inputs = [data[name] for name in teacher.input_names]
    settings = LayerDistillSettings(
        embedding_weight=2.0, hidden_weight=3.0, attention_weight=5.0, distill_weight=0.0
    )

    def states(model):
        found = intermediates(model)
        tensors = [found["embeddings"], *found["hidden"], *found["scores"]]
        return [t.numpy() for t in type(model)(model.inputs, tensors)(inputs)]

    theirs, mask = states(teacher), data["attention_mask"].numpy()
    ours = states(student)

    def mse(one, other, row):
        real = int(mask[row].sum())
        return np.square(one[row, : min(real, one.shape[1])] - other[row, : min(real, one.shape[1])]).mean()

    def score_mse(one, other, row):
        real = int(mask[row].sum())
        return np.square(one[row, :, :real, :real] - other[row, :, :real, :real]).mean()

    # The student's layers 0 and 1 learn from the teacher's 0 and 1; both copies have the same embeddings. The student's last
    # layer, computed for [CLS] alone, is compared with the teacher's [CLS].
    expected = [
        3.0 * (mse(ours[1], theirs[1], row) + mse(ours[2], theirs[2], row)) / 2
        + 5.0
        * (
            score_mse(ours[3], theirs[5], row)
            + np.square(
                ours[4][row, :, :1, : int(mask[row].sum())] - theirs[6][row, :, :1, : int(mask[row].sum())]
            ).mean()
        )
        / 2
        for row in range(3)
    ]
    loss = layer_distillation_loss(teacher, [0, 1], output_loss=no_loss, settings=settings)

    outputs = student_outputs(student, teacher_width=32)(inputs)
    found = loss(data, outputs).numpy()
    with_outputs = layer_distillation_loss(
        teacher, [0, 1], output_loss=lambda _, logits: logits[:, 0], settings=settings
    )

    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(with_outputs(data, outputs), expected + outputs[0][:, 0], rtol=1e-3, atol=1e-6)


def test_student_of_another_width_learns_through_one_projection():
    student = build_model(preset("tiny", hidden_size=16, embedding_size=16, head_size=4), num_outputs=3)
    teacher = build_model(CONFIG, num_outputs=3)
    both = student_outputs(student, teacher_width=32)
    data = batch()
    inputs = [data[name] for name in both.input_names]
    loss = layer_distillation_loss(
        teacher, [1, 3], output_loss=no_loss, settings=LayerDistillSettings(attention_weight=1.0)
    )

    with tf.GradientTape() as tape:
        total = tf.reduce_sum(loss(data, both(inputs)))
    (kernel,) = [v for v in both.trainable_variables if "projection" in v.name]
    gradient = tape.gradient(total, kernel)

    assert kernel.shape == (16, 32)
    assert np.abs(gradient).max() > 0
    states = both(inputs)
    np.testing.assert_allclose(
        states[1], intermediate(student, inputs, "embeddings") @ kernel.numpy(), atol=1e-5
    )


def intermediate(model, inputs, name):
    return type(model)(model.inputs, intermediates(model)[name])(inputs).numpy()
