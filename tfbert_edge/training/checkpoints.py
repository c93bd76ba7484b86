"""Snapshots from which training resumes after it was killed at any moment.

A snapshot is a folder ``step-<updates>`` with ``arrays.npz`` and ``state.json``. It is written under another
name, flushed to disk and renamed, so it is there whole or not at all; the two newest are kept, and one that
cannot be read is passed over.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.errors import TrainingError

KEPT = 2
_ARRAYS = "arrays.npz"
_STATE = "state.json"
_PREFIX = "step-"


@dataclass(frozen=True)
class Snapshot:
    """``arrays``: by group, in the order they were given. ``state``: what JSON holds."""

    arrays: dict[str, list[np.ndarray]]
    state: dict[str, Any]


class Snapshots:
    """The snapshots of one training in ``folder``; ``settings`` are what a resumed training must have in
    common.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = Path(folder)
        self.settings = _as_json(settings)

    def save(self, step: int, arrays: Mapping[str, Sequence[np.ndarray]], state: Mapping[str, Any]) -> Path:
        """Write snapshot ``step`` and delete all but the newest two; returns its folder."""
        final = self.folder / f"{_PREFIX}{step:08d}"
        partial = self.folder / f".{final.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        named: dict[str, Any] = {
            f"{group}/{i:05d}": array for group, each in arrays.items() for i, array in enumerate(each)
        }
        _write(partial / _ARRAYS, lambda file: np.savez(file, **named))
        text = json.dumps({"settings": self.settings, "state": dict(state)}, indent=1)
        _write(partial / _STATE, lambda file: file.write(text.encode()))
        if final.exists():
            shutil.rmtree(final)
        os.replace(partial, final)
        _flush_folder(self.folder)
        folders = self._folders()
        # Those beyond this step were passed over when training resumed: damaged.
        for old in [*(f for f in folders if f.name > final.name), *folders[folders.index(final) + KEPT :]]:
            shutil.rmtree(old)
        self._delete_unused_best()
        return final

    def latest(self) -> Snapshot | None:
        """Return the newest snapshot that can be read, or None.

        Raises:
            TrainingError: it was written with other settings; the message lists them.
        """
        for folder in self._folders():
            snapshot = self._read(folder)
            if snapshot is not None:
                return snapshot
        return None

    def save_best(self, epoch: int, weights: Sequence[np.ndarray]) -> None:
        """Write the weights of the best epoch so far."""
        self.folder.mkdir(parents=True, exist_ok=True)
        final = self._best(epoch)
        partial = final.with_name(f".{final.name}.partial")
        named: dict[str, Any] = {f"{i:05d}": array for i, array in enumerate(weights)}
        _write(partial, lambda file: np.savez(file, **named))
        os.replace(partial, final)
        _flush_folder(self.folder)

    def load_best(self, epoch: int) -> list[np.ndarray]:
        """Read the weights of epoch ``epoch``.

        Raises:
            TrainingError: the file is gone or damaged.
        """
        path = self._best(epoch)
        try:
            with np.load(path) as file:
                return [file[name] for name in sorted(file.files)]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"the best weights so far, {path}, cannot be read ({error}). Start this training anew with "
                "--overwrite."
            ) from error

    def clear(self) -> None:
        """Delete all snapshots and best weights in the folder."""
        for pattern in (f"{_PREFIX}*", f".{_PREFIX}*.partial"):
            for folder in self.folder.glob(pattern):
                shutil.rmtree(folder)
        for path in [*self.folder.glob("best-*.npz"), *self.folder.glob(".best-*.partial")]:
            path.unlink()

    def _folders(self) -> list[Path]:
        return sorted((path for path in self.folder.glob(f"{_PREFIX}*") if path.is_dir()), reverse=True)

    def _read(self, folder: Path) -> Snapshot | None:
        try:
            document = json.loads((folder / _STATE).read_text(encoding="utf-8"))
            settings, state = document["settings"], document["state"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if settings != self.settings:
            raise TrainingError(
                f"{folder} was written by a training with other settings: "
                f"{_differences(settings, self.settings)}. "
                "Resume with the settings as they were, or start anew with --overwrite."
            )
        arrays: dict[str, list[np.ndarray]] = {}
        try:
            with np.load(folder / _ARRAYS) as file:
                for name in sorted(file.files):
                    arrays.setdefault(name.partition("/")[0], []).append(file[name])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return Snapshot(arrays, state)

    def _best(self, epoch: int) -> Path:
        return self.folder / f"best-{epoch:04d}.npz"

    def _delete_unused_best(self) -> None:
        used = set()
        for folder in self._folders():
            try:
                best = json.loads((folder / _STATE).read_text(encoding="utf-8"))["state"].get("best_epoch")
            except (OSError, ValueError, KeyError):
                continue
            used.add(None if best is None else self._best(best))
        for path in self.folder.glob("best-*.npz"):
            if path not in used:
                path.unlink()


def read_arrays(variables: Iterable[Any]) -> list[np.ndarray]:
    """Copy the values of TensorFlow variables."""
    return [np.array(variable.numpy()) for variable in variables]


def assign_arrays(variables: Sequence[Any], arrays: Sequence[np.ndarray]) -> None:
    """Set TensorFlow variables to values of :func:`read_arrays`."""
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _as_json(settings: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(dict(settings), sort_keys=True, default=str))


def _write(path: Path, write: Any) -> None:
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _differences(was: Any, now: Any) -> str:
    old, new = dict(_flat(was)), dict(_flat(now))
    names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
    return "; ".join(f"{name} was {old.get(name)!r}, is {new.get(name)!r}" for name in names)


def _flat(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value
