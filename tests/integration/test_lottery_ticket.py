"""Lottery tickets in a whole recipe."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run


def kernels(folder) -> dict[str, np.ndarray]:
    """The encoder's matrices."""
    weights = load_file(folder / "model.safetensors")
    names = {name: name.removeprefix("bert.") for name in weights if "encoder.layer." in name}
    return {
        short: weights[name]
        for name, short in names.items()
        if weights[name].ndim == 2 and name.endswith("weight")
    }


def test_lottery_ticket_step_leaves_pretrained_weights_where_training_moves_nothing(
    make_recipe, tiny_bert_folder, tmp_path
):
    step = {
        "method": "lottery_ticket",
        "sparsity": 0.5,
        "rounds": 2,
        "epochs": 1,
        "batch_size": 32,
        "learning_rate": 1e-12,
    }
    recipe = make_recipe(tmp_path, training={"epochs": 1}, compress=[step])
    assert run(["train", str(recipe)]) == 0
    assert run(["compress", str(tmp_path / "run")]) == 0
    pretrained = kernels(tiny_bert_folder)
    everything = np.sort(np.concatenate([np.abs(kernel).ravel() for kernel in pretrained.values()]))
    median = everything[everything.size // 2]
    folder = tmp_path / "run" / "compress" / "01-lottery_ticket"

    found = kernels(folder / "model")

    assert found.keys() == pretrained.keys()
    for name, kernel in found.items():
        expected = np.where(np.abs(pretrained[name]) >= median, pretrained[name], 0.0)
        np.testing.assert_allclose(kernel, expected, rtol=0, atol=1e-8, err_msg=name)
    assert sorted(path.name for path in folder.iterdir()) == [
        "figures.json",
        "key.json",
        "masks-01.npz",
        "masks-02.npz",
        "model",
    ]


def test_lottery_ticket_learns_the_task_at_the_sparsity_that_was_asked_for(make_recipe, tmp_path):
    step = {"method": "lottery_ticket", "sparsity": 0.6, "rounds": 2, "epochs": 6, "learning_rate": 3e-3}
    recipe = make_recipe(
        tmp_path,
        compress=[{**step, "batch_size": 8}, {"method": "prune_neurons", "amount": 0.25, "examples": 16}],
        export={"forms": ["float32"]},
        bundle={"form": "float32"},
        validate={
            "threads": [1],
            "latency_runs": 3,
            "gates": {"max_accuracy_drop": None, "form": "float32"},
        },
    )
    assert run(["run", str(recipe)]) == 0
    ticket, smaller = json.loads((tmp_path / "run" / "run.json").read_text())["stages"]["compress"]

    assert ticket["before"]["sparsity"] == 0.0
    assert ticket["after"]["sparsity"] == pytest.approx(0.6, abs=1e-3)
    assert ticket["figures"]["accuracy"] > 0.8
    assert smaller["before"]["sparsity"] == ticket["after"]["sparsity"]
    folder = tmp_path / "run" / "compress" / "01-lottery_ticket"
    whole = [
        sum(int((~mask).sum()) for mask in np.load(folder / f"masks-{number:02d}.npz").values())
        for number in (1, 2)
    ]
    assert whole == [round(0.3 * 2 * 8192), round(0.6 * 2 * 8192)]
