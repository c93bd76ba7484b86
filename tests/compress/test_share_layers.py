from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from export.audit import check
from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge.compress.account import account
from tfbert_edge.compress.share_layers import layer_groups, share_layers
from tfbert_edge.errors import CheckpointError, CompressionError, RecipeError
from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import assign_ranges, fake_quantize
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.recipe import Recipe
from tfbert_edge.stages.fit import steps_must_fit

LAYERS = 4
CONFIG = preset("tiny", num_heads=(4,) * LAYERS, intermediate_sizes=(64,) * LAYERS)
# Of one layer: query, key, value, output; feed-forward; two norms.
KERNELS = 4 * 32 * 32 + 2 * 32 * 64
PARAMETERS = KERNELS + 4 * 32 + 64 + 32 + 4 * 32


@pytest.fixture(scope="module")
def model(noisy_model):
    return noisy_model(CONFIG)


@pytest.fixture(scope="module")
def shared(model):
    return share_layers(model, CONFIG, groups=2)


def batch(count=9, length=12):
    random = np.random.default_rng(1)
    mask = (np.arange(length) < random.integers(3, length + 1, (count, 1))).astype(np.int32)
    ids = random.integers(5, 128, mask.shape).astype(np.int32) * mask
    return {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}


INPUTS = list(batch().values())


@pytest.mark.parametrize(
    ("groups", "layers", "expected"),
    [
        (3, 6, (0, 0, 1, 1, 2, 2)),
        (1, 3, (0, 0, 0)),
        ([[0, 2], [1, 3]], 4, (0, 1, 0, 1)),
        ([[1, 2, 3], [0]], 4, (1, 0, 0, 0)),
    ],
)
def test_layer_groups_of_a_number_or_a_list_name_each_layers_group(groups, layers, expected):
    assert layer_groups(groups, layers) == expected


@pytest.mark.parametrize(
    "groups", [4, 6, 7, [[0, 1]], [[0, 1], [1, 2, 3, 4, 5]], [[0], [1], [2], [3], [4], [5]]]
)
def test_layer_groups_that_cannot_be_say_so(groups):
    with pytest.raises(CompressionError, match="groups must"):
        layer_groups(groups, 6)


def test_share_layers_by_first_copies_the_first_layer_of_each_group(model, shared):
    network, config = shared

    assert config == dataclasses.replace(CONFIG, layer_groups=(0, 0, 1, 1))
    for layer, source in enumerate((0, 0, 2, 2)):
        for part in ("attention.query", "attention.norm.scale", "ffn.output", "ffn.norm.shift"):
            for found, expected in zip(
                network.get_layer(f"layer_{layer}.{part}").get_weights(),
                model.get_layer(f"layer_{source}.{part}").get_weights(),
                strict=True,
            ):
                np.testing.assert_array_equal(found, expected)
    for part in ("embeddings.word", "head.dense"):
        np.testing.assert_array_equal(
            network.get_layer(part).get_weights()[0], model.get_layer(part).get_weights()[0]
        )


