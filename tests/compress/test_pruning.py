from __future__ import annotations

import numpy as np
import pytest

from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge.compress.account import account, macs
from tfbert_edge.compress.importance import (
    HEADS,
    NEURONS,
    most_important,
    normalized,
    taylor_importance,
)
from tfbert_edge.compress.prune_heads import prune_heads
from tfbert_edge.compress.prune_layers import measured_loss, prune_layers
from tfbert_edge.compress.prune_neurons import prune_neurons
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset
from tfbert_edge.training.losses import make_loss

LAYERS = 4
CONFIG = preset("tiny", num_heads=(4,) * LAYERS, intermediate_sizes=(64,) * LAYERS)
LOSS = make_loss("softmax_cross_entropy")


@pytest.fixture(scope="module")
def model(noisy_model):
    return noisy_model(CONFIG)


def features(count: int = 12) -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, 12, count)]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 3, count).astype(np.int32))


def batches():
    return (batch for _, batch in evaluation_batches(features(), batch_size=5))


def losses_with_scaled_rows(model, name, rows, scale):
    """Each example's loss with these rows of a kernel scaled: as if the values that come in there were."""
    layer = model.get_layer(name)
    kernel, bias = layer.get_weights()
    changed = kernel.copy()
    changed[rows] *= scale
    layer.set_weights([changed, bias])
    data = features()
    found = LOSS({"labels": data.labels}, model(list(data.padded(12).values()), training=False)).numpy()
    layer.set_weights([kernel, bias])
    return found.astype(np.float64)


@pytest.mark.parametrize(
    ("part", "output", "places"),
    [
        (HEADS, "layer_{}.attention.output", [(0, 1, slice(8, 16)), (3, 3, slice(24, 32))]),
        (NEURONS, "layer_{}.ffn.output", [(1, 7, slice(7, 8)), (3, 40, slice(40, 41))]),
    ],
)
def test_taylor_importance_is_the_slope_of_the_loss_by_a_mask_on_the_part(model, part, output, places):
    found = taylor_importance(model, batches(), LOSS, part=part)

    for layer, place, rows in places:
        name, step = output.format(layer), 1e-2
        above, below = (losses_with_scaled_rows(model, name, rows, 1 + d) for d in (step, -step))
        expected = np.abs((above - below) / (2 * step)).mean()
        assert found[layer][place] == pytest.approx(expected, rel=0.02, abs=2e-5)
        assert expected > 1e-4


def test_normalized_layers_have_length_one():
    found = normalized([np.array([3.0, 4.0]), np.array([0.0, 0.0])])

    np.testing.assert_allclose(found[0], [0.6, 0.8])
    assert not found[1].any()


def test_most_important_compete_over_layers_and_leave_each_its_minimum():
    importance = [np.array([0.9, 0.1, 0.8, 0.2]), np.array([0.01, 0.03, 0.02, 0.04]), np.array([0.5, 0.6])]

    assert most_important(importance, 5) == [[0, 2], [3], [0, 1]]
    assert most_important(importance, 1) == [[0], [3], [1]]
    assert most_important(importance, 99) == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1]]
    assert most_important(importance, 6, multiple=2) == [[0, 2], [1, 3], [0, 1]]


def test_prune_heads_removes_its_share_and_the_one_without_effect_first(model):
    kernel, bias = model.get_layer("layer_2.attention.output").get_weights()
    without = kernel.copy()
    without[8:16] = 0.0
    model.get_layer("layer_2.attention.output").set_weights([without, bias])
    try:
        one, _ = prune_heads(model, CONFIG, amount=1 / 16, rounds=1, batches=batches, loss=LOSS)
        inputs = list(features().padded(12).values())
        np.testing.assert_allclose(one(inputs), model(inputs), atol=2e-6)

        smaller, config = prune_heads(model, CONFIG, amount=0.5, rounds=2, batches=batches, loss=LOSS)
    finally:
        model.get_layer("layer_2.attention.output").set_weights([kernel, bias])

    assert sum(config.num_heads) == 8
    assert min(config.num_heads) >= 1
    assert [smaller.get_layer(f"layer_{i}.attention.key").units for i in range(4)] == [
        8 * n for n in config.num_heads
    ]


