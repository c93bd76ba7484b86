"""A number for a text or a pair of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.tasks.base import Task, Where, nowhere
from tfbert_edge.tasks.metrics import regression_metrics
from tfbert_edge.tasks.pooling import CLASSIFYING, named, pooling_head
from tfbert_edge.tasks.truth import Truth

AGREEMENT_SHARE = 0.05
"""Two values agree where they differ by at most this share of the range: a quarter point of 0 to 5."""


class Regression(Task):
    """The output is the value itself, on the scale of the labels."""

    name: ClassVar[str] = "regression"
    head: ClassVar[str] = "classification"
    loss: ClassVar[str] = "mean_squared_error"
    output_activation: ClassVar[str] = "linear"
    distance: ClassVar[str] = "values"
    primary_metric: ClassVar[str] = "spearman"
    metric_names: ClassVar[tuple[str, ...]] = ("pearson", "spearman", "mse")
    lower_is_better: ClassVar[frozenset[str]] = frozenset({"mse"})

    def __init__(self, range: tuple[float, float], pooling: str = "cls") -> None:
        """
        Args:
            range: the lowest and the highest score.
            pooling: what the score is read from: cls (the state of [CLS]) or mean (over the text's pieces).

        Raises:
            DataError: the lowest value is not below the highest, or there is no such pooling.
        """
        self.range = checked_range(range)
        self.pooling = pooling
        self.head = pooling_head(CLASSIFYING, pooling)  # type: ignore[misc]

    @property
    def num_outputs(self) -> int:
        """One."""
        return 1

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """The values, float32 (N,).

        Raises:
            DataError: a value is missing, not a number, or outside the range; the message says where.
        """
        return scores_within(values, self.range, where)

    def decide(self, outputs: np.ndarray) -> np.ndarray:
        """The values, float (N,)."""
        return np.asarray(outputs).reshape(-1)

    @property
    def parameters(self) -> dict[str, Any]:
        """The range and, where it is not the usual, the pooling."""
        return {"range": list(self.range), **named(self.pooling)}

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[float]:
        """As `decide`, a list."""
        return [float(value) for value in self.decide(outputs)]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Pearson and Spearman correlation and the mean squared error."""
        return regression_metrics(truth.labels, self.decide(outputs))

    def same(self, answer: Any, other: Any) -> bool:
        """Whether two values differ by at most 5% of the range."""
        return bool(abs(answer - other) <= AGREEMENT_SHARE * (self.range[1] - self.range[0]))

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[float, float]:
        """The value, twice."""
        return answer, answer


def checked_range(limits: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest as floats.

    Raises:
        DataError: the lowest value is not below the highest.
    """
    lowest, highest = (float(limit) for limit in limits)
    if not lowest < highest:
        raise DataError(f"the range of scores must be [lowest, highest], was [{lowest:g}, {highest:g}].")
    return lowest, highest


def scores_within(values: Sequence[Any], limits: tuple[float, float], where: Where) -> np.ndarray:
    """The values as float32 (N,).

    Raises:
        DataError: a value is missing, not a number, or outside the limits; the message says where.
    """
    lowest, highest = limits
    encoded = np.empty(len(values), np.float32)
    for row, value in enumerate(values):
        if value is None or str(value).strip() in ("", "nan"):
            raise DataError(f"{where(row)} has no score. Give it one, or leave the row out.")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise DataError(f"{where(row)} has the score {value!r}, which must be a number.") from None
        if not lowest <= number <= highest:
            raise DataError(
                f"{where(row)} has the score {number:g}, which must be between {lowest:g} and "
                f"{highest:g}. Correct it, or widen task.range."
            )
        encoded[row] = number
    return encoded
