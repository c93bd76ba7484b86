"""What every task answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

Where = Callable[[int], str]
"""Says where value i was written, as ``train.csv, row 7``."""


def nowhere(index: int) -> str:
    """Name a value by its number alone, counted from 1."""
    return f"example {index + 1}"


class Task(ABC):
    """Labels, head, loss, metrics and decoding of one kind of answer."""

    name: ClassVar[str]
    head: ClassVar[str]
    """The network's head, as models.heads calls it."""
    loss: ClassVar[str]
    """A key of training.losses.LOSSES."""
    output_activation: ClassVar[str]
    """What export appends to the logits: softmax or linear."""
    primary_metric: ClassVar[str]
    """The metric by which the best checkpoint, the gates and the forms are compared."""
    metric_names: ClassVar[tuple[str, ...]]
    """The metrics that are one number."""
    lower_is_better: ClassVar[frozenset[str]] = frozenset()
    """Those of them that fall as the model gets better."""

    labels: tuple[str, ...] = ()
    """In the order of the outputs; none in regression."""

    @property
    @abstractmethod
    def num_outputs(self) -> int:
        """C, the number of logits of an example."""

    @abstractmethod
    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """Labels as the loss takes them, (N,).

        Raises:
            DataError: a label is missing or unknown; the message says where.
        """

    @abstractmethod
    def decide(self, outputs: np.ndarray) -> np.ndarray:
        """The decision for each row of outputs (N, C): (N,)."""

    @abstractmethod
    def metrics(self, outputs: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
        """Figures of outputs (N, C) against labels (N,), in plain JSON values."""

    @abstractmethod
    def agreement(self, outputs: np.ndarray, reference: np.ndarray) -> float:
        """The share of examples on which two outputs, each (N, C), come to one decision."""

    @abstractmethod
    def decode(self, outputs: np.ndarray, top_k: int | None = None) -> list[Any]:
        """The answer for each row of outputs (N, C), as the runtime gives it."""

    def is_better(self, metric: str, figure: float, best: float) -> bool:
        """Whether ``figure`` is better than ``best`` by this metric."""
        return figure < best if metric in self.lower_is_better else figure > best
