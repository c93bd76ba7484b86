"""Movement pruning as a step of a whole recipe: the zeros are exact, and stay through quantization-aware training."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

STEPS = [
    {
        "method": "prune_movement",
        "remaining": 0.25,
        "epochs": 4,
        "end_ratio": 0.5,
        "batch_size": 8,
        "learning_rate": 1e-3,
        "score_learning_rate": 0.1,
        "frequency": 3,
    },
    {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-4},
]
FOLDERS = ("01-prune_movement", "02-quantize_aware")


@pytest.fixture(scope="module")
def finished(run_steps, tmp_path_factory):
    return run_steps(tmp_path_factory.mktemp("movement"), STEPS)


@pytest.fixture(scope="module")
def record(finished):
    return json.loads((finished / "run.json").read_text())["stages"]


def weights(folder):
    return load_file(folder / "model" / "model.safetensors")


def kernels(tensors):
    return {
        name: array
        for name, array in tensors.items()
        if ".encoder.layer." in f".{name}" and name.endswith(".weight") and array.ndim == 2
    }


def test_each_matrix_of_the_encoder_keeps_exactly_the_share_asked_after_both_steps(finished, record):
    pruned, quantized = (kernels(weights(finished / "compress" / name)) for name in FOLDERS)

    assert len(pruned) == 12
    for name, array in pruned.items():
        assert np.count_nonzero(array) == round(0.25 * array.size), name
        np.testing.assert_array_equal(quantized[name][array == 0], 0, err_msg=name)
    step = record["compress"][0]
    assert step["remaining"] == dict.fromkeys(step["remaining"], 0.25) and len(step["remaining"]) == 7
    assert (step["before"]["sparsity"], step["after"]["sparsity"]) == (0.0, 0.75)


def test_what_is_not_pruned_keeps_its_zeros_away_and_the_embeddings_stand_still(finished):
    before = weights(finished / "train")
    after = weights(finished / "compress" / FOLDERS[0])

    assert after.keys() == before.keys()
    for name, array in after.items():
        if "embeddings" in name:
            np.testing.assert_array_equal(array, before[name], err_msg=name)
        elif name not in kernels(after):
            assert np.count_nonzero(array) == array.size, name


def test_pruned_network_was_chosen_at_the_final_level_and_answers(record):
    step = record["compress"][0]

    assert [epoch["best"] for epoch in step["history"][:2]] == [False, False]
    assert step["figures"] == step["after"]["metrics"]
    assert step["figures"]["accuracy"] > 0.8
    assert record["export"]["forms"]["int8"]["audit"]["passed"]
    assert record["validate"]["forms"]["int8"]["metrics"]["accuracy"] > 0.8


def test_step_leaves_no_snapshots(finished):
    names = sorted(entry.name for entry in (finished / "compress" / FOLDERS[0]).iterdir())

    assert names == ["figures.json", "key.json", "model"]
