from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.distill_patient import (
    PatientSettings,
    check_widths,
    first_token_states,
    patient_distance,
    patient_layers,
    patient_loss,
)
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model, hidden_states
from tfbert_edge.models.presets import preset

CONFIG = preset("tiny", num_heads=(4,) * 4, intermediate_sizes=(64,) * 4)


@pytest.mark.parametrize(
    ("kind", "student", "teacher", "expected"),
    [
        ("skip", 6, 12, [1, 3, 5, 7, 9]),  # the paper's {2, 4, 6, 8, 10}, counted from 1
        ("last", 6, 12, [6, 7, 8, 9, 10]),  # {7, 8, 9, 10, 11}
        ("skip", 3, 12, [3, 7]),  # {4, 8}
        ([0, 4], 3, 6, [0, 4]),
    ],
)
def test_patient_layers_are_the_papers(kind, student, teacher, expected):
    assert patient_layers(kind, student=student, teacher=teacher) == expected


@pytest.mark.parametrize(
    ("kind", "student", "expected"),
    [
        ("skip", 1, "the student needs at least 2, it has 1"),
        ("last", 7, "at most the teacher's 6 layers, it has 7"),
        ([0, 1, 2], 3, "from 0 to 5 for each of the student's 3 but the last"),
        ([0, 6], 3, "from 0 to 5"),
    ],
)
def test_patient_layers_that_cannot_be_say_why(kind, student, expected):
    with pytest.raises(CompressionError, match=expected):
        patient_layers(kind, student=student, teacher=6)


def test_check_widths_refuses_a_narrower_student():
    check_widths(32, 32)
    with pytest.raises(CompressionError, match="student is 16 wide and the teacher 32"):
        check_widths(16, 32)


def test_patient_distance_by_hand():
    ours = tf.constant([[[3.0, 4.0], [1.0, 0.0]]])
    theirs = tf.constant([[[6.0, 8.0], [0.0, 5.0]]])

    np.testing.assert_allclose(patient_distance(ours, theirs), [(0.0 + 2.0) / 2], atol=1e-6)


def test_patient_loss_compares_the_mapped_layers_first_tokens():
    teacher = build_model(CONFIG, num_outputs=3)
    student = build_model(preset("tiny", num_heads=(4,) * 3, intermediate_sizes=(64,) * 3), num_outputs=3)
    ids = np.random.default_rng(0).integers(5, 128, (2, 6)).astype(np.int32)
    data = {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": np.ones_like(ids)}
    data = {name: tf.constant(array) for name, array in data.items()}
    inputs = [data[name] for name in teacher.input_names]
    theirs, ours = (
        [one.numpy()[:, 0] for one in hidden_states(model)(inputs)[1:]] for model in (teacher, student)
    )

    def squares(one, other):
        one, other = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (one, other))
        return np.square(one - other).sum(axis=-1)

    expected = 7.0 * (squares(ours[0], theirs[0]) + squares(ours[1], theirs[2])) / 2
    both = keras.Model(student.inputs, [student.output, first_token_states(student, [0, 1])])
    outputs = both(inputs)
    loss = patient_loss(
        teacher,
        [0, 2],
        output_loss=lambda _, logits: logits[:, 1],
        settings=PatientSettings(patient_weight=7.0),
    )

    np.testing.assert_allclose(loss(data, outputs), expected + outputs[0][:, 1], rtol=1e-4)
