"""Two worker processes, each the same command with its own TF_CONFIG, train the run that one would."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run

PROGRAM = "from tfbert_edge.cli import main; main()"
# Dropout draws other masks on each replica, so that one process and two differ by them alone.
WITHOUT_DROPOUT = {"hidden_dropout": 0.0, "attention_dropout": 0.0, "classifier_dropout": 0.0}


def test_two_workers_train_the_weights_of_one_and_the_first_alone_writes(
    make_recipe, tiny_bert_folder, free_ports, tmp_path
):
    folders = [tmp_path / "two", tmp_path / "one"]
    recipes = []
    for folder in folders:
        folder.mkdir()
        recipes.append(
            make_recipe(
                folder,
                model={"checkpoint": str(tiny_bert_folder), **WITHOUT_DROPOUT},
                training={"epochs": 2, "learning_rate": 1e-3},
            )
        )
    hosts = [f"localhost:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        cluster = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "train", str(recipes[0])],
                env={**os.environ, "TF_CONFIG": json.dumps(cluster)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    try:
        said = [process.communicate(timeout=180)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0, 0], "\n".join(said)[-3000:]

    assert run(["train", str(recipes[1])]) == 0

    two, one = (load_file(folder / "run" / "train" / "model" / "model.safetensors") for folder in folders)
    assert two.keys() == one.keys()
    for name, array in two.items():
        # Sums of gradients in another order; Adam divides them by their size, so that small ones show.
        np.testing.assert_allclose(array, one[name], rtol=0, atol=2e-4, err_msg=name)
    history = json.loads((folders[0] / "run" / "train" / "history.json").read_text())
    straight = json.loads((folders[1] / "run" / "train" / "history.json").read_text())
    np.testing.assert_allclose(
        [epoch["loss"] for epoch in history], [epoch["loss"] for epoch in straight], atol=1e-4
    )
    assert sorted(entry.name for entry in folders[0].iterdir()) == ["recipe.yaml", "reviews.csv", "run"]
