"""What a .tflite file holds: operators, tensors, dtypes, scales, bytes. Nothing is run."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfbert_edge.errors import TfbertEdgeError

FILE_IDENTIFIER = b"TFL3"

_BITS = {
    "float64": 64, "float32": 32, "float16": 16, "bfloat16": 16, "int64": 64, "uint64": 64,
    "int32": 32, "uint32": 32, "int16": 16, "uint16": 16, "int8": 8, "uint8": 8, "bool": 8, "int4": 4, "uint4": 4, "int2": 2,
}  # fmt: skip


def _names_by_code(enumeration: type) -> dict[int, str]:
    return {code: name for name, code in vars(enumeration).items() if isinstance(code, int)}


# As Keras's layers are called, by themselves or wrapped for quantization.
_LAYER = re.compile(r"(^|/)(quant_)?layer_\d+\.")
_HEAD = re.compile(r"(^|/)(quant_)?head\.")

_DTYPES = {code: name.lower() for code, name in _names_by_code(schema.TensorType).items()}
_BUILTINS = _names_by_code(schema.BuiltinOperator)


@dataclass(frozen=True)
class Tensor:
    """One tensor of a subgraph. ``shape`` () is a scalar; -1 in it is a size known only at run time."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: tuple[float, ...]
    """One entry, or one per slice of ``quantized_dimension``; empty where the tensor is not quantized."""
    zero_point: tuple[int, ...]
    quantized_dimension: int
    size_bytes: int
    """Of a constant: its bytes in the file; else the bytes it takes when run, 0 where a size is unknown."""
    constant: bool
    index: int
    subgraph: int
    buffer: int
    data: np.ndarray | None = field(default=None, compare=False, repr=False)
    """The constant's bytes (uint8, read-only, a view of the file)."""


@dataclass(frozen=True)
class Operator:
    """``inputs`` and ``outputs`` are indices of its subgraph's tensors, -1 an input left out."""

    name: str
    """The builtin's name as the schema spells it, e.g. FULLY_CONNECTED; CUSTOM for a custom one."""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    custom: str | None = None
    """The custom operator's own name; those that start with "Flex" need TensorFlow's kernels."""
    subgraph: int = 0


@dataclass(frozen=True)
class ModelGraph:
    """Operators and tensors of all subgraphs; ``inputs`` and ``outputs`` the first subgraph's, in order."""

    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    subgraphs: int
    size_bytes: int
    metadata: tuple[str, ...]
    signatures: tuple[tuple[str, dict[str, str], dict[str, str]], ...]
    """(key, argument name -> tensor name of inputs, the same of outputs)."""

    def operator_counts(self) -> dict[str, int]:
        """Operators by name, most frequent first; custom ones under their own name."""
        return dict(Counter(operator.custom or operator.name for operator in self.operators).most_common())

    def dtype_counts(self) -> dict[str, int]:
        """Tensors by dtype, most frequent first."""
        return dict(Counter(tensor.dtype for tensor in self.tensors).most_common())

    def bytes_by_dtype(self) -> dict[str, int]:
        """Bytes of constants in the file by dtype, largest first; a buffer that tensors share counts once."""
        sizes: Counter[str] = Counter()
        for tensor in self._constants_by_buffer():
            sizes[tensor.dtype] += tensor.size_bytes
        return dict(sizes.most_common())

    def largest_tensors(self, count: int = 10) -> list[Tensor]:
        """The ``count`` largest constants, largest first; a buffer that tensors share is listed once."""
        return sorted(self._constants_by_buffer(), key=lambda tensor: -tensor.size_bytes)[:count]

    def encoder_bytes(self) -> int:
        """Bytes of the constants that the transformer layers read; a buffer that tensors share counts once.

        An operator belongs to a layer where its output is named after one and not after the head: the converter joins the
        names of what it fuses, and fuses a layer's end into the head.
        """
        tensors = {(tensor.subgraph, tensor.index): tensor for tensor in self.tensors}
        stored = {
            (operator.subgraph, operator.outputs[0]): tensors[operator.subgraph, operator.inputs[0]]
            for operator in self.operators
            if operator.name == "DEQUANTIZE"  # float16 and some int8 constants are unpacked first
        }
        read: dict[int, int] = {}
        for operator in self.operators:
            name = ";".join(tensors[operator.subgraph, index].name for index in operator.outputs)
            if operator.name == "DEQUANTIZE" or not _LAYER.search(name) or _HEAD.search(name):
                continue
            for index in operator.inputs:
                place = (operator.subgraph, index)
                tensor = stored.get(place) or tensors.get(place)
                if tensor is not None and tensor.constant:
                    read[tensor.buffer] = tensor.size_bytes
        return sum(read.values())

    def producer(self, tensor: Tensor) -> Operator | None:
        """The operator that makes ``tensor``, or None where it is an input or a constant."""
        for operator in self.operators:
            if operator.subgraph == tensor.subgraph and tensor.index in operator.outputs:
                return operator
        return None

    def _constants_by_buffer(self) -> list[Tensor]:
        return list({tensor.buffer: tensor for tensor in self.tensors if tensor.constant}.values())


