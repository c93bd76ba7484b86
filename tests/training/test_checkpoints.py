import numpy as np
import pytest

from tfbert_edge.errors import TrainingError
from tfbert_edge.training.checkpoints import Snapshots

_SETTINGS = {"epochs": 2, "optimizer": {"rate": 1e-3}}


def _save(snapshots, step):
    arrays = {"model": [np.full(3, step, np.float32), np.array(step)], "optimizer": [np.ones((2, 2))]}
    snapshots.save(step, arrays, {"step": step, "best_epoch": None})


def test_latest_returns_what_was_saved_last_and_two_are_kept(tmp_path):
    snapshots = Snapshots(tmp_path, _SETTINGS)
    for step in (5, 9, 10):
        _save(snapshots, step)
    found = Snapshots(tmp_path, _SETTINGS).latest()
    assert found is not None and found.state["step"] == 10
    np.testing.assert_array_equal(found.arrays["model"][0], np.full(3, 10, np.float32))
    assert found.arrays["model"][1] == 10 and found.arrays["optimizer"][0].shape == (2, 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step-00000009", "step-00000010"]


@pytest.mark.parametrize("damage", ["truncate", "flip", "no_state", "bad_state", "no_arrays"])
def test_latest_passes_over_a_damaged_snapshot(tmp_path, damage):
    snapshots = Snapshots(tmp_path, _SETTINGS)
    _save(snapshots, 1)
    _save(snapshots, 2)
    newest = tmp_path / "step-00000002"
    arrays, state = newest / "arrays.npz", newest / "state.json"
    content = arrays.read_bytes()
    if damage == "truncate":
        arrays.write_bytes(content[: len(content) // 2])
    elif damage == "flip":
        at = content.index(np.full(3, 2, np.float32).tobytes())
        arrays.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    elif damage == "no_arrays":
        arrays.unlink()
    elif damage == "no_state":
        state.unlink()
    else:
        state.write_text('{"settings"')
    found = snapshots.latest()
    assert found is not None and found.state["step"] == 1
    _save(snapshots, 3)  # a damaged neighbour does not stop the next
    found = snapshots.latest()
    assert found is not None and found.state["step"] == 3


def test_save_after_a_passed_over_snapshot_deletes_it(tmp_path):
    snapshots = Snapshots(tmp_path, _SETTINGS)
    for step in (5, 9):
        _save(snapshots, step)
    (tmp_path / "step-00000009" / "arrays.npz").unlink()
    _save(snapshots, 6)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["step-00000005", "step-00000006"]


def test_latest_ignores_a_snapshot_that_was_never_renamed(tmp_path):
    snapshots = Snapshots(tmp_path, _SETTINGS)
    (tmp_path / ".step-00000004.partial").mkdir()
    assert snapshots.latest() is None
    _save(snapshots, 4)
    assert snapshots.latest() is not None


def test_latest_with_other_settings_lists_the_differences(tmp_path):
    _save(Snapshots(tmp_path, _SETTINGS), 1)
    other = Snapshots(tmp_path, {"epochs": 3, "optimizer": {"rate": 1e-3}, "seed": 1})
    with pytest.raises(TrainingError, match="epochs was 2, is 3; seed was None, is 1") as caught:
        other.latest()
    assert "optimizer.rate" not in str(caught.value)


def test_best_weights_are_kept_while_a_snapshot_refers_to_them(tmp_path):
    snapshots = Snapshots(tmp_path, _SETTINGS)
    for epoch in range(3):
        snapshots.save_best(epoch, [np.full(2, epoch)])
        snapshots.save(epoch, {"model": []}, {"best_epoch": epoch})
    np.testing.assert_array_equal(snapshots.load_best(2)[0], [2, 2])
    np.testing.assert_array_equal(snapshots.load_best(1)[0], [1, 1])
    with pytest.raises(TrainingError, match=r"best-0000\.npz"):
        snapshots.load_best(0)
