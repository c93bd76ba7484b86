"""Zips with the same bytes whenever the same files go in, and replacement without a gap."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from tfbert_edge.atomic import new_file, new_folder

# The earliest time that the format can hold: a zip must not depend on when it was made.
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)
# What is read in place, by mapping the zip into memory, must not be compressed.
_STORED = (".tflite",)


def write_zip(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write ``contents`` (name -> bytes) as a zip, sorted by name, with fixed times and permissions."""
    with new_file(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _TIMESTAMP)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on every system, for the permissions below.
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, contents[name])


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write ``contents`` as the files of ``folder``, replacing it as a whole once all are written."""
    with new_folder(folder) as partial:
        for name, content in contents.items():
            (partial / name).write_bytes(content)
