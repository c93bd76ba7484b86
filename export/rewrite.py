"""Takes a flatbuffer apart and writes it again: no buffer outside it, data aligned as kernels want it."""

from __future__ import annotations

import hashlib
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import FILE_IDENTIFIER

# The schema says force_align 16 for buffers, which the generated Python ignores; kernels want it.
_BUFFER_ALIGNMENT = 16


def unpack(content: bytes) -> Any:
    """A file as the schema's mutable ``ModelT``; buffers outside the flatbuffer are brought inside."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
        buffer.offset = buffer.size = 0
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            if operator.largeCustomOptionsOffset > 1:
                start = operator.largeCustomOptionsOffset
                operator.customOptions = np.frombuffer(
                    content, np.uint8, operator.largeCustomOptionsSize, start
                )
            operator.largeCustomOptionsOffset = operator.largeCustomOptionsSize = 0
    return model


def pack(model: Any) -> bytes:
    """The bytes of a ``ModelT``, every buffer inside the flatbuffer, aligned to 16 bytes, equal constants once."""
    _share_equal_data(model)
    _drop_unused_data(model)
    room = sum(0 if buffer.data is None else len(buffer.data) for buffer in model.buffers)
    builder = _AlignedBuilder(room + (1 << 16))
    builder.Finish(model.Pack(builder), file_identifier=FILE_IDENTIFIER)
    return bytes(builder.Output())


def _share_equal_data(model: Any) -> None:
    """Point tensors of the same type and bytes at the first one's buffer; scales and shapes stay each tensor's own."""
    first: dict[tuple[int, bytes], int] = {}
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            data = model.buffers[tensor.buffer].data
            if data is not None and len(data):
                digest = hashlib.sha256(np.asarray(data, np.uint8).tobytes()).digest()
                tensor.buffer = first.setdefault((tensor.type, digest), tensor.buffer)


def _drop_unused_data(model: Any) -> None:
    used = {tensor.buffer for subgraph in model.subgraphs for tensor in subgraph.tensors}
    used |= {entry.buffer for entry in model.metadata or []}
    for index, buffer in enumerate(model.buffers):
        if index not in used:
            buffer.data = None  # the entry stays: buffers are referred to by their place
    del model.buffers[1 + max(used, default=0) :]


class _AlignedBuilder(flatbuffers.Builder):
    """Aligns every byte vector; few are not buffers, and they are small."""

    def CreateNumpyVector(self, x: np.ndarray) -> Any:
        if x.dtype != np.uint8:
            return super().CreateNumpyVector(x)
        self.StartVector(1, x.size, _BUFFER_ALIGNMENT)
        self.head -= x.size
        self.Bytes[self.head : self.head + x.size] = x.tobytes()
        self.vectorNumElems = x.size
        return self.EndVector()
