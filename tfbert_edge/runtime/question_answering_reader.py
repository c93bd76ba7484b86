"""The part of a context that answers a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.spans import best_spans
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer

MAX_ANSWER_LENGTH = 30
"""Pieces in an answer, where the settings do not say."""
QUESTION_SHARE = 3
"""A question has at most one part in so many of a row; a longer one is cut, so that the context has room."""
SPECIAL_PIECES = 3
_WHOLE = 1 << 30


@dataclass(frozen=True)
class AnswerSpan:
    """``context[begin:end]``, in code points, and how much likelier it is than no answer, as a difference of logits."""

    answer: str
    begin: int
    end: int
    score: float


@dataclass(frozen=True)
class Answer:
    """The part ``context[begin:end]`` of a context that answers a question; empty, from 0 to 0, where nothing does.

    Attributes:
        score: of the best span; how much likelier it is than no answer, as a difference of logits.
        alternatives: the best other spans, up to as many as were asked for; all of them where there is no answer.
    """

    answer: str
    begin: int
    end: int
    score: float
    alternatives: tuple[AnswerSpan, ...] = ()


class QuestionAnsweringReader(Reader):
    """Reads a question (the text) and a context (its pair) as [CLS] question [SEP] window [SEP].

    A context that does not fit is read in windows that share ``tokenizer.settings.stride`` pieces, or half a window where that
    is less. The outputs are logits of each piece, of beginning and of ending the answer.

    The score of a span in a window is ``start[first] + end[last] - (start[CLS] + end[CLS])``, as Alberti et al. 2019 ("A BERT
    baseline for the Natural Questions", section 4) have it: [CLS] is where training puts the answer of a window that holds
    none, so the scores of different windows are of one measure. The best span over all windows is the answer; a span that
    two windows hold has the higher of its scores. Of equals, the earlier window's comes first, then the one that begins first,
    then the shorter one. Scores are sums of doubles.

    ``settings["max_answer_length"]`` limits spans, in pieces. ``settings["thresholds"]["no_answer"]``, where there is one, is
    the score from which a span counts as an answer; below it there is none. A question or a context without any piece has
    no answer either.
    """

    outputs: ClassVar[tuple[OutputSpec, ...]] = (
        OutputSpec("start", per_piece=True),
        OutputSpec("end", per_piece=True),
    )
    cuts: ClassVar[bool] = False
    paired: ClassVar[bool | None] = True

    def __init__(self, labels: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
        super().__init__(labels, settings)
        self.max_answer_length = int(self.settings.get("max_answer_length", MAX_ANSWER_LENGTH))
        threshold = (self.settings.get("thresholds") or {}).get("no_answer")
        self.threshold = None if threshold is None else float(threshold)
        self._last_context: tuple[Tokenizer, str, Encoding] | None = None

    def width(self, spec: OutputSpec) -> int | None:
        """Any number: the last axis is that of the pieces."""
        return None

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        """[CLS] question [SEP] window [SEP] for each window of the context; offsets are those of each piece's own text.

        Raises:
            DataError: there is no context, or no room for one piece of each beside the special ones.
        """
        if pair is None:
            raise DataError("a question needs a context: give it as the second text.")
        inner = max_length - SPECIAL_PIECES
        if inner < 2:
            raise DataError(
                f"max_length must be {SPECIAL_PIECES + 2} or more, for a piece of question and context; it was {max_length}."
            )
        question = tokenizer.encode(text, max_length=_WHOLE)
        context = self._context(pair, tokenizer)
        asked = min(len(question.ids) - 2, max(1, inner // QUESTION_SHARE))
        room = inner - asked
        step = room - min(tokenizer.settings.stride, room // 2)
        head, separator = question.ids[: asked + 1], question.ids[-1]
        offsets = [*question.offsets[: asked + 1], (0, 0)]
        rows = []
        for begin in _window_starts(len(context.ids) - 2, room, step):
            window = slice(1 + begin, min(1 + begin + room, len(context.ids) - 1))
            ids = [*head, separator, *context.ids[window], separator]
            segments = [0] * (asked + 2) + [1] * (len(ids) - asked - 2)
            rows.append(Encoding(ids, segments, [*offsets, *context.offsets[window], (0, 0)]))
        return rows

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> Answer:
        """The best span; with ``top_k``, up to so many spans are told, the answer among them.

        ``outputs`` are float (n, 2) for each row: logits of beginning and of ending the answer.
        """
        if top_k is not None and top_k < 1:
            raise DataError(f"top_k must be at least 1, it was {top_k}.")
        spans = self.spans(pair or "", rows, outputs, count=top_k or 1)
        best = spans[0] if spans else AnswerSpan("", 0, 0, 0.0)
        if not spans or (self.threshold is not None and best.score < self.threshold):
            return Answer("", 0, 0, best.score, tuple(spans))
        return Answer(best.answer, best.begin, best.end, best.score, tuple(spans[1:]))

    def spans(
        self, context: str, rows: Rows, outputs: Sequence[np.ndarray], *, count: int
    ) -> list[AnswerSpan]:
        """The ``count`` best different spans over all windows, the best first; none where there is nothing to read."""
        found: list[tuple[float, tuple[int, int]]] = []
        for row, logits in zip(rows, outputs, strict=True):
            pieces = context_pieces(row)
            if pieces.start == 2:  # [CLS] [SEP]: nothing is asked.
                continue
            values = np.asarray(logits, np.float64)
            best = best_spans(
                values[pieces, 0], values[pieces, 1], longest=self.max_answer_length, count=count
            )
            none = values[0, 0] + values[0, 1]
            for first, last, score in zip(*best, strict=True):
                place = (row.offsets[pieces.start + first][0], row.offsets[pieces.start + last][1])
                found.append((float(score - none), place))
        found.sort(key=lambda one: -one[0])
        different: dict[tuple[int, int], float] = {}
        for score, place in found:
            different.setdefault(place, score)
        return [
            AnswerSpan(context[begin:end], begin, end, score)
            for (begin, end), score in list(different.items())[:count]
        ]

    def _context(self, context: str, tokenizer: Tokenizer) -> Encoding:
        # Questions on one context come one after the other.
        if self._last_context is None or self._last_context[:2] != (tokenizer, context):
            self._last_context = (tokenizer, context, tokenizer.encode(context, max_length=_WHOLE))
        return self._last_context[2]


def context_pieces(row: Encoding) -> slice:
    """The places of the context's pieces in a row."""
    return slice(row.segment_ids.index(1), len(row.ids) - 1)


def _window_starts(pieces: int, room: int, step: int) -> range:
    """Where windows begin: every ``step`` pieces, until one reaches the end."""
    return range(0, max(pieces - room, 0) + step, step)
