"""The likeliest spans of a row of word pieces, from how likely each piece begins and ends one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Spans(NamedTuple):
    """K spans, the best first: int (K,) places of the first and the last piece, float64 (K,) scores."""

    first: np.ndarray
    last: np.ndarray
    scores: np.ndarray


def best_spans(start: np.ndarray, end: np.ndarray, *, longest: int, count: int) -> Spans:
    """The ``count`` best of all spans of at most ``longest`` pieces, by ``start[first] + end[last]``.

    Of equals, the one that begins first comes first, then the shorter one.

    Args:
        start: float (n,), one figure a piece.
        end: the same.
    """
    pieces = len(start)
    if not pieces:
        return Spans(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    longest = min(longest, pieces)
    beyond = np.concatenate([np.asarray(end, np.float64), np.full(longest - 1, -np.inf)])
    # Row i holds the ends that a span from piece i can have.
    ends = np.lib.stride_tricks.sliding_window_view(beyond, longest)
    scores = (np.asarray(start, np.float64)[:, None] + ends).reshape(-1)
    if count == 1:
        chosen = scores.argmax()[None]
    else:
        # Not fewer than asked and, of equals at the limit, all: which of them are taken is then for the sort to say.
        limit = scores[np.argpartition(-scores, min(count, len(scores)) - 1)[:count]].min()
        candidates = np.flatnonzero((scores >= limit) & np.isfinite(scores))
        chosen = candidates[np.argsort(-scores[candidates], kind="stable")[:count]]
    first = chosen // longest
    return Spans(first, first + chosen % longest, scores[chosen])
