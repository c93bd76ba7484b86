"""A run that was killed, at any moment, goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run

SHORT = {"export": {"forms": ["float32"]}, "bundle": {"form": "float32", "eval_examples": 5}}
GATES = {
    "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None, "form": "float32"}}
}


def start(*arguments: str) -> subprocess.Popen[str]:
    # A shell's background jobs ignore Ctrl-C, and hand that down; here it has to be heard.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tfbert_edge.cli import main; main()"
    )
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stderr=subprocess.PIPE, text=True)


def wait_for(condition, process: subprocess.Popen[str], seconds: float = 900) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"it ended with {process.poll()} before: {process.communicate()[1]}")
        time.sleep(0.005)


def finished_stages(folder: Path) -> list[str]:
    path = folder / "run.json"
    return list(json.loads(path.read_text())["stages"]) if path.is_file() else []


def test_run_killed_in_training_and_resumed_ends_with_the_weights_of_an_uninterrupted_one(
    make_recipe, tmp_path
):
    training = {"checkpoint_seconds": 0.01, "epochs": 4}
    folders = [tmp_path / "killed", tmp_path / "straight"]
    for folder in folders:
        folder.mkdir()
    killed, straight = (make_recipe(folder, training=training, **SHORT, **GATES) for folder in folders)
    process = start("train", str(killed))
    snapshots = folders[0] / "run" / "train" / "snapshots"
    # In the third epoch: 15 batches each.
    wait_for(lambda: any(int(path.name[5:]) > 35 for path in snapshots.glob("step-*")), process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert finished_stages(folders[0] / "run") == []

    assert run(["train", str(killed)]) == 1  # neither resumed nor replaced unasked
    assert run(["train", str(killed), "--resume"]) == 0
    assert run(["train", str(straight)]) == 0

    weights = [load_file(folder / "run" / "train" / "model" / "model.safetensors") for folder in folders]
    assert weights[0].keys() == weights[1].keys()
    # Equal bit by bit where both ran on the same processor; the room is for one that sums in another order.
    for name, array in weights[0].items():
        np.testing.assert_allclose(array, weights[1][name], rtol=0, atol=1e-6, err_msg=name)
    histories = [json.loads((folder / "run" / "train" / "history.json").read_text()) for folder in folders]
    assert [one["loss"] for one in histories[0]] == pytest.approx(
        [one["loss"] for one in histories[1]], rel=1e-6
    )


def test_run_killed_between_stages_resumes_with_the_next_one(make_recipe, tmp_path):
    recipe = make_recipe(tmp_path, training={"epochs": 1}, **SHORT, **GATES)
    process = start("run", str(recipe))
    wait_for(lambda: "train" in finished_stages(tmp_path / "run"), process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    model = tmp_path / "run" / "train" / "model" / "model.safetensors"
    before = model.stat().st_mtime_ns

    assert run(["run", str(recipe), "--resume"]) == 0

    assert finished_stages(tmp_path / "run") == [
        "train",
        "compress",
        "export",
        "validate",
        "report",
        "bundle",
    ]
    assert model.stat().st_mtime_ns == before
    assert not (tmp_path / "run" / "train" / "snapshots").exists()


def test_quantize_aware_training_killed_and_resumed_ends_with_the_weights_and_ranges_of_an_uninterrupted_one(
    make_recipe, tmp_path
):
    step = {"method": "quantize_aware", "epochs": 3, "batch_size": 8, "learning_rate": 1e-3}
    recipe = make_recipe(
        tmp_path, training={"epochs": 1, "checkpoint_seconds": 0.01}, compress=[step], **SHORT, **GATES
    )
    assert run(["train", str(recipe)]) == 0
    folders = [tmp_path / "run", tmp_path / "straight"]
    shutil.copytree(*folders)
    snapshots = folders[0] / "compress" / "01-quantize_aware" / "snapshots"
    process = start("compress", str(folders[0]))
    # In the second epoch: 15 batches each.
    wait_for(lambda: any(int(path.name[5:]) > 20 for path in snapshots.glob("step-*")), process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert finished_stages(folders[0]) == ["train"]

    for folder in folders:
        assert run(["compress", str(folder)]) == 0

    results = [folder / "compress" / "01-quantize_aware" for folder in folders]
    weights = [load_file(result / "model" / "model.safetensors") for result in results]
    for name, array in weights[0].items():
        np.testing.assert_allclose(array, weights[1][name], rtol=0, atol=1e-6, err_msg=name)
    ranges = [json.loads((result / "ranges.json").read_text()) for result in results]
    assert ranges[0].keys() == ranges[1].keys()
    for name, interval in ranges[0].items():
        assert interval == pytest.approx(ranges[1][name], abs=1e-5), name


# Where the snapshots are in whose second epoch, of 15 batches, it dies: while weights go; in the second round.
@pytest.mark.parametrize(
    ("step", "snapshots"),
    [
        ({"method": "prune_weights", "sparsity": 0.6, "frequency": 3}, "snapshots"),
        ({"method": "lottery_ticket", "sparsity": 0.6, "rounds": 2, "epochs": 2}, "round-02/snapshots"),
    ],
    ids=["prune_weights", "lottery_ticket"],
)
def test_pruning_killed_and_resumed_ends_with_the_weights_of_an_uninterrupted_one(
    make_recipe, tmp_path, step, snapshots
):
    recipe = make_recipe(
        tmp_path,
        training={"epochs": 1, "checkpoint_seconds": 0.01},
        compress=[{**step, "batch_size": 8}],
        **SHORT,
        **GATES,
    )
    assert run(["train", str(recipe)]) == 0
    folders = [tmp_path / "run", tmp_path / "straight"]
    shutil.copytree(*folders)
    results = [folder / "compress" / f"01-{step['method']}" for folder in folders]
    process = start("compress", str(folders[0]))
    wait_for(
        lambda: any(int(path.name[5:]) > 20 for path in (results[0] / snapshots).glob("step-*")), process
    )
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert finished_stages(folders[0]) == ["train"]

    for folder in folders:
        assert run(["compress", str(folder)]) == 0

    killed, straight = (load_file(result / "model" / "model.safetensors") for result in results)
    for name, array in killed.items():
        np.testing.assert_allclose(array, straight[name], rtol=0, atol=1e-6, err_msg=name)
        np.testing.assert_array_equal(array == 0.0, straight[name] == 0.0, err_msg=name)


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C")
def test_ctrl_c_says_how_to_resume_and_ends_with_130(make_recipe, tmp_path):
    recipe = make_recipe(tmp_path, training={"epochs": 50, "checkpoint_seconds": 0.01}, **SHORT, **GATES)
    process = start("run", str(recipe))
    wait_for(lambda: any((tmp_path / "run" / "train" / "snapshots").glob("step-*")), process)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=600)[1]

    assert process.returncode == 130
    assert f"tfbert-edge run {recipe} --output {tmp_path / 'run'} --resume" in said
    assert "Traceback" not in said
