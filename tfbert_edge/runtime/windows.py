"""A text that is longer than the network, read in windows that overlap, and put together again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer

SPECIAL = 2
"""[CLS] and [SEP], which every window has."""
NO_LIMIT = 2**31 - 1


def text_windows(text: str, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
    """Tokenize ``text`` as windows [CLS] pieces [SEP] of at most ``max_length``; at least one, even of no pieces.

    Neighbours share ``tokenizer.settings.stride`` pieces. The last window is as short as what is left, as in transformers.

    Raises:
        DataError: ``max_length`` leaves no room beside [CLS], [SEP] and the shared pieces.
    """
    stride = tokenizer.settings.stride
    room = max_length - SPECIAL
    if room <= stride:
        raise DataError(
            f"windows of {max_length} pieces must hold more than [CLS], [SEP] and the {stride} that they share. "
            "Set data.stride lower, or data.max_length higher."
        )
    whole = tokenizer.encode(text, max_length=NO_LIMIT)
    pieces = len(whole.ids) - SPECIAL
    starts = range(0, max(pieces - stride, 1), room - stride)
    return [_window(whole, start, min(start + room, pieces)) for start in starts]


def _window(whole: Encoding, begin: int, end: int) -> Encoding:
    inside = slice(begin + 1, end + 1)  # [CLS] stands before the first piece
    return Encoding(
        ids=[whole.ids[0], *whole.ids[inside], whole.ids[-1]],
        segment_ids=[0] * (end - begin + SPECIAL),
        offsets=[(0, 0), *whole.offsets[inside], (0, 0)],
        words=[-1, *whole.words[inside], -1],
        first=begin,
    )


@dataclass(frozen=True)
class Pieces:
    """The P pieces of a text, each once, taken from the window that has most context for it.

    Attributes:
        offsets: int (P, 2), begin and end in the text.
        words: int (P,), the word that each piece is of.
        rows: int (P,), the window.
        places: int (P,), the place in that window, [CLS] counted.
    """

    offsets: np.ndarray
    words: np.ndarray
    rows: np.ndarray
    places: np.ndarray


def pieces_of(rows: Rows) -> Pieces:
    """Put the windows of `text_windows` together.

    Context is the lesser of the numbers of pieces left and right in the window (Devlin et al. 2019, in their code for SQuAD);
    of equals, the earlier window is taken.
    """
    count = max(row.first + len(row.ids) - SPECIAL for row in rows)
    best = np.full(count, -1)
    pieces = Pieces(
        np.zeros((count, 2), int), np.zeros(count, int), np.zeros(count, int), np.zeros(count, int)
    )
    for number, row in enumerate(rows):
        inside = len(row.ids) - SPECIAL
        context = np.minimum(np.arange(inside), np.arange(inside)[::-1])
        at = np.flatnonzero(context > best[row.first : row.first + inside])
        best[row.first + at] = context[at]
        pieces.offsets[row.first + at] = np.reshape(row.offsets, (-1, 2))[at + 1]
        pieces.words[row.first + at] = np.asarray(row.words)[at + 1]
        pieces.rows[row.first + at] = number
        pieces.places[row.first + at] = at + 1
    return pieces
