"""From dequantized outputs to answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tfbert_edge.errors import DataError


@dataclass(frozen=True)
class LabelScore:
    """A label and its probability."""

    label: str
    score: float


@dataclass(frozen=True)
class ClassificationResult:
    """The label decided for, its probability, and the first ``top_k`` labels, the likeliest first."""

    label: str
    score: float
    scores: tuple[LabelScore, ...]


@dataclass(frozen=True)
class RegressionResult:
    """The value that the model gives."""

    value: float


def label_scores(
    probabilities: np.ndarray, labels: Sequence[str], top_k: int | None = None
) -> list[LabelScore]:
    """Pair probabilities with labels, the likeliest first; of equals, the first in ``labels`` comes first.

    Args:
        probabilities: float, (C,) or (1, C).
        labels: C names.
        top_k: how many to return; None for all.

    Raises:
        DataError: as many probabilities as labels are needed, and ``top_k`` of at least 1.
    """
    flat = np.asarray(probabilities).reshape(-1)
    if flat.size != len(labels):
        raise DataError(f"the model gives {flat.size} probabilities, but there are {len(labels)} labels.")
    if top_k is not None and top_k < 1:
        raise DataError(f"top_k must be at least 1, it was {top_k}.")
    order = np.argsort(-flat, kind="stable")[:top_k]
    return [LabelScore(labels[index], float(flat[index])) for index in order]


def classification_result(
    probabilities: np.ndarray, labels: Sequence[str], top_k: int | None = None
) -> ClassificationResult:
    """Decide for the likeliest label; see `label_scores`."""
    scores = label_scores(probabilities, labels, top_k)
    return ClassificationResult(label=scores[0].label, score=scores[0].score, scores=tuple(scores))


def regression_value(outputs: np.ndarray) -> float:
    """Return the one number in ``outputs``, float, (1,) or (1, 1).

    Raises:
        DataError: more or fewer than one number.
    """
    flat = np.asarray(outputs).reshape(-1)
    if flat.size != 1:
        raise DataError(f"a regression model must give 1 number, it gave {flat.size}.")
    return float(flat[0])


def regression_result(outputs: np.ndarray) -> RegressionResult:
    """Wrap the one number in ``outputs``; see `regression_value`."""
    return RegressionResult(regression_value(outputs))


def as_json(result: Any) -> dict[str, Any]:
    """Return a result, a dataclass, in plain JSON values."""
    return {name: _plain(value) for name, value in asdict(result).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
