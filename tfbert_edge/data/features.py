"""Examples as ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge.data.examples import Examples
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer
from tfbert_edge.tasks.base import IGNORED, Task
from tfbert_edge.tasks.truth import Truth

CHUNK = 1024


@dataclass(frozen=True)
class Features:
    """Tokenized examples, R rows, each of its own length: one an example, or several of a long text.

    Attributes:
        input_ids: R arrays, int32 (n_i,), [CLS] and [SEP] included.
        token_type_ids: R arrays, int32 (n_i,): 0 for the first text, 1 for the second.
        labels: as the loss takes them, or None: an array (R, ...), or R arrays (n_i,), one number for each piece.
        labelled: bool (R,): whose label is one; None where all are. The labels of others are 0 and mean nothing.
        pad_id: the id that fills a row up.
        truncated: how many examples were longer than allowed, and cut.
        together: how many rows in a row a batch holds together, such as the two texts of a pair.
        truth: what metrics compare with, where there are labels; None where the rows are no longer those of whole examples.
    """

    input_ids: list[np.ndarray]
    token_type_ids: list[np.ndarray]
    labels: np.ndarray | list[np.ndarray] | None
    pad_id: int = 0
    truncated: int = 0
    labelled: np.ndarray | None = None
    truth: Truth | None = None
    together: int = 1

    def __post_init__(self) -> None:
        if self.truth is None and isinstance(self.labels, np.ndarray):
            object.__setattr__(self, "truth", Truth(self.labels))

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def known_truth(self) -> Truth:
        """The truth.

        Raises:
            DataError: there is none.
        """
        if self.truth is None:
            raise DataError(
                "figures need examples with labels, whole ones; these have no truth to compare with."
            )
        return self.truth

    @property
    def starts(self) -> np.ndarray:
        """The place of each example's first row, and the number of rows at the end: int (N + 1,)."""
        return np.arange(len(self) + 1) if self.truth is None else self.truth.starts

    @property
    def lengths(self) -> np.ndarray:
        """Each example's length in word pieces, int32 (N,)."""
        return np.fromiter(map(len, self.input_ids), dtype=np.int32, count=len(self.input_ids))

    def select_examples(self, indices: Sequence[int] | np.ndarray) -> Features:
        """The examples at ``indices``, in their order, with all rows of each."""
        if self.truth is None or self.truth.rows is None:
            return self.select(indices)
        starts = self.starts
        places = [place for at in indices for place in range(starts[at], starts[at + 1])]
        return dataclasses.replace(self.select(places), truth=self.truth.select(indices))

    def select(self, indices: Sequence[int] | np.ndarray) -> Features:
        """The rows at ``indices``, in their order."""
        places = np.asarray(indices, dtype=np.int64)
        labels = self.labels
        if isinstance(labels, list):
            labels = [labels[at] for at in places]
        elif labels is not None:
            labels = labels[places]
        return Features(
            input_ids=[self.input_ids[at] for at in indices],
            token_type_ids=[self.token_type_ids[at] for at in indices],
            labels=labels,
            pad_id=self.pad_id,
            truncated=self.truncated,
            labelled=None if self.labelled is None else self.labelled[places],
            together=self.together,
        )

    def with_unlabelled(self, others: Features) -> Features:
        """These labelled examples and then ``others``, whose labels, if any, are dropped.

        Raises:
            DataError: these have no labels.
        """
        if self.labels is None:
            raise DataError("the examples that unlabelled ones join must have labels, have none.")
        count = len(others)
        labels: np.ndarray | list[np.ndarray]
        if isinstance(self.labels, list):
            labels = self.labels + [np.zeros(len(ids), np.int32) for ids in others.input_ids]
        else:
            empty = np.zeros((count, *self.labels.shape[1:]), self.labels.dtype)
            labels = np.concatenate([self.labels, empty])
        return Features(
            input_ids=self.input_ids + others.input_ids,
            token_type_ids=self.token_type_ids + others.token_type_ids,
            labels=labels,
            pad_id=self.pad_id,
            truncated=self.truncated + others.truncated,
            labelled=np.arange(len(self) + count) < len(self),
            together=self.together,
        )

    def padded_labels(self, length: int) -> np.ndarray:
        """The labels as one array: (R, ...), or int32 (R, length), those of pieces filled up with `IGNORED`."""
        if self.labels is None:
            raise DataError("the examples have no labels.")
        if isinstance(self.labels, np.ndarray):
            return self.labels
        filled = np.full((len(self), length), IGNORED, np.int32)
        for row, labels in zip(filled, self.labels, strict=True):
            row[: len(labels)] = labels
        return filled

    def padded(self, length: int) -> dict[str, np.ndarray]:
        """``input_ids``, ``token_type_ids`` and ``attention_mask``, each int32 (N, length).

        Raises:
            DataError: an example is longer than ``length``.
        """
        longest = int(self.lengths.max(initial=0))
        if longest > length:
            raise DataError(
                f"an example of {longest} word pieces does not fit the length {length}. "
                f"Encode the examples with max_length={length}."
            )
        shape = (len(self), length)
        arrays = {
            "input_ids": np.full(shape, self.pad_id, np.int32),
            "token_type_ids": np.zeros(shape, np.int32),
            "attention_mask": np.zeros(shape, np.int32),
        }
        for row, (ids, types) in enumerate(zip(self.input_ids, self.token_type_ids, strict=True)):
            arrays["input_ids"][row, : len(ids)] = ids
            arrays["token_type_ids"][row, : len(ids)] = types
            arrays["attention_mask"][row, : len(ids)] = 1
        return arrays


