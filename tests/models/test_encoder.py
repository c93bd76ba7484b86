from __future__ import annotations

import dataclasses

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.encoder import HiddenActivation, build_encoder
from tfbert_edge.models.heads import build_model, hidden_states
from tfbert_edge.models.presets import preset

TOLERANCE = 1e-4  # float32, other order of operations


def test_hidden_states_of_padded_batch_equal_transformers(oracle):
    model = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs).model

    states = hidden_states(model)(oracle.batch)

    assert len(states) == len(oracle.hidden_states)
    for state, reference in zip(states, oracle.hidden_states, strict=True):
        # A classifier's last layer computes the first token alone; the test after this one has the encoder's whole.
        expected = reference[:, : state.shape[1]]
        np.testing.assert_allclose(state, expected, rtol=0, atol=TOLERANCE)


def test_build_encoder_has_the_layers_of_the_model_and_its_last_state(oracle):
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)
    encoder = build_encoder(loaded.config)
    for layer in encoder.layers:
        layer.set_weights(loaded.model.get_layer(layer.name).get_weights())

    state = encoder(oracle.batch)

    assert [tensor.name for tensor in encoder.inputs] == ["input_ids", "token_type_ids", "attention_mask"]
    np.testing.assert_allclose(state, oracle.hidden_states[-1], rtol=0, atol=TOLERANCE)


def test_logits_do_not_depend_on_how_far_a_row_is_padded(make_oracle):
    oracle = make_oracle("electra-gelu-narrow-embeddings")
    model = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs).model
    wider = {name: np.pad(value, ((0, 0), (0, 7))) for name, value in oracle.batch.items()}

    np.testing.assert_allclose(model(wider), oracle.logits, rtol=0, atol=TOLERANCE)


def test_layers_of_unequal_heads_and_neurons_build_and_keep_the_hidden_size():
    config = dataclasses.replace(preset("tiny"), num_heads=(3, 1), intermediate_sizes=(40, 24))

    model = build_model(config, num_outputs=2)

    assert model.get_layer("layer_0.attention.query").kernel.shape == (32, 24)
    assert model.get_layer("layer_1.attention.output").kernel.shape == (8, 32)
    assert model.get_layer("layer_1.ffn.intermediate").kernel.shape == (32, 24)
    batch = {name: np.ones((2, 5), np.int32) for name in ("input_ids", "token_type_ids", "attention_mask")}
    assert [state.shape for state in hidden_states(model)(batch)] == [(2, 5, 32)] * 2 + [(2, 1, 32)]


def test_gelu_in_training_has_the_value_and_gradient_of_tensorflows():
    layer = HiddenActivation("gelu")
    x = tf.constant(np.linspace(-6, 6, 241), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        found, expected = layer(x, training=True), tf.nn.gelu(x, approximate=False)

    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(found, x), tape.gradient(expected, x), atol=1e-6)


def test_gelu_of_bfloat16_is_as_near_as_bfloat16_can_be_with_and_without_training():
    inputs = tf.linspace(-4.0, 4.0, 801)
    expected = tf.nn.gelu(tf.cast(tf.cast(inputs, tf.bfloat16), tf.float32), approximate=False).numpy()
    layer = HiddenActivation("gelu", dtype="bfloat16")

    for training in (False, True):
        found = layer(tf.cast(inputs, tf.bfloat16), training=training)

        assert found.dtype == tf.bfloat16
        # Half a step of 8 significant bits.
        np.testing.assert_allclose(tf.cast(found, tf.float32), expected, rtol=2.0**-8, atol=1e-6)
