"""Whole files or none: what is written appears under its name only when it is complete."""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 under ``path``; an interruption leaves what was there before."""
    with _Pending(path) as pending:
        pending.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as JSON under ``path``; numpy values become plain ones, NaN and infinity null."""
    write_text(path, json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write ``arrays`` as one compressed ``.npz`` under ``path``."""
    with _Pending(path) as pending, pending.open("wb") as file:
        np.savez_compressed(file, **dict(arrays))  # type: ignore[arg-type]  # numpy types **kwds by its own flag


def plain(value: Any) -> Any:
    """``value`` in JSON's own types: numpy scalars and arrays unpacked, numbers that JSON lacks as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


class _Pending:
    """A temporary sibling of ``path`` that takes its name when the block ends without an error."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.pending = self.path.with_name(f".{self.path.name}.{uuid.uuid4().hex}")

    def __enter__(self) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self.pending

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            os.replace(self.pending, self.path)
        else:
            self.pending.unlink(missing_ok=True)
