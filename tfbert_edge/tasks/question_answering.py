"""The part of a context that answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.question_answering_reader import MAX_ANSWER_LENGTH, Answer, context_pieces
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tokenizer import Encoding
from tfbert_edge.tasks.base import ReadTask, Where, nowhere
from tfbert_edge.tasks.squad_metrics import answer_scores, best_threshold, most_agreed, normalized_answer
from tfbert_edge.tasks.truth import Truth

NO_ANSWER = "(no answer)"
"""What a person reads where there is none."""


class QuestionAnswering(ReadTask):
    """Outputs are two logits a piece: of beginning and of ending the answer (Devlin et al. 2019, section 4.2).

    The truth of a question is ``{"text": [...], "answer_start": [...]}``, as the hub's SQuAD has it: all gold answers, none
    where the context holds none. A network learns the answer that agrees best with the others. In a window that does not hold
    all of it, [CLS] begins and ends the answer.
    """

    name: ClassVar[str] = "question_answering"
    head: ClassVar[str] = "span"
    loss: ClassVar[str] = "span_cross_entropy"
    distance: ClassVar[str] = "positions"
    primary_metric: ClassVar[str] = "f1"
    metric_names: ClassVar[tuple[str, ...]] = ("f1", "exact_match")

    def __init__(
        self,
        no_answer: bool,
        max_answer_length: int = MAX_ANSWER_LENGTH,
        null_threshold: float | None = None,
    ) -> None:
        """
        Args:
            no_answer: whether a question may have no answer in its context.
            max_answer_length: word pieces in an answer.
            null_threshold: the score that a span needs to be an answer; None: `calibrated` chooses it, where it is needed.
        """
        self.no_answer = no_answer
        self.max_answer_length = max_answer_length
        self.null_threshold = null_threshold

    @property
    def num_outputs(self) -> tuple[int, int]:
        """One of beginning, one of ending."""
        return 1, 1

    @property
    def settings(self) -> dict[str, Any]:
        """The longest answer, and the threshold where there is one."""
        threshold = self.null_threshold if self.no_answer else None
        more = {} if threshold is None else {"thresholds": {"no_answer": threshold}}
        return {"max_answer_length": self.max_answer_length, **more}

    @property
    def parameters(self) -> dict[str, Any]:
        """All three."""
        return {
            "no_answer": self.no_answer,
            "max_answer_length": self.max_answer_length,
            "null_threshold": self.null_threshold,
        }

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """Whether a question has no answer."""
        return {"no_answer": any(not read_answers(value)["text"] for value in values)}

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """The gold answers of each question, as `read_answers` has them: objects (N,).

        Raises:
            DataError: answers are of another form, or a question has none and each must have one; the message says where.
        """
        encoded = np.empty(len(values), object)
        for row, value in enumerate(values):
            try:
                encoded[row] = read_answers(value)
            except ValueError as error:
                raise DataError(f"{where(row)}: {error}") from None
            if not encoded[row]["text"] and not self.no_answer:
                raise DataError(
                    f"{where(row)} has no answer, and task.no_answer is false. Give it one, leave it out, or set "
                    "task.no_answer to true and train on such questions."
                )
        return encoded

    def row_labels(self, label: Any, rows: Rows) -> list[np.ndarray]:
        """For each row the places of the answer's first and last piece, int32 (2,); of [CLS] where the row does not hold it."""
        if not label["text"]:
            return [np.zeros(2, np.int32) for _ in rows]
        chosen = most_agreed(label["text"])
        begin = label["answer_start"][chosen]
        end = begin + len(label["text"][chosen])
        touching = [_touching(row, begin, end) for row in rows]
        edges = [_edges(row, at) for row, at in zip(rows, touching, strict=True) if at]
        # What all rows together hold of the answer is all of it.
        whole = (min(first for first, _ in edges), max(last for _, last in edges)) if edges else None
        return [
            np.array([at[0], at[-1]] if at and _edges(row, at) == whole else [0, 0], np.int32)
            for row, at in zip(rows, touching, strict=True)
        ]

    def calibrated(self, outputs: np.ndarray, truth: Truth) -> QuestionAnswering:
        """The same task with the threshold that gives the highest F1; itself where there is one, or no need of one."""
        if not self.no_answer or self.null_threshold is not None:
            return self
        _, _, threshold = self._decided(self.results(outputs, truth), truth)
        return QuestionAnswering(self.no_answer, self.max_answer_length, threshold)

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[str]:
        """The text of each answer; empty where there is none."""
        return [result.answer for result in self.results(outputs, truth)]

    def same(self, answer: Any, other: Any) -> bool:
        """Whether two answers match exactly, by the evaluators' rules."""
        return normalized_answer(answer) == normalized_answer(other)

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[Any, float | None]:
        """The answer."""
        return answer or NO_ANSWER, None

    def shown_label(self, label: Any, text: str) -> str:
        """The different gold answers."""
        return " | ".join(dict.fromkeys(label["text"])) or NO_ANSWER

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """F1 and exact match; where questions may have no answer, also of both kinds of questions apart.

        Until there is a threshold, the best one for these outputs is taken. All are shares, from 0 to 1.
        """
        results = self.results(outputs, truth)
        exact, f1, threshold = self._decided(results, truth)
        figures = {"f1": float(f1.mean()), "exact_match": float(exact.mean())}
        if not self.no_answer:
            return figures
        has = _has_answer(truth)
        for kind, chosen in (("has_answer", has), ("no_answer", ~has)):
            if chosen.any():
                figures[f"f1_{kind}"] = float(f1[chosen].mean())
                figures[f"exact_match_{kind}"] = float(exact[chosen].mean())
        return figures if self.null_threshold is not None else {**figures, "null_threshold": threshold}

    def _decided(self, results: Sequence[Answer], truth: Truth) -> tuple[np.ndarray, np.ndarray, float]:
        """Exact match and F1 of each question, and the threshold by which it is answered or not."""
        scored = np.array(
            [
                answer_scores(result.answer, label["text"], no_answer=self.no_answer)
                for result, label in zip(results, truth.labels, strict=True)
            ]
        )
        exact, f1 = scored[:, 0], scored[:, 1]
        if not self.no_answer or self.null_threshold is not None:
            return exact, f1, self.null_threshold or 0.0
        scores, unanswered = np.array([result.score for result in results]), 1.0 - _has_answer(truth)
        threshold = best_threshold(scores, f1, unanswered)
        answered = scores >= threshold
        return np.where(answered, exact, unanswered), np.where(answered, f1, unanswered), threshold


