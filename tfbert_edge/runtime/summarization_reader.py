"""Reads a document as sentences, and their scores as the summary that the best of them make (Liu 2019, BertSum).

Each sentence stands in a row as ``[CLS] pieces [SEP]``, and the segments of a row's sentences alternate: 0, 1, 0, 1, ... The
score of a sentence is the mean of the network's numbers at its pieces, [CLS] and [SEP] included; the paper has the number at
its [CLS], which in encoders that were trained to be pooled is next to a constant and hardly learns. The paper reads one row and
drops what is beyond its end. Here a document that is longer than a row is read in windows of whole sentences, and a sentence of
several windows has the mean of its scores.

Beyond the paper, the segment of a piece can also tell how often the piece stands in the document, c times, in L levels:

    segment = (number of the sentence in its row) mod 2 + 2 min(floor(log2 c), L - 1)

What a document comes back to is what extracts are made of (Luhn 1958), and a window does not see all of it. [CLS] and [SEP]
are of level 0.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.sentence_choice import choose_sentences
from tfbert_edge.runtime.sentences import sentence_spans
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer


@dataclass(frozen=True)
class SentenceRow(Encoding):
    """Some sentences of a document in a row.

    Attributes:
        marks: the place of each sentence's [CLS].
        sentences: the numbers of these sentences in the document, from 0.
    """

    marks: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()


@dataclass(frozen=True)
class SentenceScore:
    """A sentence by its number in the document, begin and end in code points, and how likely it belongs to a summary."""

    index: int
    begin: int
    end: int
    score: float


@dataclass(frozen=True)
class ChosenSentence(SentenceScore):
    """A sentence of the summary; ``text`` is the document's from ``begin`` to ``end``."""

    text: str


@dataclass(frozen=True)
class SummarizationResult:
    """A summary: the sentences chosen, in the order of the document, and joined by blanks; none of a text without a word.

    ``scores`` are those of the first ``top_k`` sentences of the document, the highest first and of equals the earlier.
    """

    summary: str
    sentences: tuple[ChosenSentence, ...]
    scores: tuple[SentenceScore, ...]


