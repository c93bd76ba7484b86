"""What a source's path means: a file, a `save_to_disk` folder, or a hub id."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tfbert_edge.errors import INSTALL, DataError

PACKAGE = "package:"

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".conll": "conll",
}

_HUB_ID = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")
_SAVED_MARKS = ("dataset_dict.json", "dataset_info.json", "state.json")


@dataclass(frozen=True)
class Location:
    """Where a source is; ``name`` is what messages call it."""

    kind: Literal["file", "folder", "hub"]
    path: str
    name: str


def locate(path: str, *, setting: str) -> Location:
    """Find what ``path`` names; ``setting`` is the recipe's key that holds it, for messages.

    Raises:
        DataError: there is nothing of this name, or a folder that `save_to_disk` did not write.
    """
    local = _in_package(path, setting) if path.startswith(PACKAGE) else Path(path).expanduser()
    if local.is_file():
        return Location("file", str(local), local.name)
    if local.is_dir():
        if not any((local / mark).is_file() for mark in _SAVED_MARKS):
            raise DataError(
                f"{path} is a folder, but not one that datasets' save_to_disk wrote. "
                f"Set {setting} to a file in it, or to a list of files."
            )
        return Location("folder", str(local), path)
    if path.startswith(PACKAGE) or not _HUB_ID.fullmatch(path) or format_of(path) or is_text(path):
        raise DataError(f"there is no file {local} (from {Path.cwd()}). Set {setting} to the file's path.")
    return Location("hub", path, path)


def format_of(path: str) -> str | None:
    """The format that a file's name tells, a final ``.gz`` aside; None where it tells none."""
    name = Path(path).name.lower().removesuffix(".gz")
    return FORMATS.get(Path(name).suffix)


def is_text(path: str) -> bool:
    """Whether a file's name, a final ``.gz`` aside, tells a plain text."""
    return path.lower().removesuffix(".gz").endswith(".txt")


def _in_package(path: str, setting: str) -> Path:
    module, _, inside = path.removeprefix(PACKAGE).partition("/")
    try:
        # Finding is enough: importing could load heavy things.
        spec = importlib.util.find_spec(module) if module else None
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise DataError(
            f"{setting} is {path!r}, but there is no Python package {module!r} here. Install it: "
            f"pip install {module.split('.')[0].replace('_', '-')} "
            f"(the builtin recipes' own: {INSTALL['demo']})."
        )
    return Path(next(iter(spec.submodule_search_locations))) / inside
