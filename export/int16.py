"""The form int16x8: int8 weights, int16 activations, by ai-edge-quantizer from the float32 file.

TensorFlow's own converter cannot make it of a BERT: it refuses some operators and writes others that no
kernel runs. Embedding tables are int8 too, and requantized to int16 once looked up: at int16 they would
double the file.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.rewrite import pack, unpack
from tfbert_edge.errors import ConversionError, require_extra

_FEATURE_OF_INPUT = {"ids": "input_ids", "segment_ids": "token_type_ids", "mask": "attention_mask"}


def quantize_int16x8(float_model: bytes, calibration: Iterable[Mapping[str, np.ndarray]]) -> bytes:
    """Quantize a float32 file; ranges are the least and the greatest value over all ``calibration`` examples.

    ``calibration``: examples as int32 arrays (1, n) named input_ids, token_type_ids, attention_mask. The
    result's output is uint8, as in the form int8.

    Raises:
        ConversionError: no calibration example was given.
        MissingExtraError: ai-edge-quantizer is not installed.
    """
    quantizer = require_extra("ai_edge_quantizer.quantizer", "train")
    calibrator = require_extra("ai_edge_quantizer.calibrator", "train")
    qsv_utils = require_extra("ai_edge_quantizer.utils.qsv_utils", "train")
    manager = _recipe_manager()
    examples = [
        {name: example[feature] for name, feature in _FEATURE_OF_INPUT.items()} for example in calibration
    ]
    if not examples:
        raise ConversionError(
            "the form int16x8 needs calibration examples, there are none. Set data.calibration_examples."
        )
    with _quiet():
        # The default averages each example's range, which clips the rarer outliers; 16 bits have room.
        observer = calibrator.Calibrator(float_model, num_threads=1, qsv_update_func=qsv_utils.min_max_update)
        observer.calibrate({None: examples}, manager)
        ranges = observer.get_model_qsvs()
        result = quantizer.Quantizer(float_model, manager.get_quantization_recipe()).quantize(
            ranges, enable_progress_report=False, enable_progress_bar=False
        )
    model = unpack(bytes(result.quantized_model))
    _narrow_biases(model)
    tensors = model.subgraphs[0].tensors
    for place, output in enumerate(list(model.subgraphs[0].outputs)):
        seen = ranges[tensors[output].name.decode()]
        _append_uint8_output(model, place, float(np.min(seen["min"])), float(np.max(seen["max"])))
    return pack(model)


def _recipe_manager() -> Any:
    recipe_manager = require_extra("ai_edge_quantizer.recipe_manager", "train")
    operations = require_extra("ai_edge_quantizer.qtyping", "train").TFLOperationName
    manager = recipe_manager.RecipeManager()
    manager.add_static_config(".*", operations.ALL_SUPPORTED, activation_num_bits=16, weight_num_bits=8)
    manager.add_static_config(".*", operations.GATHER, activation_num_bits=8, weight_num_bits=8)
    return manager


def _narrow_biases(model: Any) -> None:
    """Store int64 biases as int32 wherever no input can overflow the 32-bit sum that goes with them.

    A row's greatest sum is 2^15 sum_j |w_j| + |b|. A row beyond 2^31 - 1 keeps its layer's bias int64, and
    the audit then names it.
    """
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if (
                model.operatorCodes[operator.opcodeIndex].builtinCode
                != schema.BuiltinOperator.FULLY_CONNECTED
            ):
                continue
            if len(operator.inputs) < 3 or operator.inputs[2] < 0:
                continue
            weights, bias = subgraph.tensors[operator.inputs[1]], subgraph.tensors[operator.inputs[2]]
            if bias.type != schema.TensorType.INT64 or weights.type != schema.TensorType.INT8:
                continue
            rows = model.buffers[weights.buffer].data.view(np.int8).reshape(weights.shape).astype(np.int64)
            values = model.buffers[bias.buffer].data.view(np.int64)
            if np.max((np.abs(rows).sum(axis=1) << 15) + np.abs(values)) > np.iinfo(np.int32).max:
                continue
            bias.type, bias.buffer = schema.TensorType.INT32, _add_buffer(model, values.astype(np.int32))
            operator.builtinOptions.quantizedBiasType = schema.TensorType.INT32


def _add_buffer(model: Any, values: np.ndarray) -> int:
    buffer = schema.BufferT()
    buffer.data = values.view(np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def _append_uint8_output(model: Any, place: int, least: float, greatest: float) -> None:
    """Requantize the int16 output at ``place``, whose values are ``least`` to ``greatest``, to uint8.

    By way of int8, since no kernel goes from int16 to uint8: q_uint8 = q_int8 + 128 at the same scale.
    """
    subgraph = model.subgraphs[0]
    source = subgraph.outputs[place]
    name, shape = subgraph.tensors[source].name, subgraph.tensors[source].shape
    scale, zero_point = _uint8_quantization(subgraph, source, least, greatest)
    subgraph.tensors[source].name = name + b"_int16"
    eighth = _add_tensor(subgraph, name + b"_int8", shape, schema.TensorType.INT8, scale, zero_point - 128)
    answer = _add_tensor(subgraph, name, shape, schema.TensorType.UINT8, scale, zero_point)
    code = _operator_code(model, schema.BuiltinOperator.QUANTIZE)
    for before, after in ((source, eighth), (eighth, answer)):
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = code, [before], [after]
        operator.builtinOptionsType = schema.BuiltinOptions.QuantizeOptions
        operator.builtinOptions = schema.QuantizeOptionsT()
        subgraph.operators.append(operator)
    subgraph.outputs = [answer if index == source else index for index in subgraph.outputs]
    for signature in model.signatureDefs:
        for entry in signature.outputs:
            if entry.tensorIndex == source:
                entry.tensorIndex = answer


def _uint8_quantization(subgraph: Any, output: int, least: float, greatest: float) -> tuple[float, int]:
    """Scale and zero point: those of a probability after softmax or sigmoid, else of the range seen."""
    if subgraph.tensors[output].quantization.scale[0] == np.float32(1 / 32768):
        return 1 / 256, 0  # the fixed int16 scale of SOFTMAX and LOGISTIC; theirs in int8 is 1/256
    least, greatest = min(least, 0.0), max(greatest, 0.0)
    scale = (greatest - least) / 255 or 1.0
    return scale, round(-least / scale)


def _add_tensor(subgraph: Any, name: bytes, shape: Any, dtype: int, scale: float, zero_point: int) -> int:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, dtype, 0
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
    subgraph.tensors.append(tensor)
    return len(subgraph.tensors) - 1


def _operator_code(model: Any, builtin: int) -> int:
    for index, code in enumerate(model.operatorCodes):
        if code.builtinCode == builtin:
            return index
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    # Version 3 is the first whose QUANTIZE takes int16.
    code.version = 3
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the quantizer's progress bars, which cannot all be turned off, from the terminal."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield
