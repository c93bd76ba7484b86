from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from tfbert_edge._keras import tf
from tfbert_edge.compress.distill_progressive import (
    ProgressiveSettings,
    attention_divergence,
    layer_training,
    progressive_loss,
    up_to_layer,
    width_projection,
)
from tfbert_edge.models.heads import build_model, hidden_states
from tfbert_edge.models.presets import preset

CONFIG = preset("tiny", num_heads=(4,) * 3, intermediate_sizes=(64,) * 3)
NARROW = preset("tiny", hidden_size=16, embedding_size=16, head_size=4)


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    mask = (np.arange(6) < np.array([[6], [4]])).astype(np.int32)
    ids = random.integers(5, 128, (2, 6)).astype(np.int32) * mask
    arrays = {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}
    return {name: tf.constant(array) for name, array in arrays.items()}


def test_attention_divergence_is_the_mean_over_heads_and_real_tokens():
    random = np.random.default_rng(1)
    ours, theirs = random.normal(size=(2, 1, 2, 3, 3)).astype(np.float32)
    for scores in (ours, theirs):
        scores[..., 2] = -30.0
    expected = entropy(softmax(theirs, axis=-1), softmax(ours, axis=-1), axis=-1)[0, :, :2].mean()
    first = entropy(softmax(theirs, axis=-1), softmax(ours, axis=-1), axis=-1)[0, :, 0].mean()
    mask = tf.constant([[1.0, 1.0, 0.0]])

    np.testing.assert_allclose(attention_divergence(ours, theirs, mask), [expected], rtol=1e-4)
    np.testing.assert_allclose(attention_divergence(ours[:, :, :1], theirs, mask), [first], rtol=1e-4)


def test_progressive_loss_compares_one_layer_through_the_projection(data):
    teacher, student = build_model(CONFIG, num_outputs=3), build_model(NARROW, num_outputs=3)
    inputs = [data[name] for name in teacher.input_names]
    projection = width_projection(16, 32)
    part = up_to_layer(student, 0, projection=projection)
    outputs = part(inputs)
    theirs = hidden_states(teacher)(inputs)[2].numpy()
    scores = teacher.get_layer("layer_1.attention.masked").output
    scores = type(teacher)(teacher.inputs, scores)(inputs).numpy()
    ours = hidden_states(student)(inputs)[1].numpy() @ projection.kernel.numpy()
    expected = []
    for row, real in enumerate((6, 4)):
        divergence = entropy(softmax(scores[row], axis=-1), softmax(outputs[1][row], axis=-1), axis=-1)
        expected.append(
            2.0 * np.square(ours[row, :real] - theirs[row, :real]).mean() + 3e4 * divergence[:, :real].mean()
        )
    # Fresh attention is nearly flat, so its divergence is small.
    settings = ProgressiveSettings(feature_weight=2.0, attention_weight=3e4)

    found = progressive_loss(teacher, 1, settings=settings)(data, outputs)

    assert not any(layer.name.startswith("layer_1") for layer in part.layers)
    np.testing.assert_allclose(found, expected, rtol=1e-2)
    assert width_projection(32, 32) is None


@pytest.mark.parametrize(
    ("layer", "lower_rate", "moving"),
    [
        (0, 0.0, {"embeddings": 1.0, "layer_0": 1.0}),
        (1, 0.0, {"layer_1": 1.0}),
        (1, 0.25, {"embeddings": 0.25, "layer_0": 0.25, "layer_1": 1.0}),
    ],
)
def test_layers_below_the_one_that_learns_are_held_or_learn_slowly(layer, lower_rate, moving):
    part = up_to_layer(build_model(NARROW, num_outputs=3), layer, projection=width_projection(16, 32))
    optimizer, freezing = layer_training(part, 0.1, layer, lower_rate=lower_rate, weight_decay=0.0)
    variables = freezing.trained_variables(part, 0)
    before = {variable.name: variable.numpy() for variable in part.trainable_variables}

    optimizer.apply_sum([tf.ones(v.shape) for v in variables], variables, tf.constant(1.0))

    # Adam's first step is the rate itself.
    for variable in part.trainable_variables:
        place = variable.name.split(".")[0]
        rate = 1.0 if place == "distill" else moving.get(place, 0.0)
        np.testing.assert_allclose(
            before[variable.name] - variable.numpy(), 0.1 * rate, atol=1e-4, err_msg=variable.name
        )
