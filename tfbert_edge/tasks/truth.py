"""What is true of examples, with what an answer to them is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tfbert_edge.runtime.reading import Rows


@dataclass(frozen=True)
class Truth:
    """N examples as a task reads them.

    Attributes:
        labels: (N,) or (N, ...), as the task encodes them; objects where an example's truth is more than numbers.
        texts: the texts, or None where the task answers from the outputs alone.
        pairs: the second texts, or None where there are none.
        rows: the rows that the network reads of each example, or None where that is one row each, in order.
    """

    labels: np.ndarray
    texts: Sequence[str] | None = None
    pairs: Sequence[str] | None = None
    rows: Sequence[Rows] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, indices: Sequence[int] | np.ndarray) -> Truth:
        """The examples at ``indices``, in their order."""
        return Truth(
            self.labels[np.asarray(indices, np.int64)],
            None if self.texts is None else [self.texts[at] for at in indices],
            None if self.pairs is None else [self.pairs[at] for at in indices],
            None if self.rows is None else [self.rows[at] for at in indices],
        )

    def pair(self, index: int) -> str | None:
        """The second text of an example, or None."""
        return None if self.pairs is None else self.pairs[index]

    @cached_property
    def starts(self) -> np.ndarray:
        """The place of each example's first row among all rows, and the number of rows at the end: int (N + 1,)."""
        counts = [1] * len(self) if self.rows is None else [len(rows) for rows in self.rows]
        return np.concatenate([[0], np.cumsum(counts)])
