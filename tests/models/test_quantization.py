from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from scipy.special import softmax

from export.audit import check
from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.embeddings import EXPANSION
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import (
    assign_ranges,
    copy_weights,
    fake_quantize,
    quantized_outputs,
    range_variables,
    range_widths,
    read_ranges,
)
from tfbert_edge.models.ranges import estimate_ranges, observe

LENGTH = 12


def spread_model(num_outputs: int = 3, **fields):
    """A tiny network whose weights are large enough for its logits to differ between inputs."""
    keras.utils.set_random_seed(5)
    model = build_model(preset("tiny", **fields), num_outputs=num_outputs)
    generator = np.random.default_rng(5)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            shape = layer.kernel.shape
            layer.kernel.assign(generator.normal(0, 1.5 / np.sqrt(shape[0]), shape).astype(np.float32))
    return model


def batch(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        "input_ids": generator.integers(5, 128, (count, LENGTH), np.int32),
        "token_type_ids": np.zeros((count, LENGTH), np.int32),
        "attention_mask": np.ones((count, LENGTH), np.int32),
    }


def scores(content, inputs, kernels=OpResolverType.AUTO) -> np.ndarray:
    """What LiteRT answers to each row: float32 ``(count, outputs)``."""
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    details = {detail["name"]: detail["index"] for detail in interpreter.get_input_details()}
    output = interpreter.get_output_details()[0]
    scale, zero_point = output["quantization"]
    names = {"ids": "input_ids", "segment_ids": "token_type_ids", "mask": "attention_mask"}
    found = []
    for row in range(len(inputs["input_ids"])):
        for name, key in names.items():
            interpreter.set_tensor(details[name], inputs[key][row : row + 1])
        interpreter.invoke()
        found.append((interpreter.get_tensor(output["index"])[0].astype(np.float32) - zero_point) * scale)
    return np.array(found)


@pytest.fixture(scope="module")
def converted():
    """The network, its fake-quantized copy, and the integer-only file."""
    model = spread_model()
    ranges = estimate_ranges(observe(model, [batch(64)]), "minmax")
    quantized = fake_quantize(model)
    exported = fake_quantize(model, weights=False)
    for copy in (quantized, exported):
        assign_ranges(copy, ranges)
    content = convert(exported, "int8", sequence_length=LENGTH, output_activation="softmax")
    return model, quantized, content


def test_fake_quantize_in_bfloat16_differs_while_it_trains_alone_and_by_less_than_bfloat16_rounds():
    model = spread_model()
    ranges = estimate_ranges(observe(model, [batch(64)]), "minmax")
    plain, fast = fake_quantize(model), fake_quantize(model, precision="bfloat16")
    for copy in (plain, fast):
        assign_ranges(copy, ranges)
    inputs = list(batch(8).values())
    name = "quant_layer_0.attention.value"
    states = tf.constant(np.random.default_rng(1).normal(size=(8, LENGTH, 32)).astype(np.float32))

    np.testing.assert_array_equal(fast(inputs, training=False).numpy(), plain(inputs, training=False).numpy())
    slow, quick = (copy.get_layer(name)(states, training=True).numpy() for copy in (plain, fast))
    assert np.abs(quick - slow).max() > 0
    step = max(np.abs(ranges["layer_0.attention.value"])) / 127
    # Two factors and their sum are rounded to 8 bits of 32 terms, then to the output's steps: one more or less.
    np.testing.assert_allclose(quick, slow, atol=1.01 * step)


def test_fake_quantize_in_bfloat16_trains_factorised_embeddings_whose_matrix_has_no_bias():
    model = spread_model(embedding_rank=8)
    fast = fake_quantize(model, precision="bfloat16")
    words = tf.constant(np.random.default_rng(1).normal(size=(2, LENGTH, 8)).astype(np.float32))
    layer = fast.get_layer(f"quant_{EXPANSION}")

    expected = layer(words, training=False).numpy()
    found = layer(words, training=True).numpy()

    # The range is the one that layers are built with, [-6, 6].
    np.testing.assert_allclose(found, expected, atol=1.01 * 12 / 255)
    assert np.abs(found).max() > 0.5


def test_fake_quantize_gives_4_bits_to_the_named_kernels_and_8_to_the_others():
    model = spread_model()
    quantized = fake_quantize(model, int4=["layer_0.ffn.output"])

    def levels(name):
        layer = quantized.get_layer(f"quant_{name}")
        ((kernel, quantizer, _),) = layer._weight_vars
        found = quantizer(kernel, False, {}).numpy()
        return max(len(np.unique(channel)) for channel in found.T)

    assert 8 < levels("layer_0.ffn.output") <= 15
    assert levels("layer_1.ffn.output") > 40


