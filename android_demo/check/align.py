"""Zips whose uncompressed files begin at multiples of a page, as Android maps them into memory."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIBRARY_ALIGNMENT = 16_384
"""Bytes: the larger of Android's two page sizes. Debian's zipalign knows 4,096 only, hence this module."""
MODEL_ALIGNMENT = 16
"""Bytes: what the schema of TFLite asks for its buffers; the file is mapped, so its place in the zip counts."""
_PLAIN_ALIGNMENT = 4
# Marks padding, and tells the signing tool to keep it: "Android alignment" of the APK signature scheme.
_ALIGNMENT_FIELD = 0xD935
_HEADER_BYTES = 30
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Entry:
    """A file of the zip; ``stored`` keeps it uncompressed, in place for mapping."""

    name: str
    content: bytes
    stored: bool = False


def alignment_of(name: str) -> int:
    """To which multiple of bytes an uncompressed file of this name is aligned."""
    if name.endswith(".so"):
        return LIBRARY_ALIGNMENT
    return MODEL_ALIGNMENT if name.endswith(".tflite") else _PLAIN_ALIGNMENT


def write_aligned(path: Path, entries: Iterable[Entry]) -> None:
    """Write a zip with fixed times, its stored files aligned by `alignment_of`."""
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, _TIMESTAMP)
            info.external_attr = 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if entry.stored else zipfile.ZIP_DEFLATED
            if entry.stored:
                info.extra = _padding(archive.start_dir, entry.name)
            archive.writestr(info, entry.content)


def misaligned(path: Path) -> list[str]:
    """The stored files that do not begin at a multiple of their alignment."""
    found = []
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            name_bytes, extra_bytes = struct.unpack("<HH", file.read(4))
            start = info.header_offset + _HEADER_BYTES + name_bytes + extra_bytes
            if info.compress_type == zipfile.ZIP_STORED and start % alignment_of(info.filename):
                found.append(f"{info.filename} at byte {start}")
    return found


def _padding(header_offset: int, name: str) -> bytes:
    alignment = alignment_of(name)
    fixed = struct.calcsize("<HHH")
    unpadded = header_offset + _HEADER_BYTES + len(name.encode()) + fixed
    zeros = -unpadded % alignment
    return struct.pack("<HHH", _ALIGNMENT_FIELD, 2 + zeros, alignment) + bytes(zeros)
