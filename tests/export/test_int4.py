from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from export.audit import audit
from export.convert import convert
from export.flatbuffer import read_model
from export.int4 import narrow_weights, pack_nibbles, unpack_nibbles
from export.rewrite import unpack
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.fold import folded
from tfbert_edge.models.quantization import assign_ranges, fake_quantize
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.models.rounding import round_kernels, rounded_kernel

LAYERS = ["layer_0.attention.query", "layer_0.ffn.intermediate", "layer_1.ffn.output"]
KERNELS = [
    OpResolverType.AUTO,
    OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    OpResolverType.BUILTIN_REF,
]


@pytest.fixture(scope="module")
def network(config, random_model, examples):
    """A network whose LAYERS are rounded to 4 bits, ready for conversion, and its kernels before that."""
    model = random_model(config, seed=4)
    names = ("input_ids", "token_type_ids", "attention_mask")
    ranges = estimate_ranges(
        observe(model, [dict(zip(names, examples.inputs, strict=True))]), "minmax", percentile=99.9
    )
    round_kernels(model, LAYERS)
    quantized = fake_quantize(model, weights=False)
    assign_ranges(quantized, ranges)
    return model, quantized


@pytest.fixture(scope="module")
def stored(network):
    """The same network with the weights of LAYERS stored as bytes and as halves of bytes."""
    return {
        form: convert(network[1], form, sequence_length=16, output_activation="softmax", int4_layers=LAYERS)
        for form in ("int8", "int4")
    }


def raw_answers(content, inputs, kernels):
    interpreter = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    answers = []
    for rows in zip(*inputs, strict=True):
        for detail, row in zip(interpreter.get_input_details(), rows, strict=True):
            interpreter.set_tensor(detail["index"], row[np.newaxis])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    return np.array(answers)


def weights_of(content, layer):
    (found,) = (
        tensor
        for tensor in read_model(content).tensors
        if f"quant_{layer}/" in tensor.name and tensor.constant and len(tensor.shape) == 2
    )
    return found


def test_pack_nibbles_puts_the_first_value_into_the_low_half():
    assert pack_nibbles(np.array([1, 2, -1, 7, -8], np.int8)).tolist() == [0x21, 0x7F, 0x08]


def test_unpack_nibbles_gives_back_what_was_packed():
    values = np.random.default_rng(0).integers(-8, 8, (3, 5)).astype(np.int8)

    np.testing.assert_array_equal(unpack_nibbles(pack_nibbles(values), 15), values.ravel())


@pytest.mark.parametrize("kernels", KERNELS)
def test_int4_file_answers_to_the_bit_as_the_same_weights_in_int8(stored, examples, kernels):
    eighth, fourth = (raw_answers(stored[form], examples.inputs, kernels) for form in ("int8", "int4"))

    np.testing.assert_array_equal(fourth, eighth)
    assert len(np.unique(fourth)) > 10


def test_int4_weights_are_the_rounded_kernel_under_one_scale_a_channel(network, stored):
    model = folded(network[0])
    for layer in LAYERS:
        kernel = model.get_layer(layer).kernel
        eighth, fourth = weights_of(stored["int8"], layer), weights_of(stored["int4"], layer)
        values = unpack_nibbles(fourth.data, kernel.shape.num_elements()).reshape(fourth.shape)

        assert (eighth.dtype, fourth.dtype) == ("int8", "int4")
        assert fourth.size_bytes * 2 == eighth.size_bytes == kernel.shape.num_elements()
        assert fourth.scale == eighth.scale and len(fourth.scale) == fourth.shape[0]
        np.testing.assert_array_equal(eighth.data.view(np.int8).reshape(eighth.shape), values)
        np.testing.assert_allclose(
            (values * np.array(fourth.scale)[:, np.newaxis]).T, rounded_kernel(kernel), rtol=1e-5, atol=1e-7
        )
        assert np.abs(values).max(axis=1).min() == 7


def test_int4_file_keeps_the_other_weights_and_is_integer_only(stored):
    report = audit(stored["int4"])

    assert report.violations == () and report.warnings == ()
    assert report.dtype_counts["int4"] == len(LAYERS)
    assert weights_of(stored["int4"], "layer_0.ffn.output").dtype == "int8"
    assert report.bytes_by_dtype["int4"] * 2 == 32 * 32 + 2 * 32 * 64
    assert len(stored["int8"]) - len(stored["int4"]) > report.bytes_by_dtype["int4"] - 512


def test_int4_answers_are_those_of_the_network_it_was_made_of(network, stored, examples, run):
    from scipy.special import softmax

    expected = softmax(network[0](examples.inputs, training=False).numpy(), axis=-1)

    assert np.abs(run(stored["int4"], examples.inputs) - expected).mean() < 0.02


def test_int4_file_demands_kernels_that_know_it(stored):
    def version(content):
        (code,) = (
            code.version
            for code in unpack(content).operatorCodes
            if code.builtinCode == schema.BuiltinOperator.FULLY_CONNECTED
        )
        return code

    assert version(stored["int4"]) == 10
    assert version(stored["int8"]) < 10


def test_narrow_weights_of_more_than_4_bits_is_an_error(stored):
    with pytest.raises(ConversionError, match=r"weights of layer_0\.ffn\.output must be int8 and rounded"):
        narrow_weights(stored["int8"], ["layer_0.ffn.output"], packed=True)


def test_narrow_weights_of_a_layer_that_is_not_there_names_it(stored):
    with pytest.raises(ConversionError, match="has the weights of layer_7"):
        narrow_weights(stored["int8"], ["layer_7"], packed=True)


def test_convert_to_int4_without_layers_says_which_step_makes_them(network):
    with pytest.raises(ConversionError, match="put the step mixed_precision into compress"):
        convert(network[1], "int4", sequence_length=16, output_activation="softmax")