# BERT with GELU is the fixture's; together these are every family, activation, head and kind of output.
@pytest.mark.parametrize(
    ("fields", "num_outputs", "output_activation"),
    [
        ({"family": "distilbert", "type_vocab_size": 0, "hidden_act": "relu"}, 3, "softmax"),
        ({"family": "electra", "embedding_size": 16, "hidden_act": "gelu_new"}, 1, "linear"),
        (
            {
                "normalization": "no_norm",
                "hidden_act": "relu",
                "num_heads": (2, 1),
                "head_size": 16,
                "layer_drop": 0.5,
            },
            3,
            "softmax",
        ),
    ],
    ids=["distilbert-relu-classes", "electra-gelu_new-score", "no_norm-relu-wide-heads"],
)
def test_converted_network_of_each_family_is_integer_and_answers_as_its_fake_quantization(
    fields, num_outputs, output_activation
):
    model = spread_model(num_outputs, **fields)
    ranges = estimate_ranges(observe(model, [batch(32)]), "minmax")
    quantized, exported = fake_quantize(model), fake_quantize(model, weights=False)
    for copy in (quantized, exported):
        assign_ranges(copy, ranges)
    inputs = batch(64, seed=3)
    expected = quantized(list(inputs.values()), training=False).numpy()
    if output_activation == "softmax":
        expected = softmax(expected, axis=-1)

    content = convert(exported, "int8", sequence_length=LENGTH, output_activation=output_activation)

    assert check(content).passed
    found = scores(content, inputs)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.99
    # A step of the output is a 255th of its range; the network's own last steps come on top.
    assert np.abs(found - expected).mean() < 2 * np.ptp(expected) / 255
    assert np.ptp(found, axis=0).max() > 0.2 * np.ptp(expected)


def test_matrix_products_have_a_symmetric_right_side(converted):
    graph = read_model(converted[2])
    tensors = {tensor.index: tensor for tensor in graph.tensors}
    products = [operator for operator in graph.operators if operator.name == "BATCH_MATMUL"]

    assert len(products) == 2 * 2  # scores and contexts of two layers
    assert {tensors[operator.inputs[1]].zero_point for operator in products} == {(0,)}


def test_dense_weights_are_quantized_per_output_channel(converted):
    graph = read_model(converted[2])
    tensors = {tensor.index: tensor for tensor in graph.tensors}
    weights = [tensors[op.inputs[1]] for op in graph.operators if op.name == "FULLY_CONNECTED"]

    assert len(weights) == 2 * 6 + 2
    assert all(len(weight.scale) == weight.shape[0] and set(weight.zero_point) == {0} for weight in weights)


# The delegate's kernels round as fake quantization does. The reference kernels do too (half a step at most), but for MEAN,
# which rounds twice (up to 0.75 of a step, 0.15 on average in a variance): each LayerNorm of this network amplifies that.
@pytest.mark.parametrize(
    ("kernels", "mean_difference", "agreement"),
    [(OpResolverType.AUTO, 0.004, 0.99), (OpResolverType.BUILTIN_REF, 0.015, 0.95)],
    ids=["default", "reference"],
)
def test_fake_quantized_network_answers_as_litert_does(converted, kernels, mean_difference, agreement):
    _, quantized, content = converted
    inputs = batch(512, seed=3)
    expected = tf.nn.softmax(quantized(list(inputs.values()), training=False)).numpy()
    found = scores(content, inputs, kernels)

    assert np.abs(found - expected).mean() < mean_difference
    assert (np.argmax(found, axis=-1) == expected.argmax(axis=-1)).mean() >= agreement
    # The decisions are not all one, or agreement would say nothing.
    assert len(set(expected.argmax(axis=-1))) > 1


def uneven_model(**fields):
    """A tiny network whose norms scale and shift each channel otherwise."""
    model = spread_model(**fields)
    generator = np.random.default_rng(7)
    for layer in model.layers:
        if layer.name.endswith((".norm.scale", ".norm.shift")):
            (vector,) = layer.get_weights()
            layer.set_weights([(vector + generator.normal(0, 0.4, vector.shape)).astype(np.float32)])
    return model


