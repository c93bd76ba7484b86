from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from export.convert import convert
from export.flatbuffer import ModelGraph, Operator, Tensor, read_model
from export.sizes import weight_sparsity, zipped_size

LENGTH = 16


@pytest.mark.parametrize(
    "content", [b"\0" * 5000, bytes(range(256)) * 40, np.random.default_rng(0).bytes(5000)]
)
def test_zipped_size_is_that_of_the_entry_in_a_zip_file(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("model.tflite", content)
    deflated = zipfile.ZipFile(buffer).getinfo("model.tflite").compress_size

    assert zipped_size(content) == min(len(content), deflated)


def test_zipped_size_of_what_does_not_deflate_is_its_own():
    content = np.random.default_rng(0).bytes(5000)

    assert zipped_size(content) == 5000


@pytest.fixture(scope="module")
def pruned(config, random_model):
    """The network with known zeros in its dense kernels: two of three rows in one layer, none elsewhere."""
    model = random_model(config, seed=3)
    dense = [layer for layer in model.layers if hasattr(layer, "units")]
    total = sum(layer.kernel.shape.num_elements() for layer in dense)
    kernel = model.get_layer("layer_1.ffn.intermediate").kernel
    values = kernel.numpy()
    values[np.arange(len(values)) % 3 != 0] = 0.0
    kernel.assign(values)
    return model, int((values == 0).sum()), total


@pytest.mark.parametrize("form", ["float32", "float16"])
def test_weight_sparsity_of_a_float_file_is_the_share_of_zeros_in_the_dense_kernels(pruned, form):
    model, zeros, total = pruned
    content = convert(model, form, sequence_length=LENGTH, output_activation="softmax")

    assert zeros > 1000
    assert weight_sparsity(read_model(content)) == pytest.approx(zeros / total, abs=1e-9)


def test_weight_sparsity_of_an_integer_file_adds_what_rounds_to_zero(pruned, random_model, config):
    model, zeros, total = pruned
    sparse, full = (
        weight_sparsity(
            read_model(convert(one, "dynamic", sequence_length=LENGTH, output_activation="softmax"))
        )
        for one in (model, random_model(config, seed=3))
    )

    # A step is max / 127 of a normal distribution's channel: about 1 to 2% of its numbers are nearest to 0.
    assert full < 0.03
    assert zeros / total <= sparse < zeros / total + 0.03


def graph(*weights: Tensor) -> ModelGraph:
    operators = tuple(Operator("FULLY_CONNECTED", (9, weight.index), (8,)) for weight in weights)
    return ModelGraph(operators, weights, (), (), 1, 0, (), ())


def weight(
    data: list[int], dtype: str, shape: tuple[int, ...], zero_point: tuple[int, ...], **changes
) -> Tensor:
    values = np.asarray(data, np.uint8)
    given = {"quantized_dimension": 0, "index": 0, "buffer": 1} | changes
    return Tensor(
        "w",
        shape,
        dtype,
        (0.1,),
        zero_point,
        size_bytes=values.size,
        constant=True,
        subgraph=0,
        data=values,
        **given,
    )


def test_weight_sparsity_compares_each_channel_with_its_own_zero_point():
    rows = weight([1, 0, 1, 2, 2, 2], "int8", (2, 3), (1, 2))
    columns = weight([1, 0, 1, 2, 2, 2], "int8", (3, 2), (1, 2), quantized_dimension=1)

    assert weight_sparsity(graph(rows)) == 5 / 6
    # Columns 1, 1, 2 against 1 and 0, 2, 2 against 2.
    assert weight_sparsity(graph(columns)) == 4 / 6


def test_weight_sparsity_unpacks_two_int4_from_a_byte():
    # 0x20 holds 0 and 2, 0xF0 holds 0 and -1, 0x07 holds 7 and a half that belongs to nothing.
    assert weight_sparsity(graph(weight([0x20, 0xF0, 0x07], "int4", (5,), (0,)))) == 2 / 5
    assert weight_sparsity(graph(weight([0x20, 0xF0, 0x07], "int4", (5,), (-1,)))) == 1 / 5


def test_weight_sparsity_counts_a_shared_buffer_once_and_is_0_without_weights():
    first, same = (weight([0, 1], "int8", (1, 2), (0,), index=at) for at in (0, 1))
    other = weight([1, 1, 1, 1], "int8", (2, 2), (0,), index=2, buffer=2)

    assert weight_sparsity(graph(first, same, other)) == 1 / 6
    assert weight_sparsity(graph()) == 0.0
