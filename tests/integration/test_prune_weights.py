"""Weights pruned by magnitude in a whole recipe: the zeros outlive what comes after, and are zeros of the int8 file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from export.flatbuffer import read_model

STEPS = [
    {
        "method": "prune_weights",
        "sparsity": 0.6,
        "embeddings": True,
        "epochs": 4,
        "batch_size": 8,
        "learning_rate": 3e-3,
    },
    {"method": "prune_neurons", "amount": 0.25, "rounds": 1, "examples": 16},
    {"method": "distill_outputs", "epochs": 2, "batch_size": 8, "learning_rate": 1e-3},
    {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-3},
]


@pytest.fixture(scope="module")
def finished(run_steps, tmp_path_factory):
    return run_steps(tmp_path_factory.mktemp("pruned"), STEPS)


@pytest.fixture(scope="module")
def steps(finished):
    return json.loads((finished / "run.json").read_text())["stages"]["compress"]


def kernels(finished, number: int) -> dict[str, np.ndarray]:
    """The encoder's matrices, ``(outputs, inputs)``, after step ``number``."""
    (folder,) = (finished / "compress").glob(f"{number:02d}-*")
    weights = load_file(folder / "model" / "model.safetensors")
    return {
        name: array
        for name, array in weights.items()
        if ".encoder.layer." in name and array.ndim == 2 and name.endswith("weight")
    }


def word_table(finished, number: int) -> np.ndarray:
    (folder,) = (finished / "compress").glob(f"{number:02d}-*")
    weights = load_file(folder / "model" / "model.safetensors")
    (table,) = (array for name, array in weights.items() if name.endswith("word_embeddings.weight"))
    return table


def test_word_embeddings_are_pruned_with_the_kernels_down_to_the_int8_file(finished):
    table = word_table(finished, 1)
    assert (table == 0.0).mean() == pytest.approx(0.6, abs=1 / table.size)
    for number in (2, 3, 4):
        np.testing.assert_array_equal(word_table(finished, number) == 0.0, table == 0.0)
    graph = read_model(finished / "export" / "int8.tflite")
    (stored,) = (
        one.data.view(np.int8).reshape(one.shape) for one in graph.tensors if one.shape == table.shape
    )
    assert (stored[table == 0.0] == 0).all() and (stored != 0).any()


def test_prune_weights_step_leaves_the_share_of_each_kernel_that_was_asked_for(finished, steps):
    found = kernels(finished, 1)

    assert len(found) == 12
    for name, kernel in found.items():
        assert (kernel == 0.0).mean() == pytest.approx(0.6, abs=1 / kernel.size), name
    assert steps[0]["before"]["sparsity"] == 0.0
    assert steps[0]["after"]["sparsity"] == pytest.approx(0.6, abs=1e-3)
    # The last mask comes in the third of four epochs; only then is the network what was asked for.
    assert [epoch["best"] for epoch in steps[0]["history"]][:2] == [False, False]
    assert steps[0]["figures"]["accuracy"] > 0.8


def test_zeros_are_the_same_after_training_on(finished, steps):
    before, distilled, quantized = (kernels(finished, number) for number in (2, 3, 4))

    assert steps[1]["after"]["macs"] < steps[1]["before"]["macs"]
    assert steps[2]["after"]["sparsity"] == steps[1]["after"]["sparsity"] > 0.5
    for name, kernel in before.items():
        np.testing.assert_array_equal(distilled[name] == 0.0, kernel == 0.0, err_msg=name)
        np.testing.assert_array_equal(quantized[name] == 0.0, kernel == 0.0, err_msg=name)
        assert (quantized[name] != distilled[name]).any() and (distilled[name] != kernel).any(), name


def test_zeros_are_zeros_of_the_int8_file(finished):
    graph = read_model(finished / "export" / "int8.tflite")
    tensors = {tensor.index: tensor for tensor in graph.tensors}
    matrices = [
        tensors[operator.inputs[1]] for operator in graph.operators if operator.name == "FULLY_CONNECTED"
    ]
    stored = [one.data.view(np.int8).reshape(one.shape) for one in matrices]

    zeros = 0
    for name, kernel in kernels(finished, 4).items():
        # Of each channel's own maximum: a query's scale has attention's factor in it besides.
        expected = 127 * kernel / np.maximum(np.abs(kernel).max(axis=1, keepdims=True), 1e-6)
        (found,) = [
            integers
            for integers in stored
            if integers.shape == kernel.shape and np.abs(expected - integers).max() <= 0.51
        ]
        assert (found[kernel == 0.0] == 0).all(), name
        zeros += int((found == 0).sum())
    size = sum(kernel.size for kernel in kernels(finished, 4).values())
    assert zeros / size >= 0.55