def encode_examples(
    examples: Examples,
    tokenizer: Tokenizer,
    *,
    max_length: int,
    task: Task | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Tokenize examples, each cut to ``max_length`` word pieces (of a pair, the longer text first).

    A ``task`` that reads long texts in windows has a row for each of them. ``on_progress`` is called with the number of
    examples done and the number of all.

    Raises:
        DataError: the task cannot read an example; the message names it.
    """
    if task is not None and not task.reader.cuts:
        return _encode_rows(examples, tokenizer, task, max_length=max_length, on_progress=on_progress)
    input_ids: list[np.ndarray] = []
    token_type_ids: list[np.ndarray] = []
    for start in range(0, len(examples), CHUNK):
        texts, pairs = _chunk(examples, range(start, min(start + CHUNK, len(examples))))
        for encoding in tokenizer.encode_batch(texts, pairs, max_length=max_length):
            input_ids.append(np.asarray(encoding.ids, np.int32))
            token_type_ids.append(np.asarray(encoding.segment_ids, np.int32))
        if on_progress is not None:
            on_progress(len(input_ids), len(examples))
    # Only an example that fills the length may have been cut: with room for one more, it shows.
    full = [at for at, ids in enumerate(input_ids) if len(ids) == max_length]
    truncated = 0
    for start in range(0, len(full), CHUNK):
        texts, pairs = _chunk(examples, full[start : start + CHUNK])
        longer = tokenizer.encode_batch(texts, pairs, max_length=max_length + 1)
        truncated += sum(len(encoding.ids) > max_length for encoding in longer)
    return Features(input_ids, token_type_ids, examples.labels, pad_id=tokenizer.pad_id, truncated=truncated)


def _encode_rows(
    examples: Examples,
    tokenizer: Tokenizer,
    task: Task,
    *,
    max_length: int,
    on_progress: Callable[[int, int], None] | None,
) -> Features:
    read: list[list[Encoding]] = []
    labels: list[Any] = []
    for at, text in enumerate(examples.texts):
        pair = None if examples.pairs is None else examples.pairs[at]
        try:
            rows = task.reader.rows(text, pair, tokenizer, max_length=max_length)
            if examples.labels is not None:
                labels += task.row_labels(examples.labels[at], rows)
        except DataError as error:
            raise DataError(f"{examples.ids[at]}: {error}") from error
        read.append(rows)
        if on_progress is not None and (at + 1) % CHUNK == 0:
            on_progress(at + 1, len(examples))
    if on_progress is not None:
        on_progress(len(examples), len(examples))
    flat = [row for rows in read for row in rows]
    ids = [np.asarray(row.ids, np.int32) for row in flat]
    return Features(
        ids,
        [np.asarray(row.segment_ids, np.int32) for row in flat],
        None if examples.labels is None else labels if task.labels_per_piece else np.asarray(labels),
        pad_id=tokenizer.pad_id,
        together=1 if examples.pairs is None else task.rows_together,
        truth=None
        if examples.labels is None
        else Truth(examples.labels, examples.texts, examples.pairs, read),
    )


def _chunk(examples: Examples, indices: Sequence[int]) -> tuple[list[str], list[str] | None]:
    texts = [examples.texts[at] for at in indices]
    return texts, None if examples.pairs is None else [examples.pairs[at] for at in indices]