class SummarizationReader(Reader):
    """The sentences of a document that make its summary.

    Settings: ``sentences`` or ``words``, and ``trigram_blocking``; see `choose_sentences`. And ``frequency_levels``, L above.
    """

    outputs: ClassVar[tuple[OutputSpec, ...]] = (OutputSpec("scores", per_piece=True),)
    cuts: ClassVar[bool] = False
    paired: ClassVar[bool | None] = False

    @property
    def segment_types(self) -> int:
        return 2 * self._levels

    @property
    def _levels(self) -> int:
        return int(self.settings.get("frequency_levels") or 1)

    def width(self, spec: OutputSpec) -> int | None:
        return None  # the last axis is that of pieces

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        """Windows of whole sentences, each as long as fits.

        Neighbours share as many of their sentences as have at most the tokenizer's ``stride`` of pieces together, [CLS] and
        [SEP] included. A sentence that is longer than a row is cut, and one without a piece is left out. A text without a
        sentence is the row ``[CLS] [SEP]``.
        """
        spans = sentence_spans(text)
        read = tokenizer.encode_batch([text[begin:end] for begin, end in spans], max_length=max_length)
        kept = [number for number, one in enumerate(read) if len(one.ids) > 2]
        if not kept:
            empty = tokenizer.encode("", max_length=max_length)
            return [SentenceRow(empty.ids, empty.segment_ids, empty.offsets)]
        windows = _windows([len(read[number].ids) for number in kept], max_length, tokenizer.settings.stride)
        counts = Counter(piece for number in kept for piece in read[number].ids[1:-1])
        added = {piece: 2 * min(count.bit_length(), self._levels) - 2 for piece, count in counts.items()}
        return [
            _row([(kept[at], spans[kept[at]][0], read[kept[at]]) for at in range(*window)], added)
            for window in windows
        ]

    def scores(self, rows: Rows, outputs: Sequence[np.ndarray]) -> dict[int, float]:
        """The logit of each sentence that was read, by its number; of several windows the mean."""
        found: dict[int, list[float]] = {}
        for row, logits in zip(rows, outputs, strict=True):
            assert isinstance(row, SentenceRow)  # as `rows` makes them
            for number, logit in zip(row.sentences, sentence_logits(row, logits), strict=True):
                found.setdefault(number, []).append(float(logit))
        return {number: sum(logits) / len(logits) for number, logits in sorted(found.items())}

    def choose(self, text: str, rows: Rows, outputs: Sequence[np.ndarray]) -> list[int]:
        """The numbers of the sentences that make the summary, rising."""
        spans, scores = sentence_spans(text), self.scores(rows, outputs)
        numbers = list(scores)
        places = choose_sentences(
            [text[slice(*spans[number])] for number in numbers],
            list(scores.values()),
            sentences=self.settings.get("sentences"),
            words_limit=self.settings.get("words"),
            trigram_blocking=bool(self.settings.get("trigram_blocking")),
        )
        return [numbers[place] for place in places]

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> SummarizationResult:
        """
        Raises:
            DataError: ``top_k`` is below 1.
        """
        if top_k is not None and top_k < 1:
            raise DataError(f"top_k must be at least 1, it was {top_k}.")
        spans = sentence_spans(text)
        scores = {number: _sigmoid(logit) for number, logit in self.scores(rows, outputs).items()}
        chosen = tuple(
            ChosenSentence(number, *spans[number], scores[number], text[slice(*spans[number])])
            for number in self.choose(text, rows, outputs)
        )
        order = sorted(scores, key=lambda number: (-scores[number], number))[:top_k]
        ranked = tuple(SentenceScore(number, *spans[number], scores[number]) for number in order)
        return SummarizationResult(" ".join(one.text for one in chosen), chosen, ranked)


def sentence_logits(row: SentenceRow, outputs: np.ndarray) -> np.ndarray:
    """Of each sentence of a row the mean of its pieces' logits, float64; ``outputs`` (n, 1), n at least the row's pieces."""
    values = np.asarray(outputs, np.float64)[:, 0]
    bounds = itertools.pairwise((*row.marks, len(row.ids)))
    return np.array([values[begin:end].mean() for begin, end in bounds])


def _windows(lengths: Sequence[int], longest: int, stride: int) -> list[tuple[int, int]]:
    """First and one past the last sentence of each window."""
    windows = []
    first = 0
    while True:
        end, filled = first, 0
        while end < len(lengths) and filled + lengths[end] <= longest:
            filled += lengths[end]
            end += 1
        windows.append((first, end))
        if end == len(lengths):
            return windows
        # The next window begins with sentences of this one, if it still has room for one more.
        shared, first, begun = 0, end, first
        while first - 1 > begun and (shared + lengths[first - 1] <= min(stride, longest - lengths[end])):
            first -= 1
            shared += lengths[first]


def _row(read: Sequence[tuple[int, int, Encoding]], added: Mapping[int, int]) -> SentenceRow:
    """One row of sentences: number, begin in the document, and pieces of each; and what each piece adds to its segment."""
    ids: list[int] = []
    segment_ids: list[int] = []
    offsets: list[tuple[int, int]] = []
    marks = []
    for place, (_, start, one) in enumerate(read):
        marks.append(len(ids))
        ids += one.ids
        segment_ids += [place % 2, *(place % 2 + added[piece] for piece in one.ids[1:-1]), place % 2]
        inside = [(begin + start, end + start) for begin, end in one.offsets[1:-1]]
        offsets += [(0, 0), *inside, (0, 0)]
    return SentenceRow(
        ids, segment_ids, offsets, marks=tuple(marks), sentences=tuple(number for number, _, _ in read)
    )


def _sigmoid(logit: float) -> float:
    small = math.exp(-abs(logit))
    return 1.0 / (1.0 + small) if logit >= 0 else small / (1.0 + small)
