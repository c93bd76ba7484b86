from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.compress.new_student import TABLES, leading_directions, new_student, student_config
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset

TEACHER = preset("tiny", vocab_size=90, hidden_act="gelu_new", pad_token_id=3)
SHAPE = {"layers": 3, "hidden_size": 24, "heads": 2, "neurons": 40}


def weights(model, name):
    return model.get_layer(name).get_weights()


def test_student_config_has_the_shape_asked_for_and_all_else_of_the_teacher():
    found = student_config(TEACHER, **SHAPE)

    assert (found.num_heads, found.head_size, found.intermediate_sizes) == ((2,) * 3, 12, (40,) * 3)
    assert (found.hidden_size, found.embedding_size) == (24, 24)
    assert (found.vocab_size, found.pad_token_id, found.hidden_act) == (90, 3, "gelu_new")


def test_student_config_of_a_preset_takes_single_numbers_and_an_activation():
    found = student_config(TEACHER, name="tinybert-4", neurons=600, activation="relu", embeddings="random")

    assert (found.num_layers, found.hidden_size, found.num_heads[0], found.head_size) == (4, 312, 12, 26)
    assert (found.intermediate_sizes, found.hidden_act, found.vocab_size) == ((600,) * 4, "relu", 90)


def test_student_of_a_teacher_with_narrow_tables_has_such_too():
    narrow = preset("tiny", family="electra", embedding_size=8)

    assert student_config(narrow, **SHAPE).embedding_size == 8


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({**SHAPE, "heads": 5}, "heads must divide the hidden size 24, was 5"),
        ({"name": "tiny", "hidden_size": 30}, "heads must divide the hidden size 30, was 4"),
        (
            {"name": "bert-mini"},
            "at most as wide as the teacher's 32, it is 256 wide. Set embeddings to random",
        ),
        (
            {"layers": 3, "heads": 2},
            "must have layers, hidden_size, heads and neurons, was given 3, None, 2 and None",
        ),
    ],
)
def test_student_config_that_cannot_be_says_why(fields, expected):
    with pytest.raises(CompressionError, match=expected):
        student_config(TEACHER, **fields)


def test_leading_directions_keep_the_inner_products_that_a_truncated_svd_keeps():
    random = np.random.default_rng(0)
    tables = [random.normal(size=(rows, 12)) @ np.diag(np.arange(12.0) + 1) for rows in (40, 9)]
    left, values, _ = np.linalg.svd(np.concatenate(tables), full_matrices=False)
    nearest = (left[:, :5] * values[:5]) @ (left[:, :5] * values[:5]).T

    found = np.concatenate(leading_directions(tables, 5))

    assert found.shape == (49, 5) and found.dtype == np.float32
    np.testing.assert_allclose(found @ found.T, nearest, rtol=1e-3, atol=1e-2)


def test_new_student_begins_with_the_teachers_embeddings_narrowed():
    teacher = build_model(TEACHER, num_outputs=3)
    expected = leading_directions([weights(teacher, name)[0] for name in TABLES], 24)

    student = new_student(teacher, student_config(TEACHER, **SHAPE), embeddings="teacher", seed=5)
    again = new_student(teacher, student_config(TEACHER, **SHAPE), embeddings="teacher", seed=5)

    for name, table in zip(TABLES, expected, strict=True):
        np.testing.assert_array_equal(weights(student, name)[0], table)
    for one, other in zip(student.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_new_student_of_the_same_width_has_the_teachers_whole_embedding_and_none_of_its_layers():
    teacher = build_model(TEACHER, num_outputs=3)
    random = np.random.default_rng(1)
    for name in ("embeddings.norm.scale", "embeddings.norm.shift"):
        teacher.get_layer(name).set_weights([random.normal(size=32)])
    config = student_config(TEACHER, layers=1, hidden_size=32, heads=2, neurons=64)

    student = new_student(teacher, config, embeddings="teacher")
    fresh = new_student(teacher, config, embeddings="random")

    for name in (*TABLES, "embeddings.norm.scale", "embeddings.norm.shift"):
        np.testing.assert_array_equal(weights(student, name)[0], weights(teacher, name)[0])
    assert (weights(student, "layer_0.ffn.output")[0] != weights(teacher, "layer_0.ffn.output")[0]).any()
    assert (weights(fresh, TABLES[0])[0] != weights(teacher, TABLES[0])[0]).any()


def test_student_of_a_shared_and_factorised_teacher_is_neither():
    teacher = preset("tiny", embedding_rank=8, layer_groups=(0, 0))

    found = student_config(teacher, **SHAPE, embeddings="random")

    assert (found.embedding_rank, found.layer_groups) == (None, None)
    with pytest.raises(CompressionError, match=r"table is factorised with size 8\. Set embeddings to random"):
        student_config(teacher, **SHAPE)
