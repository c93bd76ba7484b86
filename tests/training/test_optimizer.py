"""Updates against AdamW's formulas (Loshchilov and Hutter 2019, algorithm 2) in numpy's float64."""

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.training.freezing import variable_depths
from tfbert_edge.training.optimizer import make_optimizer

_RATE, _DECAY, _B1, _B2, _EPSILON = 0.01, 0.1, 0.9, 0.999, 1e-8


def _model():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,), name="x")
    hidden = keras.layers.Dense(4, name="embeddings.projection", bias_initializer="ones")(inputs)
    hidden = keras.layers.Dense(4, name="layer_0.ffn.output", bias_initializer="ones")(hidden)
    return keras.Model(inputs, keras.layers.Dense(2, name="head.classifier", bias_initializer="ones")(hidden))


class _Numpy:
    """One variable under AdamW."""

    def __init__(self, value, *, rate=_RATE, decay=_DECAY):
        self.value = np.asarray(value, np.float64)
        self.rate, self.decay, self.t, self.m, self.v = rate, decay, 0, 0.0, 0.0

    def step(self, gradient):
        self.t += 1
        self.m = _B1 * self.m + (1 - _B1) * gradient
        self.v = _B2 * self.v + (1 - _B2) * gradient**2
        m_hat, v_hat = self.m / (1 - _B1**self.t), self.v / (1 - _B2**self.t)
        self.value = self.value - self.rate * (m_hat / (np.sqrt(v_hat) + _EPSILON) + self.decay * self.value)


def _gradients(variables, step):
    random = np.random.default_rng(step)
    return [random.normal(size=v.shape).astype(np.float32) for v in variables]


def _apply(optimizer, gradients, variables, weight=1.0):
    update = tf.function(lambda g: optimizer.apply_sum(g, variables, weight))
    return float(update([tf.constant(g) for g in gradients]))


@pytest.mark.parametrize("layer_decay", [1.0, 0.5])
def test_adamw_steps_equal_the_formula_with_decay_off_biases(layer_decay):
    model = _model()
    optimizer = make_optimizer(
        model,
        _RATE,
        weight_decay=_DECAY,
        max_gradient_norm=None,
        layer_learning_rate_decay=layer_decay,
        epsilon=_EPSILON,
    )
    depth = {"embeddings.projection": 0, "layer_0.ffn.output": 1, "head.classifier": 2}
    expected = [
        _Numpy(
            v.numpy(),
            rate=_RATE * layer_decay ** (2 - depth[v.name.split("/")[0]]),
            decay=0.0 if "bias" in v.name else _DECAY,
        )
        for v in model.trainable_variables
    ]
    for step in range(5):
        gradients = _gradients(model.trainable_variables, step)
        _apply(optimizer, gradients, model.trainable_variables)
        for oracle, gradient in zip(expected, gradients, strict=True):
            oracle.step(gradient)
    for variable, oracle in zip(model.trainable_variables, expected, strict=True):
        np.testing.assert_allclose(
            variable.numpy(), oracle.value, rtol=1e-4, atol=1e-6, err_msg=variable.name
        )


def test_adamw_norm_parameters_do_not_decay(program):
    model = program.make_model()
    optimizer = make_optimizer(model, _RATE, weight_decay=_DECAY)
    before = [v.numpy() for v in model.trainable_variables]
    _apply(
        optimizer,
        [np.zeros(v.shape, np.float32) for v in model.trainable_variables],
        model.trainable_variables,
    )
    for variable, value in zip(model.trainable_variables, before, strict=True):
        last = variable.name.split("/")[-1].split(":")[0]
        factor = 1.0 if last in ("bias", "gamma", "beta") else 1.0 - _RATE * _DECAY
        np.testing.assert_allclose(variable.numpy(), value * factor, rtol=1e-6, err_msg=variable.name)


def test_adamw_clips_the_mean_gradient_by_its_global_norm():
    # Adam's step does not depend on the gradient's scale, but its first moment does.
    model = _model()
    optimizer = make_optimizer(model, _RATE, max_gradient_norm=0.5)
    gradients = _gradients(model.trainable_variables, 0)
    norm = _apply(optimizer, gradients, model.trainable_variables, weight=4.0)
    expected = np.sqrt(sum(np.sum(g.astype(np.float64) ** 2) for g in gradients)) / 4.0
    np.testing.assert_allclose(norm, expected, rtol=1e-5)
    assert expected > 0.5
    moments = [v.numpy() for v in optimizer.variables if v.name.startswith("m/")]
    total = np.sqrt(sum(np.sum(m**2) for m in moments))
    np.testing.assert_allclose(total, (1 - _B1) * 0.5, rtol=1e-4)


def test_adamw_variable_released_late_starts_with_its_own_bias_correction():
    model = _model()
    optimizer = make_optimizer(model, _RATE, weight_decay=0.0, max_gradient_norm=None, epsilon=_EPSILON)
    head = [v for v in model.trainable_variables if v.name.startswith("head")]
    for step in range(3):
        _apply(optimizer, _gradients(head, step), head)
    released = model.trainable_variables[0]
    before = released.numpy()
    gradients = _gradients(model.trainable_variables, 3)
    _apply(optimizer, gradients, model.trainable_variables)
    # The first step of Adam is the rate, in the gradient's direction.
    np.testing.assert_allclose(released.numpy() - before, -_RATE * np.sign(gradients[0]), rtol=1e-3)


def test_layer_rates_of_a_bert_fall_from_head_to_embeddings(program):
    model = program.make_model()
    optimizer = make_optimizer(model, _RATE, weight_decay=0.0, layer_learning_rate_decay=0.5)
    before = {v.name: v.numpy() for v in model.trainable_variables}
    gradients = [np.ones(v.shape, np.float32) for v in model.trainable_variables]
    _apply(optimizer, gradients, model.trainable_variables)
    scales = {"embeddings": 0.125, "layer_0": 0.25, "layer_1": 0.5, "head": 1.0}
    assert len(variable_depths(model)) == len(model.trainable_variables)
    for variable in model.trainable_variables:
        moved = float(np.mean(before[variable.name] - variable.numpy()))
        assert moved == pytest.approx(_RATE * scales[variable.name.split(".")[0]], rel=1e-3), variable.name
