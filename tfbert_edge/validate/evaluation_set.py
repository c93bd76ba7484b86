"""The evaluation set with Keras's answers to it: ``reference.npz`` and ``evaluation.jsonl`` of an export folder."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tfbert_edge.atomic import write_arrays, write_text
from tfbert_edge.errors import DataError, RunError
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.tasks.base import Task
from tfbert_edge.tasks.truth import Truth

ARRAYS_FILE = "reference.npz"
TEXTS_FILE = "evaluation.jsonl"
_INPUTS = ("input_ids", "token_type_ids", "attention_mask")


@dataclass(frozen=True)
class EvaluationSet:
    """N labelled examples as R rows that the model reads, and what Keras says of each; R is N unless texts are in windows.

    ``input_ids``, ``token_type_ids``, ``attention_mask`` are int32 (R, n); ``keras_outputs`` float32 (R, K), or (R, n, K), are
    Keras's outputs after the output activation. ``truth`` is what the task's metrics compare with. ``ids``, ``texts`` and, for
    pairs, ``pairs`` hold one string an example.

    Raises:
        DataError: the parts are not of one length, there is no example, or a shape is wrong.
    """

    input_ids: np.ndarray
    token_type_ids: np.ndarray
    attention_mask: np.ndarray
    truth: Truth
    keras_outputs: np.ndarray
    ids: Sequence[str]
    texts: Sequence[str]
    pairs: Sequence[str] | None = None

    def __post_init__(self) -> None:
        _same_counts({name: len(getattr(self, name)) for name in (*_INPUTS, "keras_outputs")}, "row")
        examples = {"truth": len(self.truth), "ids": len(self.ids), "texts": len(self.texts)}
        _same_counts(examples | ({} if self.pairs is None else {"pairs": len(self.pairs)}), "example")
        if len(self) == 0:
            raise DataError(
                "the evaluation set is empty: there must be at least one example. See data.validation"
            )
        if int(self.truth.starts[-1]) != len(self):
            raise DataError(
                f"an evaluation set must have a row for each window of its examples ({self.truth.starts[-1]}), "
                f"it has {len(self)}"
            )
        shapes = {name: getattr(self, name).shape for name in _INPUTS}
        if len(set(shapes.values())) != 1 or self.input_ids.ndim != 2:
            raise DataError(f"the inputs of an evaluation set must be of one shape (R, n); they are {shapes}")
        if self.keras_outputs.ndim not in (2, 3):
            raise DataError(
                f"an evaluation set must have keras_outputs (R, K) or (R, n, K); they are {self.keras_outputs.shape}"
            )

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def examples(self) -> int:
        """N, the number of examples."""
        return len(self.ids)

    @property
    def sequence_length(self) -> int:
        """Width n of the padded inputs."""
        return int(self.input_ids.shape[1])

    @property
    def token_counts(self) -> np.ndarray:
        """Word pieces of each row without padding, (R,)."""
        return self.attention_mask.sum(axis=1)

    def example_of(self, row: int) -> int:
        """The example that a row is of."""
        return int(np.searchsorted(self.truth.starts, row, side="right")) - 1

    def inputs(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids, segment ids and mask of one row, each int32 (n,), in the order that the interpreter takes."""
        return self.input_ids[index], self.token_type_ids[index], self.attention_mask[index]

    def representative(self, count: int) -> np.ndarray:
        """At most ``count`` rows spread evenly over all lengths, shortest and longest included."""
        order = np.argsort(self.token_counts, kind="stable")
        places = np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int)
        return order[places]

    def write(self, folder: Path, task: Task) -> None:
        """Write both files into ``folder``, each whole or not at all; labels as ``task`` writes them."""
        arrays = {name: getattr(self, name).astype(np.int32) for name in _INPUTS}
        lines = []
        for index in range(self.examples):
            line: dict[str, object] = {"id": self.ids[index], "text": self.texts[index]}
            if self.pairs is not None:
                line["text_pair"] = self.pairs[index]
            line["label"] = task.label_json(self.truth.labels[index])
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
        outputs = self.keras_outputs.astype(np.float32)
        write_text(Path(folder) / TEXTS_FILE, "".join(lines))
        write_arrays(Path(folder) / ARRAYS_FILE, {**arrays, "keras_outputs": outputs})

    @classmethod
    def read(cls, folder: Path, task: Task) -> EvaluationSet:
        """Read both files from an export ``folder``, whose tokenizer reads long texts in windows as it did there.

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
        texts = [str(record["text"]) for record in records]
        paired = any("text_pair" in record for record in records)
        pairs = [str(record.get("text_pair", "")) for record in records] if paired else None
        truth = Truth(task.encode_labels([record["label"] for record in records]), texts, pairs)
        if not task.reader.cuts:
            tokenizer = Tokenizer.from_folder(folder)
            length = int(arrays["input_ids"].shape[1])
            rows = [
                task.reader.rows(text, truth.pair(at), tokenizer, max_length=length)
                for at, text in enumerate(texts)
            ]
            truth = replace(truth, rows=rows)
        return cls(
            **arrays, truth=truth, ids=[str(record["id"]) for record in records], texts=texts, pairs=pairs
        )


def _same_counts(counts: dict[str, int], of: str) -> None:
    if len(set(counts.values())) != 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise DataError(f"an evaluation set must have one entry {of} in every part; it has: {listed}")


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    names = (*_INPUTS, "keras_outputs")
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
            if not isinstance(record, dict) or not {"id", "text", "label"} <= record.keys():
                raise RunError(
                    f"{path} line {number} must be an object with 'id', 'text' and 'label'. Export again."
                )
            records.append(record)
    return records