def read_model(model: bytes | Path | str) -> ModelGraph:
    """Read a .tflite file, or its bytes.

    Raises:
        TfbertEdgeError: there is no such file, or it is not a whole TFLite flatbuffer.
    """
    where = "the model" if isinstance(model, bytes) else str(model)
    try:
        content = model if isinstance(model, bytes) else Path(model).read_bytes()
    except OSError as error:
        raise TfbertEdgeError(f"{where} cannot be read: {error.strerror}. Name a .tflite file.") from error
    if content[4:8] != FILE_IDENTIFIER:
        raise TfbertEdgeError(
            f"{where} is not a TFLite model: bytes 4 to 8 must be {FILE_IDENTIFIER!r}, "
            f"they are {content[4:8]!r}. Name a .tflite file."
        )
    try:
        return _read(content)
    except (struct.error, IndexError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise TfbertEdgeError(
            f"{where} is a damaged TFLite model ({error}). Export or copy it again."
        ) from error


def _read(content: bytes) -> ModelGraph:
    model = schema.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    tensors: list[Tensor] = []
    operators: list[Operator] = []
    by_subgraph: list[list[Tensor]] = []
    for number in range(model.SubgraphsLength()):
        subgraph = model.Subgraphs(number)
        found = [
            _tensor(content, model, subgraph.Tensors(i), i, number) for i in range(subgraph.TensorsLength())
        ]
        by_subgraph.append(found)
        tensors += found
        operators += [
            _operator(codes, subgraph.Operators(i), number) for i in range(subgraph.OperatorsLength())
        ]
    first = model.Subgraphs(0)
    return ModelGraph(
        operators=tuple(operators),
        tensors=tuple(tensors),
        inputs=tuple(by_subgraph[0][first.Inputs(i)] for i in range(first.InputsLength())),
        outputs=tuple(by_subgraph[0][first.Outputs(i)] for i in range(first.OutputsLength())),
        subgraphs=len(by_subgraph),
        size_bytes=len(content),
        metadata=tuple(_text(model.Metadata(i).Name()) for i in range(model.MetadataLength())),
        signatures=tuple(
            _signature(model.SignatureDefs(i), by_subgraph) for i in range(model.SignatureDefsLength())
        ),
    )


def _tensor(content: bytes, model: Any, tensor: Any, index: int, subgraph: int) -> Tensor:
    shape = tuple(tensor.Shape(i) for i in range(tensor.ShapeLength()))
    if tensor.ShapeSignatureLength():
        shape = tuple(tensor.ShapeSignature(i) for i in range(tensor.ShapeSignatureLength()))
    dtype = _DTYPES.get(tensor.Type(), f"type {tensor.Type()}")
    data = _buffer_data(content, model.Buffers(tensor.Buffer()))
    if data is not None:
        size = data.size
    else:
        size = 0 if -1 in shape else int(np.prod(shape, dtype=np.int64)) * _BITS.get(dtype, 0) // 8
    quantization = tensor.Quantization()
    scales, zero_points = (
        (quantization.ScaleLength(), quantization.ZeroPointLength()) if quantization else (0, 0)
    )
    return Tensor(
        name=_text(tensor.Name()),
        shape=shape,
        dtype=dtype,
        scale=tuple(float(quantization.Scale(i)) for i in range(scales)),
        zero_point=tuple(int(quantization.ZeroPoint(i)) for i in range(zero_points)),
        quantized_dimension=quantization.QuantizedDimension() if quantization else 0,
        size_bytes=size,
        constant=data is not None,
        index=index,
        subgraph=subgraph,
        buffer=tensor.Buffer(),
        data=data,
    )


def _buffer_data(content: bytes, buffer: Any) -> np.ndarray | None:
    if buffer.Offset() > 1:  # a buffer outside the flatbuffer, as ai-edge-quantizer writes them
        if buffer.Offset() + buffer.Size() > len(content):
            raise ValueError("a buffer lies beyond the end of the file")
        return np.frombuffer(content, np.uint8, buffer.Size(), buffer.Offset())
    return buffer.DataAsNumpy() if buffer.DataLength() else None


def _operator(codes: Sequence[Any], operator: Any, subgraph: int) -> Operator:
    code = codes[operator.OpcodeIndex()]
    # Old files hold the code in a byte field alone; new ones in both, and the larger counts.
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    return Operator(
        name=_BUILTINS.get(builtin, f"BUILTIN_{builtin}"),
        inputs=tuple(operator.Inputs(i) for i in range(operator.InputsLength())),
        outputs=tuple(operator.Outputs(i) for i in range(operator.OutputsLength())),
        custom=_text(code.CustomCode()) if builtin == schema.BuiltinOperator.CUSTOM else None,
        subgraph=subgraph,
    )


def _signature(signature: Any, tensors: list[list[Tensor]]) -> tuple[str, dict[str, str], dict[str, str]]:
    own = tensors[signature.SubgraphIndex()]
    inputs = [signature.Inputs(i) for i in range(signature.InputsLength())]
    outputs = [signature.Outputs(i) for i in range(signature.OutputsLength())]
    return (
        _text(signature.SignatureKey()),
        {_text(entry.Name()): own[entry.TensorIndex()].name for entry in inputs},
        {_text(entry.Name()): own[entry.TensorIndex()].name for entry in outputs},
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
