from __future__ import annotations

import zipfile

import pytest

from tfbert_edge.bundle.archive import write_folder, write_zip

CONTENTS = {"b.txt": b"b" * 100, "model.tflite": b"m" * 100, "a.txt": b""}


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_write_zip_does_not_depend_on_the_order_of_files(tmp_path):
    write_zip(tmp_path / "one.zip", CONTENTS)
    write_zip(tmp_path / "two.zip", dict(reversed(CONTENTS.items())))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_write_zip_stores_the_model_uncompressed(tmp_path):
    write_zip(tmp_path / "one.zip", CONTENTS)
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        assert archive.getinfo("model.tflite").compress_type == zipfile.ZIP_STORED
        assert archive.getinfo("b.txt").compress_size < 100


def test_write_folder_failing_halfway_keeps_the_last_one(tmp_path):
    write_folder(tmp_path / "bundle", CONTENTS)
    with pytest.raises(OSError):
        write_folder(tmp_path / "bundle", {"b.txt": b"new", "no/such/folder": b""})
    assert files(tmp_path / "bundle") == CONTENTS
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_write_folder_after_a_kill_between_the_renames_starts_clean(tmp_path):
    (tmp_path / ".bundle.old").mkdir()
    (tmp_path / ".bundle.partial").mkdir()
    (tmp_path / ".bundle.partial" / "half").write_bytes(b"")
    write_folder(tmp_path / "bundle", CONTENTS)
    assert files(tmp_path / "bundle") == CONTENTS
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