def test_share_layers_by_mean_averages_the_groups_weights(model):
    network, _ = share_layers(model, CONFIG, groups=[[0, 3], [1], [2]], init="mean")

    first, last = (model.get_layer(f"layer_{layer}.ffn.intermediate").get_weights() for layer in (0, 3))
    for layer in (0, 3):
        kernel, bias = network.get_layer(f"layer_{layer}.ffn.intermediate").get_weights()
        np.testing.assert_allclose(kernel, (first[0] + last[0]) / 2, rtol=1e-6)
        np.testing.assert_allclose(bias, (first[1] + last[1]) / 2, rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(
        network.get_layer("layer_1.ffn.intermediate").get_weights()[0],
        model.get_layer("layer_1.ffn.intermediate").get_weights()[0],
    )


def test_share_layers_refuses_layers_that_are_not_alike_or_share_already(model, shared):
    unequal, config = keep_parts(model, CONFIG, heads=[[0, 1], [0, 1], [0, 1], [3]])
    with pytest.raises(CompressionError, match="equally many heads, but layers 2, 3 have 2, 1"):
        share_layers(unequal, config, groups=2)
    share_layers(unequal, config, groups=[[0, 1, 2], [3]])
    with pytest.raises(CompressionError, match="share weights already"):
        share_layers(*shared, groups=2)
    with pytest.raises(CompressionError, match="init must be one of first, mean, was 'last'"):
        share_layers(model, CONFIG, groups=2, init="last")


def test_shared_layers_are_saved_and_loaded_and_pruned_alike(shared, tmp_path):
    network, config = shared

    loaded = load_checkpoint(save_checkpoint(network, config, tmp_path / "model"), num_outputs=3)
    _, fewer = keep_parts(network, config, layers=[0, 1, 3])

    assert loaded.config == config
    np.testing.assert_array_equal(loaded.model(INPUTS), network(INPUTS))
    assert fewer.layer_groups == (0, 0, 1)
    with pytest.raises(CompressionError, match="layers 2 and 3 share weights and must keep the same neurons"):
        kept = [range(64)] * 3 + [range(32)]
        keep_parts(network, config, neurons=kept)
    with pytest.raises(CheckpointError, match="layer_groups must hold one number for each of the 4 layers"):
        EncoderConfig.from_hf(config.to_hf() | {"layer_groups": [0, 1]})


def test_tied_variables_of_plain_and_fake_quantized_networks_are_weights_and_no_ranges(shared):
    network, config = shared
    ranges = estimate_ranges(observe(network, [batch()]), "minmax")
    quantized = fake_quantize(network)
    assign_ranges(quantized, ranges)

    for one in (network, quantized):
        groups = tied_variables(one, config.layer_groups)
        # Six Dense layers with kernel and bias, two norms with scale and shift, in each of two groups.
        assert [len(group) for group in groups] == [2] * 2 * (6 * 2 + 2 * 2)
        sizes = [int(variable.shape.num_elements()) for group in groups for variable in group]
        assert sum(sizes) == 4 * PARAMETERS
        for first, second in groups:
            np.testing.assert_array_equal(first.numpy(), second.numpy())
    assert tied_variables(network, None) == []


def test_account_counts_shared_weights_once_and_their_work_every_time(model, shared):
    before, after = (account(*one, length=12) for one in ((model, CONFIG), shared))

    assert before["parameters"] - after["parameters"] == 2 * PARAMETERS
    assert before["encoder_parameters"] - after["encoder_parameters"] == 2 * PARAMETERS
    assert before["macs"] == after["macs"]


@pytest.mark.parametrize(("form", "width"), [("dynamic", 1), ("float16", 2), ("int8", 1)])
def test_shared_layers_stand_once_in_the_file(model, shared, form, width):
    network, _ = shared
    apart = share_layers(model, CONFIG, groups=2)[0]
    random = np.random.default_rng(5)
    for layer in apart.layers:
        if layer.name.startswith("layer_") and layer.weights:
            layer.set_weights([w * random.uniform(0.9, 1.1, w.shape) for w in layer.get_weights()])
    contents = []
    for one in (network, apart):
        if form == "int8":
            ranges = estimate_ranges(observe(one, [batch(32)]), "minmax")
            one = fake_quantize(one, weights=False)
            assign_ranges(one, ranges)
        contents.append(convert(one, form, sequence_length=12, output_activation="linear"))

    graphs = [read_model(content) for content in contents]
    kernels = [matrix_buffers(graph) for graph in graphs]

    # Two groups of six matrices, and the head's two.
    assert len(kernels[0]) == 2 * 6 + 2 and len(kernels[1]) == 4 * 6 + 2
    once, apart_bytes = (graph.encoder_bytes() for graph in graphs)
    assert 2 * KERNELS * width <= once < 0.62 * apart_bytes
    assert apart_bytes >= 4 * KERNELS * width
    assert graphs[1].size_bytes - graphs[0].size_bytes > 2 * KERNELS * width
    if form == "int8":
        assert check(contents[0]).passed


def matrix_buffers(graph):
    """The buffers of the constants that matrix products read, unpacked first or not."""
    tensors = {tensor.index: tensor for tensor in graph.tensors}
    stored = {op.outputs[0]: op.inputs[0] for op in graph.operators if op.name == "DEQUANTIZE"}
    products = [op.inputs[1] for op in graph.operators if op.name == "FULLY_CONNECTED"]
    return {tensors[stored.get(index, index)].buffer for index in products}


def recipe(*steps):
    return Recipe.model_validate(
        {
            "name": "x",
            "task": {"type": "classification"},
            "model": {"checkpoint": "x"},
            "data": {"train": {"path": "a.csv"}, "validation": {"holdout": 0.1}},
            "compress": steps,
        }
    )


def test_steps_must_fit_counts_the_layers_that_are_left():
    fewer, two = {"method": "prune_layers", "keep": 2}, {"method": "share_layers", "groups": 2}

    steps_must_fit(recipe(two), CONFIG)
    with pytest.raises(
        RecipeError, match=r"compress.1.groups must be below 2 and divide the 2 layers, was 2"
    ):
        steps_must_fit(recipe(fewer, two), CONFIG)
    with pytest.raises(RecipeError, match=r"compress.0.groups must name each layer from 0 to 3 once"):
        steps_must_fit(recipe({**two, "groups": [[0, 1], [2]]}), CONFIG)
    tied = dataclasses.replace(CONFIG, layer_groups=(0, 0, 1, 1))
    for step in (two, fewer, {"method": "prune_weights", "sparsity": 0.5}):
        with pytest.raises(
            RecipeError, match=f"compress.0: the layers share .* {step['method']} takes each by"
        ):
            steps_must_fit(recipe(step), tied)
