from __future__ import annotations

import numpy as np
from scipy.special import softmax

from tfbert_edge._keras import tf
from tfbert_edge.compress.distill_layers import (
    LayerDistillSettings,
    intermediates,
    layer_distillation_loss,
    layer_map,
    student_outputs,
)
from tfbert_edge.compress.layer_mix import layer_targets, mixed_states
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset

TEACHER = preset("tiny", num_heads=(4,) * 4, intermediate_sizes=(64,) * 4)


def test_mixed_states_weighs_layers_by_their_first_tokens():
    random = np.random.default_rng(0)
    query = random.normal(size=(2, 4)).astype(np.float32)
    layers = random.normal(size=(3, 2, 5, 4)).astype(np.float32)
    expected = np.zeros((2, 5, 4))
    for row in range(2):
        weights = softmax([query[row] @ layers[layer, row, 0] / 2.0 for layer in range(3)])
        expected[row] = sum(weight * layers[layer, row] for layer, weight in enumerate(weights))

    np.testing.assert_allclose(mixed_states(query, list(layers)), expected, atol=1e-5)


def test_layer_targets_mix_the_last_layer_for_the_last_alone():
    random = np.random.default_rng(1)
    inner = [random.normal(size=(2, 5, 4)).astype(np.float32) for _ in range(2)]
    last = random.normal(size=(2, 1, 4)).astype(np.float32)
    first, second = (random.normal(size=(2, 4)).astype(np.float32) for _ in range(2))

    found = layer_targets([first, second], [*inner, last])

    np.testing.assert_allclose(found[0], mixed_states(first, inner), atol=1e-6)
    np.testing.assert_allclose(
        found[1], mixed_states(second, [*(one[:, :1] for one in inner), last]), atol=1e-6
    )


def test_learned_map_names_no_layers_and_learns_its_matrix_with_the_projection():
    assert layer_map("learned", student=2, teacher=4) == []
    teacher = build_model(TEACHER, num_outputs=3)
    student = build_model(preset("tiny", hidden_size=16, embedding_size=16, head_size=4), num_outputs=3)
    both = student_outputs(student, teacher_width=32, learned=True)
    ids = np.random.default_rng(2).integers(5, 128, (2, 6)).astype(np.int32)
    data = {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": np.ones_like(ids)}
    data = {name: tf.constant(array) for name, array in data.items()}
    inputs = [data[name] for name in both.input_names]
    settings = LayerDistillSettings(embedding_weight=0.0, hidden_weight=3.0, distill_weight=0.0)
    loss = layer_distillation_loss(
        teacher, [], output_loss=lambda _, logits: tf.zeros(tf.shape(logits)[:1]), settings=settings
    )
    theirs = type(teacher)(teacher.inputs, intermediates(teacher)["hidden"])(inputs)
    kernels = {v.name: v for v in both.trainable_variables if v.name.startswith("distill.")}

    with tf.GradientTape() as tape:
        outputs = both(inputs)
        total = loss(data, outputs)
    gradients = dict(zip(kernels, tape.gradient(total, list(kernels.values())), strict=True))

    # As M is the identity, a query is the projected state itself.
    states = [outputs[2].numpy(), outputs[3].numpy()]
    targets = layer_targets([one[:, 0] for one in states], theirs)
    distances = [np.square(one - other).mean(axis=(1, 2)) for one, other in zip(states, targets, strict=True)]
    np.testing.assert_allclose(total, 3.0 * np.mean(distances, axis=0), rtol=1e-4)
    assert sorted(kernels) == ["distill.layer_map/kernel:0", "distill.projection/kernel:0"]
    for name, gradient in gradients.items():
        assert np.abs(gradient).max() > 0, name