@pytest.mark.parametrize(
    ("fields", "last"),
    # Where layers share weights, betas are not folded: the shift is a step of its own.
    [({}, "embeddings.norm.scale"), ({"layer_groups": (0, 0)}, "embeddings.norm.shift")],
    ids=["folded", "shared"],
)
def test_litert_computes_the_integers_of_fake_quantization_step_by_step(fields, last):
    model = uneven_model(**fields)
    ranges = estimate_ranges(observe(model, [batch(64)]), "minmax")
    quantized, exported = fake_quantize(model), fake_quantize(model, weights=False)
    for copy in (quantized, exported):
        assign_ranges(copy, ranges)
    inputs = batch(1, seed=3)
    names = ["embeddings.sum", "embeddings.norm.normal", last]
    taps = keras.Model(quantized.inputs, [quantized.get_layer(f"quant_{name}").output for name in names])
    content = convert(exported, "int8", sequence_length=LENGTH, output_activation="softmax")
    interpreter = Interpreter(model_content=content, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        key = {"ids": "input_ids", "segment_ids": "token_type_ids", "mask": "attention_mask"}[detail["name"]]
        interpreter.set_tensor(detail["index"], inputs[key])
    interpreter.invoke()

    for name, expected in zip(names, taps(list(inputs.values()), training=False), strict=True):
        (detail,) = (
            detail
            for detail in interpreter.get_tensor_details()
            if f"/quant_{name}/" in detail["name"] and tuple(detail["shape"]) == tuple(expected.shape)
        )
        scale, zero_point = detail["quantization"]
        steps = np.round(expected.numpy() / scale) + zero_point
        apart = np.abs(interpreter.get_tensor(detail["index"]) - steps)
        # A value in the middle between two steps may go either way.
        assert apart.max() <= 1 and (apart > 0).mean() < 0.01, name


def test_fake_quantized_network_stays_near_the_float_network(converted):
    model, quantized, _ = converted
    inputs = list(batch(64, seed=3).values())

    difference = quantized(inputs, training=False).numpy() - model(inputs, training=False).numpy()

    assert 0 < np.abs(difference).mean() < 0.1


def test_copy_weights_goes_both_ways_and_changes_nothing_else(converted):
    model, quantized, _ = converted
    ranges = read_ranges(quantized)
    other = spread_model()
    for variable in other.trainable_variables:
        variable.assign(variable + 0.25)

    copy_weights(other, quantized)
    target = spread_model()
    copy_weights(quantized, target)

    # The query's factor went in and out again, which rounds twice; betas have gone into biases to stay.
    for variable, expected, found in zip(
        other.variables, other.get_weights(), target.get_weights(), strict=True
    ):
        if "/bias" not in variable.name and "/beta" not in variable.name:
            np.testing.assert_allclose(found, expected, rtol=1e-6, err_msg=variable.name)
    inputs = list(batch(8).values())
    np.testing.assert_allclose(target(inputs), other(inputs), atol=1e-4)
    assert read_ranges(quantized) == ranges
    copy_weights(model, quantized)


def test_every_observed_layer_has_a_range_and_fixed_ones_none():
    quantized = fake_quantize(spread_model())
    names = quantized_outputs(quantized)

    assert "layer_1.attention.norm.variance" in names
    assert not any(name.endswith((".softmax", "head.activation", "mask_bias")) for name in names)
    symmetric = sum(name.endswith((".key", ".value")) for name in names)
    assert len(range_variables(quantized)) == 2 * len(names) - symmetric


def test_range_widths_are_those_of_each_bound_as_it_is():
    quantized = fake_quantize(spread_model())
    wide = dict.fromkeys(quantized_outputs(quantized), (-1.0, 3.0))
    assign_ranges(quantized, wide | {"layer_1.ffn.norm.variance": (0.0, 0.01)})

    widths = range_widths(quantized)

    assert set(widths) == {variable.ref() for variable in range_variables(quantized)}
    found = sorted(round(width, 6) for width in widths.values())
    # Ranges hold 0, and those of keys and values are symmetric.
    assert found[:2] == [0.01, 0.01]
    assert {round(width, 1) for width in found[2:]} == {4.0, 6.0}


def test_assign_ranges_without_a_layer_names_it():
    quantized = fake_quantize(spread_model())
    ranges = read_ranges(quantized)
    del ranges["layer_0.ffn.sum"]

    with pytest.raises(ConversionError, match=r"layer_0\.ffn\.sum has none"):
        assign_ranges(quantized, ranges)
