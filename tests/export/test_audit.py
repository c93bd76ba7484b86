from __future__ import annotations

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from export.audit import audit, check
from tfbert_edge.errors import AuditError

INT8, INT32, UINT8, INT64, FLOAT32 = (
    getattr(schema.TensorType, name) for name in ("INT8", "INT32", "UINT8", "INT64", "FLOAT32")
)


def tensor(name, dtype, scale=None, data_buffer=0):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, [1, 4], dtype, data_buffer
    if scale is not None:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = [scale], [0]
    return made


def file_of(tensors, *, custom=None, inputs=(0, 1, 2), outputs=(3,), data=()):
    """One operator from the first tensors to the outputs: ADD, or the custom operator named."""
    code = schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.CUSTOM if custom else schema.BuiltinOperator.ADD
    code.deprecatedBuiltinCode = code.builtinCode
    code.customCode = custom
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, list(inputs), list(outputs)
    subgraph = schema.SubGraphT()
    subgraph.tensors, subgraph.operators = tensors, [operator]
    subgraph.inputs, subgraph.outputs = list(inputs), list(outputs)
    buffers = [schema.BufferT()]
    for values in data:
        buffers.append(schema.BufferT())
        buffers[-1].data = np.frombuffer(values.tobytes(), np.uint8)
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [subgraph], buffers
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def inputs(names=("ids", "segment_ids", "mask"), dtype=INT32):
    return [tensor(name, dtype) for name in names]


def test_audit_integer_file_passes():
    report = audit(file_of([*inputs(), tensor("scores", UINT8, 1 / 256), tensor("inside", INT8, 0.1)]))
    assert report.passed and report.violations == () and report.warnings == ()
    assert report.dtype_counts == {"int32": 3, "uint8": 1, "int8": 1}
    assert report.operator_counts == {"ADD": 1}


def test_audit_int16x8_file_passes(files):
    assert audit(files["int16x8"]).violations == ()


@pytest.mark.parametrize("form", ["float32", "float16", "dynamic"])
def test_audit_float_form_fails_on_output_and_tensors(files, form):
    report = audit(files[form])
    assert not report.passed
    assert "output 'scores' must be uint8, it is float32" in report.violations
    assert "tensor 'scores' is float32, made by SOFTMAX" in report.violations


@pytest.mark.parametrize(
    ("tensors", "violation"),
    [
        ([*inputs(), tensor("scores", INT8, 0.1)], "output 'scores' must be uint8, it is int8"),
        ([*inputs(dtype=INT64), tensor("scores", UINT8, 0.1)], "input 'ids' must be int32, it is int64"),
        ([*inputs(dtype=INT64), tensor("scores", UINT8, 0.1)], "tensor 'mask' is int64, an input"),
        (
            [*inputs(("a", "b", "c")), tensor("scores", UINT8, 0.1)],
            "named ids, segment_ids, mask; they are a, b, c",
        ),
        ([*inputs(), tensor("scores", FLOAT32)], "tensor 'scores' is float32, made by ADD"),
        (
            [*inputs(), tensor("scores", UINT8, 0.1), tensor("lost", FLOAT32)],
            "'lost' is float32, made by nothing",
        ),
    ],
)
def test_audit_breach_is_listed(tensors, violation):
    report = audit(file_of(tensors))
    assert not report.passed
    assert any(violation in line for line in report.violations), report.violations


def test_audit_float_constant_names_its_reader():
    weights = tensor("weights", FLOAT32, data_buffer=1)
    content = file_of(
        [*inputs(), tensor("scores", UINT8, 0.1), weights], inputs=(0, 1, 2, 4), data=[np.ones(4, np.float32)]
    )
    assert "tensor 'weights' is float32, a constant of ADD" in audit(content).violations


@pytest.mark.parametrize(("custom", "kind"), [("FlexErf", "flex"), ("MyOperator", "custom")])
def test_audit_operator_that_is_no_builtin_fails(custom, kind):
    report = audit(file_of([*inputs(), tensor("scores", UINT8, 0.1)], custom=custom))
    assert report.violations == (f"operator '{custom}' (1 times) is {kind}, not a builtin",)
    assert report.operator_counts == {custom: 1}


@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_audit_degenerate_scale_is_a_warning(scale):
    report = audit(file_of([*inputs(), tensor("scores", UINT8, scale)]))
    assert report.passed
    assert report.warnings == (f"tensor 'scores' has scale {scale}, made by ADD",)


def test_audit_quantized_tensor_without_scale_is_a_warning():
    assert audit(file_of([*inputs(), tensor("scores", UINT8)])).warnings == (
        "tensor 'scores' is uint8 without a scale, made by ADD",
    )


def test_audit_constant_of_zeros_is_a_warning():
    weights = tensor("weights", INT8, 0.1, data_buffer=1)
    report = audit(file_of([*inputs(), tensor("scores", UINT8, 0.1), weights], data=[np.zeros(4, np.int8)]))
    assert report.warnings == ("tensor 'weights' is int8 and all zero",)


def test_check_failing_file_raises_listing_every_violation():
    content = file_of([*inputs(("a", "b", "c")), tensor("scores", FLOAT32)])
    with pytest.raises(AuditError) as caught:
        check(content)
    assert caught.value.exit_code == 2
    for violation in audit(content).violations:
        assert violation in str(caught.value)


def test_check_passing_file_returns_report(files):
    assert check(files["int16x8"]).passed
