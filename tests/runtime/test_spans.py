from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.runtime.spans import best_spans


def all_spans(start, end, longest):
    """Every span there is, by two loops, in the order that a tie is decided by."""
    pieces = range(len(start))
    spans = [(first, last) for first in pieces for last in pieces if first <= last < first + longest]
    return sorted(spans, key=lambda span: -(start[span[0]] + end[span[1]]))


@pytest.mark.parametrize("count", [1, 2, 7, 500])
@pytest.mark.parametrize("longest", [1, 4, 30])
def test_best_spans_are_those_of_two_loops(count, longest):
    draw = np.random.default_rng(count + longest)
    for pieces in (1, 2, 23):
        # Few values, as a rounded network gives them, so that many spans are equal.
        start, end = draw.integers(-3, 3, (2, pieces)).astype(np.float32)
        found = best_spans(start, end, longest=longest, count=count)

        expected = all_spans(start, end, longest)[:count]
        assert list(zip(found.first.tolist(), found.last.tolist(), strict=True)) == expected
        assert found.scores.tolist() == [float(start[first] + end[last]) for first, last in expected]


def test_best_spans_of_no_piece_are_none():
    assert best_spans(np.zeros(0), np.zeros(0), longest=3, count=2).scores.size == 0
