from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from tfbert_edge._keras import tf
from tfbert_edge.compress.distill_relations import (
    RelationSettings,
    attention_vectors,
    check_layer,
    check_relation_heads,
    relation_loss,
    student_vectors,
)
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model, hidden_states
from tfbert_edge.models.presets import preset

TEACHER = preset("tiny", num_heads=(4,) * 3, intermediate_sizes=(64,) * 3)
STUDENT = preset("tiny", hidden_size=24, embedding_size=24, num_heads=(3, 3), head_size=8)
HEADS = 8


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    mask = (np.arange(6) < np.array([[6], [4]])).astype(np.int32)
    ids = random.integers(5, 128, (2, 6)).astype(np.int32) * mask
    arrays = {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}
    return {name: tf.constant(array) for name, array in arrays.items()}


def vectors(model, layer, data):
    """Queries, keys, values of every token of a layer, by numpy from its input and weights."""
    states = hidden_states(model)([data[name] for name in model.input_names])[layer].numpy()
    found = {}
    for part in ("query", "key", "value"):
        kernel, bias = model.get_layer(f"layer_{layer}.attention.{part}").get_weights()
        found[part] = states @ kernel + bias
    return found


def relation(one, other, row, real):
    """R of one example: (heads, real, real)."""
    first, second = (x[row, :real].reshape(real, HEADS, -1).transpose(1, 0, 2) for x in (one, other))
    return softmax(first @ second.transpose(0, 2, 1) / np.sqrt(first.shape[-1]), axis=-1)


@pytest.mark.parametrize(
    "relations", [("query-query", "key-key", "value-value"), ("query-key", "value-value")]
)
def test_relation_loss_is_the_mean_divergence_of_scaled_products(relations, data):
    teacher, student = build_model(TEACHER, num_outputs=3), build_model(STUDENT, num_outputs=3)
    for model in (teacher, student):  # away from the near zero that fresh weights give
        model.set_weights(
            [w * 4 if w.ndim == 2 and w.dtype == np.float32 else w for w in model.get_weights()]
        )
    theirs, ours = vectors(teacher, 1, data), vectors(student, 1, data)
    expected = []
    for row, real in enumerate((6, 4)):
        pairs = [name.split("-") for name in relations]
        divergences = [
            entropy(relation(theirs[a], theirs[b], row, real), relation(ours[a], ours[b], row, real), axis=-1)
            for a, b in pairs
        ]
        expected.append(5.0 * np.mean([one.mean() for one in divergences]))
    settings = RelationSettings(relation_weight=5.0, relations=relations, relation_heads=HEADS)
    outputs = student_vectors(student)([data[name] for name in student.input_names])
    loss = relation_loss(teacher, 1, output_loss=lambda _, logits: logits[:, 2], settings=settings)

    found = loss(data, outputs).numpy()

    assert min(expected) > 1e-3
    np.testing.assert_allclose(found, expected + outputs[0][:, 2], rtol=1e-3)


def test_attention_vectors_of_the_last_layer_are_those_of_all_tokens(data):
    model = build_model(TEACHER, num_outputs=3)
    expected = vectors(model, 2, data)

    found = type(model)(model.inputs, attention_vectors(model, 2))([data[name] for name in model.input_names])

    for tensor, part in zip(found, ("query", "key", "value"), strict=True):
        assert tensor.shape == (2, 6, 32)
        np.testing.assert_allclose(tensor, expected[part], atol=1e-5)


def test_relation_heads_that_do_not_divide_name_those_that_do():
    check_relation_heads(8, student=24, teacher=32)
    with pytest.raises(CompressionError, match=r"24 and 32, was 12\. Set it to one of 1, 2, 4, 8"):
        check_relation_heads(12, student=24, teacher=32)


def test_teacher_layer_out_of_range_says_the_range():
    check_layer(2, teacher=3)
    with pytest.raises(CompressionError, match="from 0 to 2, was 3"):
        check_layer(3, teacher=3)
