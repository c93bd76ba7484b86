"""The sentences of a document that make its summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.sentences import sentence_spans
from tfbert_edge.runtime.summarization_reader import SentenceRow, SummarizationReader, sentence_logits
from tfbert_edge.tasks.base import IGNORED, ReadTask, Where, nowhere
from tfbert_edge.tasks.rouge import KINDS, lead, mean_rouge
from tfbert_edge.tasks.truth import Truth


@dataclass(frozen=True)
class Reference:
    """What is true of a document: a summary, and the numbers of the sentences that stand for it."""

    summary: str
    sentences: tuple[int, ...]


class Summarization(ReadTask):
    """A logit for each sentence, the mean of its pieces'; labels are 1 for the sentences of the reference, 0 for the others.

    Values are ``{"summary": text, "sentences": [numbers]}``, the sentences by their numbers in the document, from 0.
    """

    name: ClassVar[str] = "summarization"
    loss: ClassVar[str] = "sentence_cross_entropy"
    distance: ClassVar[str] = "segments"
    primary_metric: ClassVar[str] = "rouge1"
    metric_names: ClassVar[tuple[str, ...]] = KINDS
    labels_per_piece: ClassVar[bool] = True
    reader: SummarizationReader

    def __init__(
        self,
        sentences: float | None = None,
        words: float | None = None,
        trigram_blocking: bool = True,
        frequency_levels: int | None = None,
    ) -> None:
        """
        Args:
            sentences: how many sentences a summary has, or, below 1, which share of the document's.
            words: in place of it, how many words it may have, or which share of the document's.
            trigram_blocking: whether a sentence that repeats three words in a row of another is left out.
            frequency_levels: in how many levels the network is told how often a piece stands in the document, see
                `SummarizationReader`; None: not at all.

        Raises:
            DataError: both limits are given, or none.
        """
        if (sentences is None) == (words is None):
            raise DataError(
                "a summarization needs one limit, sentences or words; "
                f"they were {sentences} and {words}. Set task.sentences or task.words."
            )
        self.sentences = sentences
        self.words = words
        self.trigram_blocking = trigram_blocking
        self.frequency_levels = frequency_levels

    @property
    def num_outputs(self) -> int:
        """One, of each piece."""
        return 1

    @property
    def settings(self) -> dict[str, Any]:
        """The limit and the levels that are set, and whether repetition is blocked."""
        given = {
            "sentences": self.sentences,
            "words": self.words,
            "trigram_blocking": self.trigram_blocking,
            "frequency_levels": self.frequency_levels,
        }
        return {name: value for name, value in given.items() if value is not None}

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """A `Reference` of each value, objects (N,).

        Raises:
            DataError: a summary is missing; the message says where.
        """
        encoded = np.empty(len(values), object)
        for row, value in enumerate(values):
            if not isinstance(value, dict) or not str(value.get("summary") or "").strip():
                raise DataError(f"{where(row)} has no summary. Give it one, or leave the row out.")
            encoded[row] = Reference(str(value["summary"]), tuple(map(int, value["sentences"])))
        return encoded

    def label_json(self, label: Any) -> dict[str, Any]:
        """The value that it was encoded from."""
        return {"summary": label.summary, "sentences": list(label.sentences)}

    def row_labels(self, label: Any, rows: Rows) -> list[np.ndarray]:
        """For each row int32 (n,): 1 or 0 at a sentence's [CLS], `IGNORED` at every other piece.

        Raises:
            DataError: the document has no sentence.
        """
        found = []
        chosen = set(label.sentences)
        for row in rows:
            assert isinstance(row, SentenceRow)  # as the reader makes them
            labels = np.full(len(row.ids), IGNORED, np.int32)
            for number, mark in zip(row.sentences, row.marks, strict=True):
                labels[mark] = number in chosen
            found.append(labels)
        if not any(row.marks for row in rows):  # type: ignore[attr-defined]
            raise DataError(
                "the document has no sentence: nothing in it is a word piece. Fill or drop the row."
            )
        return found

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[tuple[int, ...]]:
        """The numbers of the sentences chosen, rising."""
        texts, starts = _texts(truth), truth.starts
        assert truth.rows is not None
        return [
            tuple(self.reader.choose(text, rows, list(outputs[starts[at] : starts[at + 1]])))
            for at, (text, rows) in enumerate(zip(texts, truth.rows, strict=True))
        ]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """ROUGE-1, 2 and L F1 of the summaries (rouge-score, no stemming), means over the documents; beside them

        - ``lead_...``: of the beginning of each document, with as many words as the summary chosen has;
        - ``oracle_...``: of the sentences that stand for the reference, which the network learns to choose.
        """
        texts = _texts(truth)
        chosen = [
            _joined(text, numbers) for text, numbers in zip(texts, self.answers(outputs, truth), strict=True)
        ]
        best = [_joined(text, label.sentences) for text, label in zip(texts, truth.labels, strict=True)]
        first = [lead(text, summary) for text, summary in zip(texts, chosen, strict=True)]
        references = [label.summary for label in truth.labels]
        return {
            **mean_rouge(zip(references, chosen, strict=True)),
            **mean_rouge(zip(references, first, strict=True), "lead_"),
            **mean_rouge(zip(references, best, strict=True), "oracle_"),
        }

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, truth: Truth) -> float:
        """The share of sentences of which both say that they belong to the summary, or both that they do not.

        A summary is a decision about each sentence of a document; `same` tells where all of them are equal.
        """
        assert truth.rows is not None
        same = counted = 0
        pairs = zip(self.answers(outputs, truth), self.answers(reference, truth), truth.rows, strict=True)
        for ours, theirs, rows in pairs:
            read = {number for row in rows for number in row.sentences}  # type: ignore[attr-defined]
            same += len(read) - len(set(ours) ^ set(theirs))
            counted += len(read)
        return same / max(counted, 1)

    def compared(self, outputs: np.ndarray, truth: Truth) -> np.ndarray:
        """The logits of sentences in each row, float (M,)."""
        assert truth.rows is not None
        rows = [row for rows in truth.rows for row in rows]
        return np.concatenate([sentence_logits(row, one) for one, row in zip(outputs, rows, strict=True)])  # type: ignore[arg-type]

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[str, None]:
        """The numbers of the sentences, counted from 1."""
        return _counted(answer), None

    def shown_label(self, label: Any, text: str) -> str:
        """As `shown`, of the sentences that stand for the reference."""
        return _counted(label.sentences)


def _counted(numbers: Sequence[int]) -> str:
    return ", ".join(str(number + 1) for number in numbers)


def _texts(truth: Truth) -> Sequence[str]:
    if truth.texts is None or truth.rows is None:
        raise ValueError("a summarization answers from texts and rows, the truth has none")
    return truth.texts


def _joined(text: str, numbers: Sequence[int]) -> str:
    spans = sentence_spans(text)
    return " ".join(text[slice(*spans[number])] for number in numbers)
