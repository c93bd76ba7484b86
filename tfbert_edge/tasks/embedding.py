"""Texts as vectors whose angle says how alike they are (Reimers and Gurevych 2019, "Sentence-BERT")."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.runtime.embedding_reader import normalized
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.tasks.base import Task, Where, nowhere
from tfbert_edge.tasks.metrics import correlations
from tfbert_edge.tasks.pooling import EMBEDDING, pooling_head
from tfbert_edge.tasks.regression import checked_range, scores_within
from tfbert_edge.tasks.truth import Truth

SIMILARITY_TOLERANCE = 0.05
"""Two outputs agree on a pair of texts where its two cosines differ by at most this."""

LEAST_COSINE = 0.98
"""Two outputs agree on a single text where the angle between its two vectors is at most 11 degrees."""


class Embedding(Task):
    """Outputs are the pooled states of a text's pieces, of any length; answers are their directions.

    An example is a pair of texts, two rows, with a score of how alike they are. Texts without a score can be learnt from
    another network's answers, and calibrated with.
    """

    name: ClassVar[str] = "embedding"
    loss: ClassVar[str] = "pair_cosine"
    output_activation: ClassVar[str] = "linear"
    distance: ClassVar[str] = "directions"
    primary_metric: ClassVar[str] = "spearman"
    metric_names: ClassVar[tuple[str, ...]] = ("pearson", "spearman")
    rows_together: ClassVar[int] = 2

    def __init__(self, pooling: str = "mean", range: tuple[float, float] = (0.0, 1.0)) -> None:
        """
        Args:
            pooling: mean (over the text's pieces) or cls (the state of [CLS]).
            range: the scores that stand for cosines of 0 and 1.

        Raises:
            DataError: no such pooling, or the lowest score is not below the highest.
        """
        self.pooling = pooling
        self.range = checked_range(range)
        self.head = pooling_head(EMBEDDING, pooling)  # type: ignore[misc]  # of the class in other tasks, which have one head

    @property
    def num_outputs(self) -> int:
        """None of the task's own: a vector is as wide as the network."""
        return 0

    @property
    def parameters(self) -> dict[str, Any]:
        """Pooling and range."""
        return {"pooling": self.pooling, "range": list(self.range)}

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """The scores, float32 (N,); NaN, of texts that have none, stays.

        Raises:
            DataError: a score is missing, not a number, or outside the range; the message says where.
        """
        unscored = np.array([isinstance(value, float) and math.isnan(value) for value in values], bool)
        lowest = self.range[0]
        known = [lowest if none else value for value, none in zip(values, unscored, strict=True)]
        return np.where(unscored, np.float32(np.nan), scores_within(known, self.range, where))

    def row_labels(self, label: Any, rows: Rows) -> Sequence[Any]:
        """The cosine that the score stands for, for each of a pair's rows."""
        lowest, highest = self.range
        return [np.float32((label - lowest) / (highest - lowest))] * len(rows)

    def label_json(self, label: Any) -> float | None:
        """The score; None where there is none."""
        return None if np.isnan(label) else float(label)

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[np.ndarray]:
        """The vectors of each example's texts, float64 (1, h) or (2, h), of length 1."""
        return np.split(normalized(outputs), truth.starts[1:-1])

    def similarities(self, outputs: np.ndarray, truth: Truth) -> np.ndarray:
        """The cosine of each pair, float64 (N,); NaN of single texts."""
        return np.array([_similarity(vectors) for vectors in self.answers(outputs, truth)])

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Pearson and Spearman correlation of cosines and scores."""
        return correlations(truth.labels, self.similarities(outputs, truth))

    def same(self, answer: Any, other: Any) -> bool:
        """Whether a pair's cosines differ by at most 0.05; of a single text, whether both vectors point in one direction."""
        if len(answer) == 2:
            return bool(abs(_similarity(answer) - _similarity(other)) <= SIMILARITY_TOLERANCE)
        return bool(answer[0] @ other[0] >= LEAST_COSINE)

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[float, float]:
        """The cosine, twice."""
        return _similarity(answer), _similarity(answer)


def _similarity(vectors: np.ndarray) -> float:
    return float(vectors[0] @ vectors[1]) if len(vectors) == 2 else math.nan
