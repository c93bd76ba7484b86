from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from export.flatbuffer import read_model
from tfbert_edge.errors import TfbertEdgeError

FORMS = ("float32", "float16", "dynamic", "int16x8")


@pytest.fixture(params=FORMS)
def content(request, files):
    return files[request.param]


@pytest.fixture
def interpreter(content):
    # Reference kernels: no delegate that adds tensors or replaces operators.
    from ai_edge_litert.interpreter import OpResolverType

    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    )
    interpreter.allocate_tensors()
    return interpreter


def test_read_model_tensors_are_those_that_litert_sees(content, interpreter):
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    tensors = read_model(content).tensors
    assert tensors
    for tensor in tensors:
        detail = details[tensor.index]
        assert (tensor.name, tensor.shape) == (detail["name"], tuple(detail["shape"]))
        assert tensor.dtype == np.dtype(detail["dtype"]).name
        parameters = detail["quantization_parameters"]
        np.testing.assert_array_equal(tensor.scale, parameters["scales"])
        np.testing.assert_array_equal(tensor.zero_point, parameters["zero_points"])
        if len(tensor.scale) > 1:
            assert tensor.quantized_dimension == parameters["quantized_dimension"]


def test_read_model_operators_are_those_that_litert_sees(content, interpreter):
    seen = [
        (operator["op_name"], list(operator["inputs"]), list(operator["outputs"]))
        for operator in interpreter._get_ops_details()
        if operator["op_name"] != "DELEGATE"
    ]
    found = [(op.name, list(op.inputs), list(op.outputs)) for op in read_model(content).operators]
    assert found == seen


def test_read_model_constants_hold_the_values_that_litert_reads(content, interpreter):
    for tensor in read_model(content).tensors:
        if tensor.constant:
            value = interpreter.get_tensor(tensor.index)
            assert tensor.data.tobytes() == value.tobytes()
            assert tensor.size_bytes == value.nbytes


def test_read_model_inputs_and_outputs_are_in_litert_order(content, interpreter):
    graph = read_model(content)
    assert [x.name for x in graph.inputs] == [x["name"] for x in interpreter.get_input_details()]
    assert [x.name for x in graph.outputs] == [x["name"] for x in interpreter.get_output_details()]


def test_read_model_sizes_add_up_to_most_of_the_file(files, config):
    graph = read_model(files["float32"])
    assert graph.size_bytes == len(files["float32"])
    assert 0.7 * graph.size_bytes < sum(graph.bytes_by_dtype().values()) < graph.size_bytes
    largest = graph.largest_tensors(1)[0]
    assert largest.shape == (config.vocab_size, config.hidden_size)
    assert largest.size_bytes == 4 * config.vocab_size * config.hidden_size


def test_read_model_path_equals_bytes(files, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(files["dynamic"])
    assert read_model(path) == read_model(files["dynamic"])


def test_read_model_missing_file_raises(tmp_path):
    with pytest.raises(TfbertEdgeError, match=r"none\.tflite cannot be read"):
        read_model(tmp_path / "none.tflite")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip, not a model"])
def test_read_model_foreign_file_raises(content):
    with pytest.raises(TfbertEdgeError, match="not a TFLite model"):
        read_model(content)


@pytest.mark.parametrize("share", [0.0005, 0.3, 0.9])
def test_read_model_truncated_file_raises(files, share):
    content = files["float32"]
    with pytest.raises(TfbertEdgeError, match="damaged"):
        read_model(content[: max(8, int(len(content) * share))])


def test_reading_and_auditing_import_no_tensorflow():
    program = "import sys, export.audit, export.flatbuffer; print([m for m in ('tensorflow', 'tf_keras') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("form", "width"), [("float32", 4), ("float16", 2), ("dynamic", 1)])
def test_encoder_bytes_are_those_of_the_layers_constants(files, form, width):
    kernels = 2 * (4 * 32 * 32 + 2 * 32 * 64)
    # Biases and norms; the axes, shapes and epsilons that layers read, too, are a few bytes.
    rest = 2 * (4 * 32 + 64 + 32 + 4 * 32) * (2 if form == "float16" else 4)

    assert (
        kernels * width + 0.8 * rest < read_model(files[form]).encoder_bytes() < kernels * width + rest + 200
    )
