from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import read_model
from export.rewrite import pack, unpack


def buffers_of(content):
    model = schema.Model.GetRootAs(content, 0)
    return [model.Buffers(i) for i in range(model.BuffersLength())]


@pytest.fixture(scope="module")
def outside(files):
    """A file whose largest constant lies after the flatbuffer, as ai-edge-quantizer writes large models."""
    model = unpack(files["float32"])
    buffer = max(model.buffers, key=lambda buffer: 0 if buffer.data is None else len(buffer.data))
    data, buffer.data = buffer.data.tobytes(), None
    buffer.offset, buffer.size = 1 << 20, len(data)  # any number: the packed size does not depend on it
    buffer.offset = -(-len(pack(model)) // 16) * 16
    return pack(model).ljust(buffer.offset, b"\0") + data


def test_pack_file_with_buffers_outside_brings_them_inside(outside, run, examples):
    assert any(buffer.Offset() > 1 for buffer in buffers_of(outside))
    inside = pack(unpack(outside))
    assert all(buffer.Offset() == 0 and buffer.Size() == 0 for buffer in buffers_of(inside))
    np.testing.assert_array_equal(run(inside, examples.inputs), run(outside, examples.inputs))


def test_read_model_sees_buffers_outside_as_it_sees_them_inside(outside):
    before, after = read_model(outside), read_model(pack(unpack(outside)))
    assert before.bytes_by_dtype() == after.bytes_by_dtype()
    for one, other in zip(before.tensors, after.tensors, strict=True):
        assert one.constant == other.constant
        assert not one.constant or one.data.tobytes() == other.data.tobytes()


@pytest.mark.parametrize("form", ["float32", "float16", "dynamic", "int16x8"])
def test_pack_aligns_every_buffer_to_16_bytes(files, form):
    content = files[form]
    start = np.frombuffer(content, np.uint8).ctypes.data
    offsets = [t.data.ctypes.data - start for t in read_model(content).tensors if t.constant]
    assert offsets and all(offset % 16 == 0 for offset in offsets)


def test_pack_drops_data_that_nothing_uses(files):
    model = unpack(files["float32"])
    unused = schema.BufferT()
    unused.data = np.ones(4096, np.uint8)
    model.buffers.append(unused)
    assert len(pack(model)) < len(files["float32"]) + 100


@pytest.fixture(scope="module")
def equal_keys_and_values(files):
    """A file in which a key's kernel has the bytes of a value's, each in a buffer of its own."""
    model = unpack(files["float32"])
    places = {tensor.name.decode(): tensor.buffer for tensor in model.subgraphs[0].tensors}
    kernels = {
        part: next(
            buffer
            for name, buffer in places.items()
            if f"layer_1.attention.{part}/" in name
            and model.buffers[buffer].data is not None
            and len(model.buffers[buffer].data) == 32 * 32 * 4
        )
        for part in ("key", "value")
    }
    model.buffers[kernels["key"]].data = model.buffers[kernels["value"]].data.copy()
    return model


def test_pack_writes_equal_constants_once_and_the_answers_stay(
    equal_keys_and_values, run, examples, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr("export.rewrite._share_equal_data", lambda model: None)
        apart = pack(equal_keys_and_values)
    once = pack(unpack(apart))

    assert len(apart) - len(once) >= 32 * 32 * 4
    constants = [tensor for tensor in read_model(once).tensors if tensor.constant]
    by_content = {(tensor.dtype, tensor.data.tobytes()): tensor.buffer for tensor in constants}
    assert all(by_content[tensor.dtype, tensor.data.tobytes()] == tensor.buffer for tensor in constants)
    np.testing.assert_array_equal(run(once, examples.inputs), run(apart, examples.inputs))


def test_pack_keeps_equal_bytes_of_other_types_apart(files):
    model = unpack(files["float32"])
    constants = [t for t in model.subgraphs[0].tensors if model.buffers[t.buffer].data is not None]
    floats = next(t for t in constants if t.type == schema.TensorType.FLOAT32 and list(t.shape) == [2])
    ints = next(t for t in constants if t.type == schema.TensorType.INT32 and list(t.shape) == [2])
    model.buffers[ints.buffer].data = model.buffers[floats.buffer].data.copy()

    pack(model)

    assert ints.buffer != floats.buffer
