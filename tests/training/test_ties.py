"""Tied variables move as one; the oracle is a Keras network in which one layer object is called twice."""

from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import TrainingError
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer

GROUPS = (0, 0)


def called_twice(model):
    """The same network, in which the first layer's Keras layers stand in the second's places, too."""
    copies, tensors = {}, {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            tensors[id(layer.output)] = keras.Input((None,), dtype="int32", name=layer.name)
            continue
        name = layer.name.replace("layer_1.", "layer_0.") if layer.trainable_weights else layer.name
        if name not in copies:
            copies[name] = type(layer).from_config(layer.get_config() | {"name": name})
        given = tf.nest.map_structure(lambda tensor: tensors[id(tensor)], layer.input)
        tensors[id(layer.output)] = copies[name](given)
    oracle = keras.Model([tensors[id(one)] for one in model.inputs], tensors[id(model.output)])
    for name, copy in copies.items():
        copy.set_weights(model.get_layer(name).get_weights())
    return oracle


def train(program, model, *, groups=None, **settings):
    return fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=program.LengthBucketedBatches(program.make_features(40), batch_size=8, seed=0),
        # A small norm, so that clipping is at work in every update.
        optimizer=make_optimizer(model, 3e-3, max_gradient_norm=0.1),
        epochs=2,
        ties=tied_variables(model, groups),
        **settings,
    )


@pytest.mark.parametrize("accumulate", [1, 2])
def test_tied_layers_learn_as_one_layer_that_is_called_twice(program, accumulate):
    model = program.make_twin_model(dropout=0.0)
    oracle = called_twice(model)
    assert len(oracle.trainable_variables) == len(model.trainable_variables) - 16

    found = train(program, model, groups=GROUPS, accumulate=accumulate)
    expected = train(program, oracle, accumulate=accumulate)

    for one, other in zip(found, expected, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-4)
    for layer in oracle.layers:
        for value, wanted in zip(model.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True):
            np.testing.assert_allclose(value, wanted, atol=2e-4)
    for first, second in tied_variables(model, GROUPS):
        np.testing.assert_array_equal(first.numpy(), second.numpy())
    fresh = program.make_twin_model(dropout=0.0).get_layer("layer_0.ffn.output").get_weights()[0]
    assert np.abs(model.get_layer("layer_1.ffn.output").get_weights()[0] - fresh).max() > 1e-3


def test_untied_layers_that_start_equal_grow_apart(program):
    model = program.make_twin_model(dropout=0.0)
    train(program, model)
    assert any((first.numpy() != second.numpy()).any() for first, second in tied_variables(model, GROUPS))


def test_ties_of_unequal_variables_are_refused(program):
    with pytest.raises(TrainingError, match=r"tied must start equal, but layer_0\.attention.query/kernel"):
        train(program, program.make_model(), groups=GROUPS)


@pytest.mark.parametrize("freezing", [Freezing(layers=1), Freezing(unfreeze_per_epoch=1)])
def test_freezing_a_part_of_a_group_is_refused(program, freezing):
    with pytest.raises(TrainingError, match=r"share weights must train together, but layer_0.* is frozen"):
        train(program, program.make_twin_model(dropout=0.0), groups=GROUPS, freezing=freezing)


def test_ties_hold_on_two_replicas(program, start_training, tmp_path):
    settings = {"dropout": 0.0, "examples": 29, "epochs": 1, "accumulate": 2, "tied": True}
    process = start_training("mirrored.npz", strategy="mirrored on two", **settings)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output[-3000:]

    model, losses, _ = program.train(**settings)

    with np.load(tmp_path / "mirrored.npz") as result:
        np.testing.assert_allclose(result["losses"], losses, rtol=0, atol=1e-5)
        for number, variable in enumerate(model.trainable_variables):
            np.testing.assert_allclose(result[f"{number:03d}"], variable.numpy(), rtol=0, atol=1e-5)
        places = {v.ref(): f"{number:03d}" for number, v in enumerate(model.trainable_variables)}
        for first, second in tied_variables(model, GROUPS):
            np.testing.assert_array_equal(result[places[first.ref()]], result[places[second.ref()]])
