"""The zip that becomes the APK: read back with the standard library, and byte by byte."""

from __future__ import annotations

import struct
import zipfile

import pytest

from android_demo.check.align import Entry, misaligned, write_aligned

LIBRARY, MODEL, TEXT = b"\x7fELF" * 5_001, b"\x00\x00\x00\x00TFL3" * 3, b"words " * 1_000


@pytest.fixture
def apk(tmp_path):
    path = tmp_path / "one.zip"
    write_aligned(
        path,
        [
            Entry("a.txt", TEXT),
            Entry("odd", b"xyz", stored=True),
            Entry("assets/bundle/model.tflite", MODEL, stored=True),
            Entry("lib/arm64-v8a/libone.so", LIBRARY, stored=True),
            Entry("lib/x86_64/libone.so", LIBRARY, stored=True),
        ],
    )
    return path


def test_write_aligned_files_come_out_as_they_went_in(apk):
    with zipfile.ZipFile(apk) as archive:
        assert archive.testzip() is None
        assert archive.read("a.txt") == TEXT
        assert archive.read("odd") == b"xyz"
        assert archive.read("lib/x86_64/libone.so") == LIBRARY
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds["a.txt"] == zipfile.ZIP_DEFLATED
    assert kinds["assets/bundle/model.tflite"] == kinds["lib/arm64-v8a/libone.so"] == zipfile.ZIP_STORED


def test_write_aligned_libraries_begin_at_16_kib_and_models_at_16_bytes(apk):
    content = apk.read_bytes()
    first = content.index(LIBRARY)
    assert first % 16_384 == 0
    assert content.index(LIBRARY, first + len(LIBRARY)) % 16_384 == 0
    assert content.index(MODEL) % 16 == 0
    assert content.index(b"xyz") % 4 == 0


def test_write_aligned_padding_tells_signing_tools_the_alignment(apk):
    with zipfile.ZipFile(apk) as archive:
        extra = archive.getinfo("lib/arm64-v8a/libone.so").extra
    # The field of the APK signature scheme: id 0xd935, length, then the alignment.
    assert struct.unpack("<HHH", extra[:6]) == (0xD935, len(extra) - 4, 16_384)


def test_misaligned_names_what_a_plain_zip_has_wrong(apk, tmp_path):
    assert misaligned(apk) == []
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("lib/arm64-v8a/libone.so", LIBRARY)
        archive.writestr("compressed.so", LIBRARY, zipfile.ZIP_DEFLATED)
    assert misaligned(plain) == ["lib/arm64-v8a/libone.so at byte 53"]  # 30 of the header, 23 of the name


def test_write_aligned_same_files_same_bytes(apk, tmp_path):
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(apk) as archive:
        entries = [
            Entry(info.filename, archive.read(info), info.compress_type == zipfile.ZIP_STORED)
            for info in archive.infolist()
        ]
    write_aligned(other, entries)
    assert other.read_bytes() == apk.read_bytes()
