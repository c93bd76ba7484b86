"""What a file weighs beyond its plain size: inside a zip, and in weights that are zero."""

from __future__ import annotations

import zlib

import numpy as np

from export.flatbuffer import ModelGraph, Operator, Tensor

_NUMPY = {"float32": np.float32, "float16": np.float16, "int8": np.int8, "int16": np.int16, "uint8": np.uint8}


def zipped_size(content: bytes) -> int:
    """Bytes of ``content`` as an entry of a zip file: deflated at level 9, or stored where that is less.

    An APK is a zip. Which assets it deflates goes by their ending; the Android Gradle plugin counts .tflite among those that
    it stores from version 4.1 on, and before where the app says noCompress, because only a stored file can be mapped into
    memory. So this is what the file costs where an app takes it off that list and unpacks it, or fetches it zipped.
    """
    deflating = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return min(len(content), len(deflating.compress(content) + deflating.flush()))


def weight_sparsity(graph: ModelGraph) -> float:
    """The share of zeros (elements equal to their zero point) among the constant weights of FULLY_CONNECTED operators.

    A buffer that several operators read counts once; weights behind a DEQUANTIZE, as float16 files have them, count. 0 where
    there are no such weights.
    """
    weights: dict[int, Tensor] = {}
    tensors = {(tensor.subgraph, tensor.index): tensor for tensor in graph.tensors}
    dequantized = {
        (one.subgraph, one.outputs[0]): one.inputs[0] for one in graph.operators if one.name == "DEQUANTIZE"
    }
    for operator in graph.operators:
        if operator.name == "FULLY_CONNECTED":
            tensor = _weights(operator, tensors, dequantized)
            if tensor.constant:
                weights[tensor.buffer] = tensor
    zeros, total = 0, 0
    for tensor in weights.values():
        values = _values(tensor)
        points = np.asarray(tensor.zero_point or (0,), np.int32)
        if len(points) > 1:
            points = points.reshape(
                [-1 if axis == tensor.quantized_dimension else 1 for axis in range(values.ndim)]
            )
        zeros += int((values == points).sum())
        total += values.size
    return zeros / total if total else 0.0


def _weights(
    operator: Operator, tensors: dict[tuple[int, int], Tensor], dequantized: dict[tuple[int, int], int]
) -> Tensor:
    place = (operator.subgraph, operator.inputs[1])
    return tensors[operator.subgraph, dequantized.get(place, place[1])]


def _values(tensor: Tensor) -> np.ndarray:
    data = np.asarray(tensor.data)
    if tensor.dtype == "int4":
        # Two to a byte, the first in the low half; sign by shifting through the top of a byte.
        halves = np.stack([data << 4, data & 0xF0], axis=-1).reshape(-1).view(np.int8) >> 4
        return halves[: int(np.prod(tensor.shape))].reshape(tensor.shape)
    return data.view(_NUMPY[tensor.dtype]).reshape(tensor.shape)
