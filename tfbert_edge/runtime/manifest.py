"""manifest.json: what a bundle holds, how its model is fed and read, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.interpreter import TensorInfo
from tfbert_edge.runtime.readers import READERS
from tfbert_edge.runtime.tokenizer import TokenizerSettings
from tfbert_edge.runtime.tokenizer_files import AddedPiece

SCHEMA_VERSION = 3
MANIFEST_NAME = "manifest.json"
REQUIRED_FILES = ("model.tflite", "vocab.txt", "golden.jsonl", "README.md")


@dataclass(frozen=True)
class FileRecord:
    """Hash and size of one file of the bundle."""

    sha256: str
    size_bytes: int

    @classmethod
    def of(cls, content: bytes) -> FileRecord:
        """Hash ``content``."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True)
class Manifest:
    """What every consumer of a bundle reads first.

    Attributes:
        task: a name in ``readers.READERS``.
        labels: in the order of the outputs; empty for regression.
        value_range: lowest and highest value of a regression, None for another task.
        settings: what else the task's reading and decoding depend on, by name; see the task's reader.
        form: float32, float16, dynamic, int8, int4 or int16x8.
        inputs: tensors in the file's order, ``role`` being ids, segment_ids or mask.
        outputs: tensors in the file's order, with dtype, scale and zero point.
        thresholds: by name, for applications that accept an answer only above a score.
        figures: what was measured, by name; ``evaluation`` is of the examples in ``eval.jsonl``, the rest of all.
        runtimes: by kernel set of LiteRT (xnnpack, builtin, reference), whether it runs the golden inputs right.
        files: every file of the bundle but the manifest itself.
        produced_by: versions of what made the bundle.
    """

    task: str
    labels: tuple[str, ...]
    form: str
    sequence_length: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    tokenizer: TokenizerSettings
    value_range: tuple[float, float] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    runtimes: Mapping[str, bool] = field(default_factory=dict)
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    produced_by: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @classmethod
    def read(cls, folder: str | Path) -> Manifest:
        """Read ``manifest.json`` in ``folder``.

        Raises:
            BundleError: no manifest, a damaged one, or one of a newer schema.
        """
        path = Path(folder) / MANIFEST_NAME
        if not path.is_file():
            raise BundleError(f"{folder} is not a bundle: it has no {MANIFEST_NAME}.")
        return cls.from_json(path.read_bytes())

    @classmethod
    def from_json(cls, content: bytes | str) -> Manifest:
        """Read the text of a manifest; see `read`."""
        try:
            values = json.loads(content)
            version = values["schema_version"]
        except (ValueError, KeyError, TypeError) as error:
            raise BundleError(
                f"{MANIFEST_NAME} must be a JSON object with a schema_version: {error!r}. Get it again."
            ) from error
        if not isinstance(version, int) or version < 1:
            raise BundleError(f"schema_version in {MANIFEST_NAME} must be 1 or more, it was {version!r}.")
        if version > SCHEMA_VERSION:
            raise BundleError(
                f"the bundle has schema version {version}, this tfbert-edge reads up to {SCHEMA_VERSION}. "
                "Upgrade it with: pip install --upgrade tfbert-edge"
            )
        try:
            return _from_values(values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(f"{MANIFEST_NAME} is damaged: {error!r}. Get the bundle again.") from error

    def to_json(self) -> str:
        """Return the manifest as JSON, with a line feed at the end.

        Raises:
            BundleError: a figure is not a JSON value; NaN and infinity are none.
        """
        content = asdict(self)
        # The version stands first, for people and for readers that stop there.
        ordered = {"schema_version": content.pop("schema_version"), **content}
        try:
            return json.dumps(ordered, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        except (TypeError, ValueError) as error:
            raise BundleError(
                f"the figures and thresholds of a bundle must be JSON values: {error}."
            ) from error

    def write(self, folder: str | Path) -> Path:
        """Write ``manifest.json`` into ``folder``; return its path."""
        path = Path(folder) / MANIFEST_NAME
        path.write_text(self.to_json(), encoding="utf-8", newline="\n")
        return path

    def verify(self, contents: Mapping[str, bytes]) -> None:
        """Compare every file (name -> bytes, manifest included or not) with its record.

        Raises:
            BundleError: lists each missing, altered and unlisted file.
        """
        present = {name: content for name, content in contents.items() if name != MANIFEST_NAME}
        problems = [f"{name} is not listed" for name in REQUIRED_FILES if name not in self.files]
        problems += [f"{name} is missing" for name in sorted(set(self.files) - set(present))]
        problems += [f"{name} is not of this bundle" for name in sorted(set(present) - set(self.files))]
        for name in sorted(set(self.files) & set(present)):
            want, have = self.files[name], FileRecord.of(present[name])
            if want.size_bytes != have.size_bytes:
                problems.append(f"{name} must have {want.size_bytes} bytes, it has {have.size_bytes}")
            elif want.sha256 != have.sha256:
                problems.append(f"{name} was altered: its sha256 is {have.sha256}, not {want.sha256}")
        if problems:
            raise BundleError(f"the bundle differs from its manifest: {'; '.join(problems)}. Get it again.")


def _from_values(values: dict[str, Any]) -> Manifest:
    unknown = set(values) - {item.name for item in fields(Manifest)}
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    if values["task"] not in READERS:
        raise ValueError(f"task {values['task']!r} is none of {', '.join(READERS)}")
    tokenizer = dict(values["tokenizer"])
    tokenizer["added_tokens"] = tuple(AddedPiece(**token) for token in tokenizer.get("added_tokens", ()))
    value_range = values.get("value_range")
    return Manifest(
        **{
            **values,
            "labels": tuple(str(label) for label in values["labels"]),
            "sequence_length": int(values["sequence_length"]),
            "inputs": _tensors(values["inputs"]),
            "outputs": _tensors(values["outputs"]),
            "tokenizer": TokenizerSettings(**tokenizer),
            "value_range": None if value_range is None else (float(value_range[0]), float(value_range[1])),
            "runtimes": {name: bool(runs) for name, runs in values.get("runtimes", {}).items()},
            "files": {name: FileRecord(**record) for name, record in values["files"].items()},
        }
    )


def _tensors(rows: list[dict[str, Any]]) -> tuple[TensorInfo, ...]:
    return tuple(TensorInfo(**{**row, "shape": tuple(row["shape"])}) for row in rows)