def test_prune_neurons_keeps_multiples_of_16_and_those_that_have_an_effect(model):
    kernel, bias = model.get_layer("layer_1.ffn.output").get_weights()
    without = kernel.copy()
    without[:32] = 0.0
    model.get_layer("layer_1.ffn.output").set_weights([without, bias])
    try:
        smaller, config = prune_neurons(model, CONFIG, amount=32 / 256, rounds=1, batches=batches, loss=LOSS)
        inputs = list(features().padded(12).values())
        np.testing.assert_allclose(smaller(inputs), model(inputs), atol=2e-6)
    finally:
        model.get_layer("layer_1.ffn.output").set_weights([kernel, bias])

    assert config.intermediate_sizes == (64, 32, 64, 64)


@pytest.mark.parametrize(
    ("choice", "keep", "layers"),
    [
        ("every_other", 2, [0, 2]),
        ("every_other", 3, [0, 1, 2]),
        ("first", 2, [0, 1]),
        ("last", 3, [1, 2, 3]),
    ],
)
def test_prune_layers_by_place_takes_these(model, choice, keep, layers):
    smaller, config, found = prune_layers(model, CONFIG, keep=keep, choice=choice, batches=batches, loss=LOSS)
    expected, _ = keep_parts(model, CONFIG, layers=layers)
    inputs = list(features().padded(12).values())

    assert found == layers and config.num_layers == keep
    np.testing.assert_array_equal(smaller(inputs), expected(inputs))


def test_prune_layers_greedy_removes_the_one_whose_absence_costs_least(model):
    losses = {}
    for gone in range(LAYERS):
        rest, _ = keep_parts(model, CONFIG, layers=[one for one in range(LAYERS) if one != gone])
        data = features()
        outputs = rest(list(data.padded(12).values()), training=False)
        losses[gone] = float(LOSS({"labels": data.labels}, outputs).numpy().mean())
    best = min(losses, key=lambda gone: losses[gone])

    smaller, _, layers = prune_layers(model, CONFIG, keep=3, choice="greedy", batches=batches, loss=LOSS)

    assert layers == [one for one in range(LAYERS) if one != best]
    assert measured_loss(smaller, batches(), LOSS) == pytest.approx(losses[best], rel=1e-5)


@pytest.mark.parametrize("keep", [0, 4])
def test_prune_layers_to_no_fewer_layers_says_the_range(model, keep):
    with pytest.raises(CompressionError, match=f"keep must be from 1 to 3.*was {keep}"):
        prune_layers(model, CONFIG, keep=keep, choice="first", batches=batches, loss=LOSS)


@pytest.mark.parametrize(
    ("head", "outputs"),
    [
        ("classification", 3),
        ("mean_classification", 3),
        ("tokens", 5),
        ("span", (1, 1)),
        ("joint", (3, 5)),
        ("mean_pooling", 0),
        ("cls_pooling", 0),
    ],
)
def test_macs_are_those_of_the_matrix_products_in_the_converted_file(head, outputs):
    config = preset("tiny", num_heads=(4, 1, 3), intermediate_sizes=(64, 32, 48))
    model, length = build_model(config, head=head, num_outputs=outputs), 12
    names = ("first", "second")[: 2 if isinstance(outputs, tuple) else 1]
    content = convert(
        model, "float32", sequence_length=length, output_activation="linear", output_names=names
    )
    graph = read_model(content)
    shapes = {tensor.index: tensor.shape for tensor in graph.tensors}
    expected = 0
    for operator in graph.operators:
        if operator.name in ("FULLY_CONNECTED", "BATCH_MATMUL"):
            # Each output element is a sum over the left side's last axis.
            expected += int(np.prod(shapes[operator.outputs[0]])) * shapes[operator.inputs[0]][-1]

    assert macs(config, length=length, outputs=outputs, head=head) == expected


def test_account_counts_parameters_apart_from_the_tables():
    model = build_model(CONFIG, num_outputs=3)

    found = account(model, CONFIG, length=12)

    assert found["parameters"] == sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert found["parameters"] - found["encoder_parameters"] == (128 + 64 + 2) * 32
    assert found["heads"] == 16
