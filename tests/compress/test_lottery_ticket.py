from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.compress.kernels import encoder_kernels, sparsity
from tfbert_edge.compress.lottery_ticket import find_ticket, prune_globally
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset


def tiny_model():
    keras.utils.set_random_seed(1)
    return build_model(preset("tiny"), num_outputs=2)


def test_prune_globally_by_hand_takes_the_least_that_are_left_of_all_kernels():
    kernels = {
        "a": np.array([[0.1, -9.0], [0.4, 0.0]], np.float32),
        "b": np.array([[-0.2, 5.0, 0.3, 7.0]], np.float32),
    }
    masks = {"a": np.array([[True, False], [True, True]]), "b": np.array([[True, True, True, False]])}

    found = prune_globally(kernels, masks, 0.625)

    # 5 of 8 go: two are gone already, though they are large; then 0.0, 0.1 and -0.2.
    np.testing.assert_array_equal(found["a"], [[False, False], [True, False]])
    np.testing.assert_array_equal(found["b"], [[False, True, True, False]])


def test_find_ticket_starts_each_round_from_the_pretrained_weights_of_what_is_left():
    model, random, seen = tiny_model(), np.random.default_rng(0), []
    initial = [weight.copy() for weight in model.get_weights()]
    pretrained = {name: kernel.numpy() for name, kernel in encoder_kernels(model).items()}
    masks = {0: {name: np.ones(kernel.shape, bool) for name, kernel in pretrained.items()}}

    def train(number):
        seen.append(sparsity(model))
        for name, kernel in encoder_kernels(model).items():
            np.testing.assert_array_equal(kernel.numpy(), pretrained[name] * masks[number - 1][name])
        model.set_weights(
            [w + random.normal(0, 0.1, w.shape) * (w != 0) if w.ndim else w for w in model.get_weights()]
        )

    find_ticket(model, sparsity=0.6, rounds=3, train=train, stored=lambda _: None, store=masks.__setitem__)

    assert seen == pytest.approx([0.0, 0.2, 0.4], abs=1e-4)
    assert sparsity(model) == pytest.approx(0.6, abs=1e-4)
    for name, kernel in encoder_kernels(model).items():
        np.testing.assert_array_equal(kernel.numpy(), pretrained[name] * masks[3][name])
        assert not (masks[3][name] & ~masks[2][name]).any()
    kernels = {id(kernel) for kernel in encoder_kernels(model).values()}
    for variable, before in zip(model.weights, initial, strict=True):
        if id(variable) not in kernels:
            np.testing.assert_array_equal(variable.numpy(), before)
    # The weights that trained to the least, not those that were it before.
    by_size = prune_globally(pretrained, masks[0], 0.6)
    assert any((by_size[name] != masks[3][name]).any() for name in by_size)


def test_find_ticket_goes_on_after_the_last_round_that_was_stored():
    model, rounds, masks = tiny_model(), [], {}

    def train(number):
        rounds.append(number)

    def find(count):
        keras.utils.set_random_seed(1)
        find_ticket(model, sparsity=0.5, rounds=count, train=train, stored=masks.get, store=masks.__setitem__)

    find(3)
    model.set_weights(tiny_model().get_weights())
    del masks[3]
    find(3)

    assert rounds == [1, 2, 3, 3]
