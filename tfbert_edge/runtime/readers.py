"""The tasks that a bundle can be of, each with its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfbert_edge.runtime.decode import (
    ClassificationResult,
    RegressionResult,
    classification_result,
    regression_result,
)
from tfbert_edge.runtime.embedding_reader import EmbeddingReader
from tfbert_edge.runtime.intent_slots_reader import IntentSlotsReader
from tfbert_edge.runtime.multi_label_reader import MultiLabelReader
from tfbert_edge.runtime.question_answering_reader import QuestionAnsweringReader
from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.summarization_reader import SummarizationReader
from tfbert_edge.runtime.token_classification_reader import TokenClassificationReader


class ClassificationReader(Reader):
    """One label for a text or a pair, from the labels' probabilities."""

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> ClassificationResult:
        return classification_result(outputs[0], self.labels, top_k)


class RegressionReader(Reader):
    """A number for a text or a pair."""

    def width(self, spec: OutputSpec) -> int | None:
        return 1

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> RegressionResult:
        return regression_result(outputs[0])


READERS: dict[str, type[Reader]] = {
    "classification": ClassificationReader,
    "embedding": EmbeddingReader,
    "multi_label": MultiLabelReader,
    "intent_slots": IntentSlotsReader,
    "question_answering": QuestionAnsweringReader,
    "regression": RegressionReader,
    "summarization": SummarizationReader,
    "token_classification": TokenClassificationReader,
}


def make_reader(task: str, labels: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> Reader:
    """The reader of ``task``, a key of `READERS`."""
    return READERS[task](labels, settings)
