"""One TFLite model in LiteRT, with its inputs found by name and its outputs dequantized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.tokenizer import Encoding

INPUT_ROLES = ("ids", "segment_ids", "mask")
# A tensor's name -> its role, tried in this order because "segment_ids" also holds "ids".
_ROLE_MARKS = (("mask", "mask"), ("segment", "segment_ids"), ("token_type", "segment_ids"), ("ids", "ids"))


@dataclass(frozen=True)
class TensorInfo:
    """An input or output of the model: real value = (raw - zero_point) * scale, where scale is not 0."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float = 0.0
    zero_point: int = 0
    role: str | None = None


class EdgeInterpreter:
    """A model with the inputs ids, segment ids and mask, one example a call. Not for two threads at once.

    Attributes:
        inputs: in the order of the file; ``role`` says which is which.
        outputs: in the order of the file, with their quantization.
        sequence_length: pieces that the model takes.
        model_bytes: size of the model file.
    """

    def __init__(
        self,
        model: Path | str | bytes,
        *,
        threads: int = 1,
        reference_kernels: bool = False,
        delegate: bool = True,
    ) -> None:
        """Load the model from a file or from its bytes.

        Args:
            threads: for the kernels that can share work.
            reference_kernels: the slow kernels, whose integer results are the same on every processor.
            delegate: whether XNNPACK takes what it can; the reference kernels are always alone.

        Raises:
            BundleError: no such file, not a TFLite model, an operator LiteRT has not, or other inputs.
            DataError: ``threads`` is below 1.
        """
        if threads < 1:
            raise DataError(f"threads must be at least 1, it was {threads}.")
        name = "the model" if isinstance(model, bytes) else str(model)
        content = model if isinstance(model, bytes) else _read(Path(model))
        if content[4:8] != b"TFL3":
            raise BundleError(f"{name} must be a TFLite model; its first bytes are {content[:8]!r}.")
        resolver = OpResolverType.AUTO if delegate else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        if reference_kernels:
            resolver = OpResolverType.BUILTIN_REF
        try:
            self._interpreter: Any = Interpreter(
                model_content=content, num_threads=threads, experimental_op_resolver_type=resolver
            )
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise BundleError(f"{name} cannot be run by LiteRT: {error}") from error
        self.model_bytes = len(content)
        details = self._interpreter.get_input_details()
        roles = _input_roles(self._interpreter, details)
        if set(roles.values()) != set(INPUT_ROLES) or len(details) != len(INPUT_ROLES):
            found = ", ".join(detail["name"] for detail in details) or "none"
            raise BundleError(f"{name} must have the inputs ids, segment_ids and mask; it has: {found}.")
        self.inputs = tuple(_tensor_info(detail, roles[detail["index"]]) for detail in details)
        self.outputs = tuple(_tensor_info(detail) for detail in self._interpreter.get_output_details())
        odd = [tensor for tensor in self.inputs if tensor.dtype != "int32" or len(tensor.shape) != 2]
        odd += [
            tensor for tensor in self.inputs if tensor.shape != self.inputs[0].shape or tensor.shape[0] != 1
        ]
        if odd:
            raise BundleError(
                f"the inputs of {name} must be int32 (1, n); {odd[0].name} is {odd[0].dtype} {odd[0].shape}."
            )
        self.sequence_length = self.inputs[0].shape[1]
        self._index = {roles[detail["index"]]: detail["index"] for detail in details}
        self._output_indices = [detail["index"] for detail in self._interpreter.get_output_details()]

    def run(self, ids: Any, segment_ids: Any, mask: Any) -> list[np.ndarray]:
        """Run one example.

        Args:
            ids: integers, (n,) or (1, n), padded to ``sequence_length``.
            segment_ids: the same shape; the segment of each piece, below the number of types that the model has.
            mask: the same shape; 1 for a piece, 0 for padding.

        Returns:
            The raw outputs, each (1, ...) of the file's own type.

        Raises:
            DataError: an input of another length, or not of integers.
            BundleError: the model fails on this input, as on an id outside its vocabulary.
        """
        for role, values in zip(INPUT_ROLES, (ids, segment_ids, mask), strict=True):
            self._interpreter.set_tensor(self._index[role], self._as_input(role, values))
        try:
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise BundleError(f"the model failed while running: {error}") from error
        return [self._interpreter.get_tensor(index) for index in self._output_indices]

    @overload
    def dequantize(self, raw: np.ndarray) -> np.ndarray: ...

    @overload
    def dequantize(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]: ...

    def dequantize(self, raw: np.ndarray | Sequence[np.ndarray]) -> np.ndarray | list[np.ndarray]:
        """Turn raw outputs into float32: (raw - zero_point) * scale; float outputs pass through.

        Args:
            raw: all outputs as `run` returns them, or an array of the first output (any leading shape).
        """
        if isinstance(raw, np.ndarray):
            return _dequantize(raw, self.outputs[0])
        return [_dequantize(values, info) for values, info in zip(raw, self.outputs, strict=True)]

    def pad(self, encoding: Encoding, *, pad_id: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ids, segment ids and mask, int32 (1, sequence_length), filled up with ``pad_id``, 0 and 0.

        Raises:
            DataError: the encoding is longer than the model's sequence.
        """
        length = len(encoding.ids)
        if length > self.sequence_length:
            raise DataError(
                f"the model takes {self.sequence_length} pieces, the text has {length}. "
                f"Tokenize it with max_length={self.sequence_length}."
            )
        padded = np.zeros((3, 1, self.sequence_length), np.int32)
        padded[0, 0] = pad_id
        padded[0, 0, :length] = encoding.ids
        padded[1, 0, :length] = encoding.segment_ids
        padded[2, 0, :length] = 1
        ids, segment_ids, mask = padded
        return ids, segment_ids, mask

    def run_encoded(self, encoding: Encoding, *, pad_id: int = 0) -> np.ndarray:
        """Pad and run one tokenized text; return the first output as float32, without the batch axis."""
        return self.dequantize(self.run(*self.pad(encoding, pad_id=pad_id))[0])[0]

    def _as_input(self, role: str, values: Any) -> np.ndarray:
        array = np.asarray(values)
        if array.dtype.kind not in "iub" or array.size != self.sequence_length:
            raise DataError(
                f"{role} must be {self.sequence_length} integers, it was {array.dtype} {array.shape}."
            )
        return np.ascontiguousarray(array.reshape(1, self.sequence_length), np.int32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"the model {path} cannot be read: {error.strerror}.") from error


def _role(name: str) -> str | None:
    return next((role for mark, role in _ROLE_MARKS if mark in name.lower()), None)


def _input_roles(interpreter: Any, details: list[dict[str, Any]]) -> dict[int, str | None]:
    """Map tensor index to role, by the tensors' own names or else by the signature's."""
    roles = {detail["index"]: _role(detail["name"]) for detail in details}
    if set(roles.values()) == set(INPUT_ROLES) or len(interpreter.get_signature_list()) != 1:
        return roles
    signature = interpreter.get_signature_runner().get_input_details()
    return {detail["index"]: _role(name) for name, detail in signature.items()}


def _tensor_info(detail: dict[str, Any], role: str | None = None) -> TensorInfo:
    scale, zero_point = detail["quantization"]
    return TensorInfo(
        name=detail["name"],
        dtype=np.dtype(detail["dtype"]).name,
        shape=tuple(int(size) for size in detail["shape"]),
        scale=float(scale),
        zero_point=int(zero_point),
        role=role,
    )


def _dequantize(raw: np.ndarray, info: TensorInfo) -> np.ndarray:
    if raw.dtype.kind == "f" or not info.scale:
        return raw.astype(np.float32)
    return (raw.astype(np.float32) - np.float32(info.zero_point)) * np.float32(info.scale)
