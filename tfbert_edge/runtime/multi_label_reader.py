"""Any number of labels for a text or a pair of texts, each by a threshold of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge.runtime.decode import LabelScore, label_scores
from tfbert_edge.runtime.reading import Reader, Rows

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class MultiLabelResult:
    """The labels decided for, the likeliest first, and the first ``top_k`` of all labels with their probabilities."""

    labels: tuple[str, ...]
    scores: tuple[LabelScore, ...]


class MultiLabelReader(Reader):
    """The labels whose probability, as a double, is at least ``settings["thresholds"][label]``; 0.5 where there is none."""

    def __init__(self, labels: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
        super().__init__(labels, settings)
        given = self.settings.get("thresholds") or {}
        self.thresholds = np.array([float(given.get(label, DEFAULT_THRESHOLD)) for label in self.labels])

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Which labels a text has: float (..., C) -> bool (..., C)."""
        return np.asarray(np.asarray(probabilities, np.float64) >= self.thresholds)

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> MultiLabelResult:
        scores = label_scores(outputs[0], self.labels)
        chosen = {label for label, has in zip(self.labels, self.decide(outputs[0]), strict=True) if has}
        return MultiLabelResult(
            labels=tuple(score.label for score in scores if score.label in chosen),
            scores=tuple(label_scores(outputs[0], self.labels, top_k)),
        )
