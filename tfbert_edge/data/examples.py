"""Examples: texts with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Examples:
    """N texts, or pairs of texts, and what is true of them.

    ``ids`` are different from each other. ``labels``, (N,) or (N, ...), are as the task encodes them, or None.
    """

    ids: list[str]
    texts: list[str]
    pairs: list[str] | None
    labels: np.ndarray | None

    def __post_init__(self) -> None:
        others = {"texts": self.texts, "pairs": self.pairs, "labels": self.labels}
        for name, values in others.items():
            if values is not None and len(values) != len(self.ids):
                raise ValueError(f"{name} must be as many as ids ({len(self.ids)}), they are {len(values)}")

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, indices: Sequence[int] | np.ndarray) -> Examples:
        """The examples at ``indices``, in their order."""
        return Examples(
            ids=[self.ids[at] for at in indices],
            texts=[self.texts[at] for at in indices],
            pairs=None if self.pairs is None else [self.pairs[at] for at in indices],
            labels=None if self.labels is None else self.labels[np.asarray(indices, dtype=np.int64)],
        )

    def in_both_orders(self) -> Examples:
        """These pairs and, after them, each with its texts the other way round and the same label.

        Raises:
            ValueError: these are no pairs.
        """
        if self.pairs is None:
            raise ValueError("single texts have no order")
        return Examples(
            ids=self.ids + [f"{name}-swapped" for name in self.ids],
            texts=self.texts + self.pairs,
            pairs=self.pairs + self.texts,
            labels=None if self.labels is None else np.concatenate([self.labels, self.labels]),
        )

    def all_texts(self) -> list[str]:
        """First and second texts in one list."""
        return self.texts + (self.pairs or [])
