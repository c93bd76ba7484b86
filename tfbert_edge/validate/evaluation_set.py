"""The evaluation set with Keras's answers to it: ``reference.npz`` and ``evaluation.jsonl`` of an export folder."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfbert_edge.atomic import write_arrays, write_text
from tfbert_edge.errors import DataError, RunError

ARRAYS_FILE = "reference.npz"
TEXTS_FILE = "evaluation.jsonl"
_INPUTS = ("input_ids", "token_type_ids", "attention_mask")


@dataclass(frozen=True)
class EvaluationSet:
    """N labelled examples as the model reads them, and what Keras says of each.

    ``input_ids``, ``token_type_ids``, ``attention_mask`` are int32 (N, n); ``labels`` (N,) are class indices
    (int32) or values (float32); ``keras_outputs`` float32 (N, C) are Keras's outputs after the output
    activation. ``ids``, ``texts`` and, for sentence pairs, ``pairs`` hold one string an example.

    Raises:
        DataError: the parts are not of one length, there is no example, or a shape is wrong.
    """

    input_ids: np.ndarray
    token_type_ids: np.ndarray
    attention_mask: np.ndarray
    labels: np.ndarray
    keras_outputs: np.ndarray
    ids: Sequence[str]
    texts: Sequence[str]
    pairs: Sequence[str] | None = None

    def __post_init__(self) -> None:
        counts = {
            name: len(getattr(self, name)) for name in (*_INPUTS, "labels", "keras_outputs", "ids", "texts")
        }
        if self.pairs is not None:
            counts["pairs"] = len(self.pairs)
        if len(set(counts.values())) != 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise DataError(
                f"an evaluation set must have one entry an example in every part; it has: {listed}"
            )
        if len(self) == 0:
            raise DataError(
                "the evaluation set is empty: there must be at least one example. See data.validation"
            )
        shapes = {name: getattr(self, name).shape for name in _INPUTS}
        if len(set(shapes.values())) != 1 or self.input_ids.ndim != 2:
            raise DataError(f"the inputs of an evaluation set must be of one shape (N, n); they are {shapes}")
        if self.keras_outputs.ndim != 2 or self.labels.ndim != 1:
            raise DataError(
                "an evaluation set must have keras_outputs (N, C) and labels (N,); "
                f"they are {self.keras_outputs.shape} and {self.labels.shape}"
            )

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def sequence_length(self) -> int:
        """Width n of the padded inputs."""
        return int(self.input_ids.shape[1])

    @property
    def token_counts(self) -> np.ndarray:
        """Word pieces of each example without padding, (N,)."""
        return self.attention_mask.sum(axis=1)

    def inputs(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids, segment ids and mask of one example, each int32 (n,), in the order that the interpreter takes."""
        return self.input_ids[index], self.token_type_ids[index], self.attention_mask[index]

    def representative(self, count: int) -> np.ndarray:
        """Indices of at most ``count`` examples spread evenly over all lengths, shortest and longest included."""
        order = np.argsort(self.token_counts, kind="stable")
        places = np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int)
        return order[places]

    def write(self, folder: Path, *, label_names: Sequence[str] = ()) -> None:
        """Write both files into ``folder``, each whole or not at all; a class index is written by its name."""
        arrays = {name: getattr(self, name).astype(np.int32) for name in _INPUTS}
        labels = self.labels.astype(np.float32 if self.labels.dtype.kind == "f" else np.int32)
        lines = []
        for index in range(len(self)):
            line: dict[str, object] = {"id": self.ids[index], "text": self.texts[index]}
            if self.pairs is not None:
                line["text_pair"] = self.pairs[index]
            label = labels[index].item()
            line["label"] = label_names[label] if label_names else label
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
        outputs = self.keras_outputs.astype(np.float32)
        write_text(Path(folder) / TEXTS_FILE, "".join(lines))
        write_arrays(Path(folder) / ARRAYS_FILE, {**arrays, "labels": labels, "keras_outputs": outputs})

    @classmethod
    def read(cls, folder: Path) -> EvaluationSet:
        """Read both files from an export ``folder``.

        Raises:
            RunError: a file is missing, unreadable, or without a part that it must hold.
            DataError: the parts do not fit each other.
        """
        folder = Path(folder)
        for name in (ARRAYS_FILE, TEXTS_FILE):
            if not (folder / name).is_file():
                raise RunError(
                    f"'{name}' not in {folder}: validation compares with the answers of Keras that the export "
                    "stage writes there. Run the export stage again."
                )
        arrays = _read_arrays(folder / ARRAYS_FILE)
        records = _read_lines(folder / TEXTS_FILE)
        paired = any("text_pair" in record for record in records)
        return cls(
            **arrays,
            ids=[str(record["id"]) for record in records],
            texts=[str(record["text"]) for record in records],
            pairs=[str(record.get("text_pair", "")) for record in records] if paired else None,
        )


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    names = (*_INPUTS, "labels", "keras_outputs")
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if missing:
                raise RunError(
                    f"{path} must hold {', '.join(names)}; it lacks {', '.join(missing)}. Export again."
                )
            return {name: file[name] for name in names}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise RunError(f"{path} cannot be read as a .npz file ({error}). Export again.") from error


def _read_lines(path: Path) -> list[dict]:
    records = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise RunError(
                    f"{path} line {number} must be one JSON object ({error.msg}). Export again."
                ) from error
            if not isinstance(record, dict) or "id" not in record or "text" not in record:
                raise RunError(f"{path} line {number} must be an object with 'id' and 'text'. Export again.")
            records.append(record)
    return records
