"""Examples as ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tfbert_edge.data.examples import Examples
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer

CHUNK = 1024


@dataclass(frozen=True)
class Features:
    """N tokenized examples, each of its own length.

    Attributes:
        input_ids: N arrays, int32 (n_i,), [CLS] and [SEP] included.
        token_type_ids: N arrays, int32 (n_i,): 0 for the first text, 1 for the second.
        labels: (N,), as the task encodes them, or None.
        labelled: bool (N,): whose label is one; None where all are. The labels of others are 0 and mean nothing.
        pad_id: the id that fills a row up.
        truncated: how many examples were longer than allowed, and cut.
    """

    input_ids: list[np.ndarray]
    token_type_ids: list[np.ndarray]
    labels: np.ndarray | None
    pad_id: int = 0
    truncated: int = 0
    labelled: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.input_ids)

    @property
    def lengths(self) -> np.ndarray:
        """Each example's length in word pieces, int32 (N,)."""
        return np.fromiter(map(len, self.input_ids), dtype=np.int32, count=len(self.input_ids))

    def select(self, indices: Sequence[int] | np.ndarray) -> Features:
        """The examples at ``indices``, in their order."""
        places = np.asarray(indices, dtype=np.int64)
        return Features(
            input_ids=[self.input_ids[at] for at in indices],
            token_type_ids=[self.token_type_ids[at] for at in indices],
            labels=None if self.labels is None else self.labels[places],
            pad_id=self.pad_id,
            truncated=self.truncated,
            labelled=None if self.labelled is None else self.labelled[places],
        )

    def with_unlabelled(self, others: Features) -> Features:
        """These labelled examples and then ``others``, whose labels, if any, are dropped.

        Raises:
            DataError: these have no labels.
        """
        if self.labels is None:
            raise DataError("the examples that unlabelled ones join must have labels, have none.")
        count = len(others)
        return Features(
            input_ids=self.input_ids + others.input_ids,
            token_type_ids=self.token_type_ids + others.token_type_ids,
            labels=np.concatenate([self.labels, np.zeros(count, self.labels.dtype)]),
            pad_id=self.pad_id,
            truncated=self.truncated + others.truncated,
            labelled=np.arange(len(self) + count) < len(self),
        )

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
    on_progress: Callable[[int, int], None] | None = None,
) -> Features:
    """Tokenize examples, each cut to ``max_length`` word pieces (of a pair, the longer text first).

    ``on_progress`` is called with the number of examples done and the number of all.
    """
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


def _chunk(examples: Examples, indices: Sequence[int]) -> tuple[list[str], list[str] | None]:
    texts = [examples.texts[at] for at in indices]
    return texts, None if examples.pairs is None else [examples.pairs[at] for at in indices]