def read_answers(value: Any) -> dict[str, list[Any]]:
    """Gold answers as ``{"text": [...], "answer_start": [...]}``, from that or from a list of ``{"text", "answer_start"}``.

    Raises:
        ValueError: they are of neither form; the message says how.
    """
    if isinstance(value, list | tuple) and all(isinstance(one, dict) for one in value):
        value = {name: [one.get(name) for one in value] for name in ("text", "answer_start")}
    if not isinstance(value, dict) or not {"text", "answer_start"} <= value.keys():
        was = "nothing" if value is None else f"{value!r:.60}"
        raise ValueError(
            f"answers must be {{text: [...], answer_start: [...]}}, or a list of {{text, answer_start}}; it was {was}."
        )
    texts, starts = value["text"], value["answer_start"]
    whole = isinstance(texts, list) and isinstance(starts, list) and len(texts) == len(starts)
    if not whole or not all(isinstance(one, str) for one in texts):
        raise ValueError("answers must have as many texts as answer_start, each a string.")
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in starts):
        raise ValueError(f"answer_start must be whole numbers, they were {starts!r:.60}.")
    return {"text": list(texts), "answer_start": list(starts)}


def _has_answer(truth: Truth) -> np.ndarray:
    """Which questions have a gold answer that the evaluators count, bool (N,)."""
    return np.array([any(normalized_answer(text) for text in label["text"]) for label in truth.labels], bool)


def _touching(row: Encoding, begin: int, end: int) -> list[int]:
    """The places of the pieces that hold something of ``context[begin:end]``."""
    pieces = context_pieces(row)
    places = enumerate(row.offsets[pieces], pieces.start)
    return [at for at, (first, last) in places if first < end and last > begin]


def _edges(row: Encoding, places: Sequence[int]) -> tuple[int, int]:
    """Where the first of these pieces begins in the context, and the last one ends."""
    return row.offsets[places[0]][0], row.offsets[places[-1]][1]
