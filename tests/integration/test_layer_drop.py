"""LayerDrop in fine-tuning, then layers removed: Fan et al. 2020 as one recipe."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from export.flatbuffer import read_model
from tfbert_edge.cli.main import run


@pytest.fixture(scope="module")
def folders(make_recipe, tmp_path_factory):
    """A run with LayerDrop, and one without that is equal else."""
    found = []
    for rate in (0.3, 0.0):
        folder = tmp_path_factory.mktemp("drop")
        recipe = make_recipe(
            folder,
            training={"layer_drop": rate, "epochs": 4},
            compress=[{"method": "prune_layers", "keep": 1, "choice": "first"}],
            export={"forms": ["float32", "int8"]},
            validate={"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None}},
        )
        assert run(["run", str(recipe)]) == 0
        found.append(folder / "run")
    return found


def test_layer_drop_changes_what_is_learned_and_leaves_no_trace_in_files(folders):
    weights, others = (load_file(folder / "train" / "model" / "model.safetensors") for folder in folders)

    assert weights.keys() == others.keys()
    assert any(np.abs(weights[name] - others[name]).max() > 1e-3 for name in weights)
    configs = [json.loads((folder / "train" / "model" / "config.json").read_text()) for folder in folders]
    assert configs[0] == configs[1]
    for form in ("float32", "int8"):
        ours, theirs = (
            [operator.name for operator in read_model(folder / "export" / f"{form}.tflite").operators]
            for folder in folders
        )
        assert ours == theirs


def test_network_trained_with_layer_drop_is_pruned_and_exported_like_any_other(folders):
    record = json.loads((folders[0] / "run.json").read_text())
    (pruned,) = record["stages"]["compress"]

    assert pruned["before"]["metrics"]["accuracy"] > 0.8
    assert pruned["after"]["macs"] < pruned["before"]["macs"]
    assert record["stages"]["export"]["forms"]["int8"]["audit"]["passed"]
