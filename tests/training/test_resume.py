"""Killed trainings go on as if nothing had happened; reruns repeat."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import numpy as np
import pytest

from tfbert_edge.errors import TrainingError


@pytest.fixture(scope="module")
def uninterrupted(program):
    model, losses, history = program.train()
    return [v.numpy() for v in model.variables], losses, history


def test_training_killed_within_an_epoch_resumes_to_the_same_weights(
    program, start_training, uninterrupted, tmp_path: Path
):
    weights, losses, history = uninterrupted
    folder = str(tmp_path / "snapshots")
    process = start_training("killed.npz", folder=folder, kill_at=9)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, out
    # 6 batches an epoch; batch 9 died before its snapshot.
    assert sorted(p.name for p in Path(folder).glob("step-*")) == ["step-00000007", "step-00000008"]

    model, resumed_losses, resumed_history = program.train(folder=folder, resume=True)

    np.testing.assert_allclose(resumed_losses, losses[8:], rtol=1e-6, atol=1e-6)
    for variable, expected in zip(model.variables, weights, strict=True):
        np.testing.assert_allclose(variable.numpy(), expected, rtol=0, atol=1e-6, err_msg=variable.name)
    for key in ("epoch", "step", "loss", "tokens", "learning_rate"):
        np.testing.assert_allclose([r[key] for r in resumed_history], [r[key] for r in history], rtol=1e-6)


def test_training_rerun_with_the_same_seed_gives_equal_weights(program, uninterrupted):
    weights, losses, _ = uninterrupted
    model, again, _ = program.train()
    assert again == losses
    for variable, expected in zip(model.variables, weights, strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected, err_msg=variable.name)


def test_training_resumed_with_accumulation_gives_the_same_weights(program, tmp_path: Path):
    folder = tmp_path / "snapshots"
    # 6 batches in updates of 4 and 2: the snapshot inside the epoch stands after batch 4.
    expected, _, history = program.train(accumulate=4, epochs=1, folder=str(folder))
    assert [r["step"] for r in history] == [6]
    newest, older = sorted(folder.glob("step-*"), reverse=True)
    assert (newest.name, older.name) == ("step-00000006", "step-00000004")
    (newest / "state.json").write_text("{", encoding="utf-8")
    model, losses, _ = program.train(accumulate=4, epochs=1, folder=str(folder), resume=True)
    assert len(losses) == 2
    for variable, other in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_allclose(variable.numpy(), other.numpy(), rtol=0, atol=1e-6)


def test_training_resumed_while_layers_are_released_gives_the_same_weights(program, tmp_path: Path):
    settings = {"unfreeze_per_epoch": 1, "epochs": 2, "examples": 24, "folder": str(tmp_path)}
    expected, losses, _ = program.train(**settings)
    # Back into the second epoch, where variables differ in how many updates they have had.
    (tmp_path / "step-00000006" / "state.json").write_text("{", encoding="utf-8")

    model, resumed, _ = program.train(**settings, resume=True)

    assert resumed == losses[5:]
    for variable, other in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), other.numpy(), err_msg=variable.name)


def test_training_resumed_with_another_rate_names_the_setting(program, tmp_path: Path):
    folder = str(tmp_path / "snapshots")
    program.train(epochs=1, examples=8, folder=folder)
    with pytest.raises(TrainingError, match=r"learning_rate was 0\.001, is 0\.002.*--overwrite"):
        program.train(epochs=1, examples=8, folder=folder, resume=True, learning_rate=2e-3)


def test_training_not_resumed_deletes_former_snapshots(program, tmp_path: Path):
    folder = tmp_path / "snapshots"
    program.train(epochs=2, examples=8, folder=str(folder))
    program.train(epochs=1, examples=8, folder=str(folder))
    names = [p.name for p in folder.iterdir()]
    assert names == ["step-00000001"]
    assert json.loads((folder / names[0] / "state.json").read_text())["settings"]["epochs"] == 1


def test_training_resumed_with_layer_drop_skips_the_same_layers(program, tmp_path: Path):
    folder, settings = tmp_path / "snapshots", {"dropout": 0.0, "layer_drop": 0.5, "epochs": 1}
    expected, losses, _ = program.train(folder=str(folder), **settings)
    plain = program.train(dropout=0.0, epochs=1)[1]
    newest = max(folder.glob("step-*"))
    assert newest.name == "step-00000006"
    (newest / "state.json").write_text("{", encoding="utf-8")

    model, resumed, _ = program.train(folder=str(folder), resume=True, **settings)

    assert losses != plain
    np.testing.assert_allclose(resumed, losses[-len(resumed) :], rtol=1e-6)
    assert 0 < len(resumed) < len(losses)
    for variable, other in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_allclose(variable.numpy(), other.numpy(), rtol=0, atol=1e-6)
