"""Writing that leaves either the old artifact or the new one."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from tfbert_edge.atomic import new_folder, sha256, write_arrays, write_bytes, write_json, write_text


def test_write_bytes_when_the_disk_fails_keeps_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    path = tmp_path / "artifact"
    write_bytes(path, b"old")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr("tfbert_edge.atomic.os.replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_bytes(path, b"new")

    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["artifact"]


def test_write_json_with_numpy_and_nan_writes_plain_json(tmp_path):
    path = tmp_path / "figures.json"

    write_json(path, {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": (1, tmp_path)})

    assert json.loads(path.read_text()) == {"a": 0.5, "b": [0, 1], "c": None, "d": [1, str(tmp_path)]}


def test_new_folder_replaces_the_old_one_only_when_all_is_written(tmp_path):
    target = tmp_path / "stage"
    with new_folder(target) as folder:
        (folder / "one").write_text("first")

    with pytest.raises(RuntimeError), new_folder(target) as folder:
        (folder / "one").write_text("second")
        raise RuntimeError

    assert (target / "one").read_text() == "first"
    with new_folder(target) as folder:
        (folder / "two").write_text("third")
    assert [one.name for one in target.iterdir()] == ["two"]
    assert [one.name for one in tmp_path.iterdir()] == ["stage"]


def test_new_folder_after_a_kill_in_the_middle_starts_from_nothing(tmp_path):
    left_behind = tmp_path / ".stage.partial"
    left_behind.mkdir()
    (left_behind / "half").write_text("x")

    with new_folder(tmp_path / "stage") as folder:
        (folder / "whole").write_text("y")

    assert [one.name for one in (tmp_path / "stage").iterdir()] == ["whole"]


def test_sha256_equals_hashlib(tmp_path):
    content = b"abc" * 1_000_000
    (tmp_path / "file").write_bytes(content)

    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_new_folder_after_a_kill_between_the_renames_keeps_the_old_one(tmp_path):
    (tmp_path / ".stage.old").mkdir()
    (tmp_path / ".stage.old" / "one").write_text("first")

    with pytest.raises(RuntimeError), new_folder(tmp_path / "stage"):
        raise RuntimeError

    assert (tmp_path / "stage" / "one").read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["stage"]


def test_write_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path):
    write_text(tmp_path / "a.txt", "old")

    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "new \ud800")

    assert (tmp_path / "a.txt").read_text() == "old"


def test_write_arrays_are_read_back_by_numpy(tmp_path):
    write_arrays(tmp_path / "new" / "a.npz", {"a": np.eye(2)})

    with np.load(tmp_path / "new" / "a.npz") as file:
        assert file["a"].tolist() == [[1, 0], [0, 1]]
