"""Weights of 4 bits in an int8 file: values from -7 to 7, stored two in a byte as the form int4, or one as the form int8.

The converter knows weights of 8 bits alone. It is given kernels rounded to 4 bits, ``W = n s`` with whole n from -7 to 7 and
``s = max|W| / 7`` a channel, and stores ``round(127 n / 7)`` under the scale ``7 s / 127``: both are brought back here, and the
bias, counted in steps of input scale times weight scale, with them. LiteRT reads TensorType.INT4 with the first value in a
byte's low half.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.rewrite import pack, unpack
from tfbert_edge.errors import ConversionError

LARGEST = 7
RATIO = 127 / LARGEST
"""Steps of 8 bits in one of 4: both put the same greatest weight at their end."""

# The first version of FULLY_CONNECTED that takes int4 weights; a runtime without it refuses the file.
_FULLY_CONNECTED_VERSION = 10


def narrow_weights(content: bytes, layers: Collection[str], *, packed: bool) -> bytes:
    """Give the weights of the Dense layers ``layers`` of an int8 file, one scale an output channel, 4 bits.

    Args:
        content: a file of which these layers' kernels were rounded to 4 bits before it was converted.
        layers: names of Keras layers.
        packed: whether to store two values in a byte (dtype int4) or one (int8). The answers are the same.

    Raises:
        ConversionError: a layer has no weights in the file, or they have more than 4 bits.
    """
    model = unpack(content)
    wanted, done = set(layers), set()
    for subgraph in model.subgraphs:
        narrowed: dict[int, str] = {}
        for operator in subgraph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            if code.builtinCode != schema.BuiltinOperator.FULLY_CONNECTED:
                continue
            index = operator.inputs[1]
            layer = narrowed.get(index) or _layer_of(subgraph.tensors[index].name.decode(), wanted)
            if layer is None:
                continue
            if index not in narrowed:
                _narrow(model, subgraph.tensors[index], layer, packed=packed)
                narrowed[index] = layer
            if len(operator.inputs) > 2 and operator.inputs[2] >= 0 and operator.inputs[2] not in narrowed:
                _narrow_bias(model, subgraph.tensors[operator.inputs[2]])
                narrowed[operator.inputs[2]] = layer
            if packed:
                code.version = max(code.version, _FULLY_CONNECTED_VERSION)
        done |= set(narrowed.values())
    if wanted - done:
        raise ConversionError(
            f"no FULLY_CONNECTED of the file has the weights of {', '.join(sorted(wanted - done))}: "
            "int4_layers must name Dense layers of the network."
        )
    return pack(model)


def pack_nibbles(values: np.ndarray) -> np.ndarray:
    """Integers from -8 to 7, any shape -> uint8 ``(ceil(size / 2),)``: the first value in a byte's low half."""
    halves = np.asarray(values, np.int8).ravel().view(np.uint8) & 0x0F
    if halves.size % 2:
        halves = np.append(halves, np.uint8(0))
    return np.asarray(halves[0::2] | (halves[1::2] << 4), np.uint8)


def unpack_nibbles(data: np.ndarray, count: int) -> np.ndarray:
    """The first ``count`` integers of what :func:`pack_nibbles` returned, int8 ``(count,)``."""
    halves = np.stack([data & 0x0F, data >> 4], axis=1).ravel()[:count].astype(np.int8)
    return np.where(halves > LARGEST, halves - 16, halves).astype(np.int8)


def _layer_of(name: str, layers: set[str]) -> str | None:
    """The layer whose weights a tensor is; the converter names it by all the operations that it was folded from."""
    for part in name.replace(";", "/").split("/"):
        if part.removeprefix("quant_") in layers:
            return part.removeprefix("quant_")
    return None


def _narrow(model: Any, tensor: Any, layer: str, *, packed: bool) -> None:
    eighth = model.buffers[tensor.buffer].data.view(np.int8)
    values = np.round(eighth / RATIO)
    # Rounded to 8 bits after 4, a value is within half a step of its own multiple of 127/7.
    if tensor.type != schema.TensorType.INT8 or np.abs(eighth - values * RATIO).max() > 0.5 + 1e-3:
        raise ConversionError(
            f"the weights of {layer} must be int8 and rounded to 4 bits before conversion, they are not. "
            "Round them with tfbert_edge.models.rounding."
        )
    values = values.astype(np.int8)
    tensor.buffer = _add_buffer(model, pack_nibbles(values) if packed else values.view(np.uint8))
    tensor.quantization.scale = (np.asarray(tensor.quantization.scale, np.float64) * RATIO).astype(np.float32)
    if packed:
        tensor.type = schema.TensorType.INT4


def _narrow_bias(model: Any, tensor: Any) -> None:
    steps = np.round(model.buffers[tensor.buffer].data.view(np.int32) / RATIO).astype(np.int32)
    tensor.buffer = _add_buffer(model, steps.view(np.uint8))
    tensor.quantization.scale = (np.asarray(tensor.quantization.scale, np.float64) * RATIO).astype(np.float32)


def _add_buffer(model: Any, data: np.ndarray) -> int:
    buffer = schema.BufferT()
    buffer.data = data
    model.buffers.append(buffer)
    return len(model.buffers) - 1
