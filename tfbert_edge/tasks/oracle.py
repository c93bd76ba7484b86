"""Which sentences of a document a reference summary stands for: what a network that scores sentences learns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from tfbert_edge.errors import require_extra
from tfbert_edge.runtime.sentences import WHITE

VERBATIM_SHARE = 0.9
"""A summary is taken for an extract where sentences of the document make up so much of its characters."""

_WHITE = re.compile(f"[{WHITE}]+")
_USED = "\0"


def summary_sentences(sentences: Sequence[str], summary: str) -> list[int]:
    """The places of the sentences that make ``summary`` best.

    Those that stand in it, if they are `VERBATIM_SHARE` of it; else those of `greedy_oracle`.
    """
    places, share = verbatim(sentences, summary)
    return places if share >= VERBATIM_SHARE else greedy_oracle(sentences, summary)


def verbatim(sentences: Sequence[str], summary: str) -> tuple[list[int], float]:
    """The places of the sentences that stand in ``summary``, white space aside, and their share of its characters.

    The longest sentence is looked for first, and what it takes of the summary is no longer there for shorter ones.
    """
    rest = _WHITE.sub("", summary)
    whole, found, places = len(rest), 0, []
    bare = [_WHITE.sub("", sentence) for sentence in sentences]
    for place in sorted(range(len(bare)), key=lambda place: (-len(bare[place]), place)):
        before, here, after = rest.partition(bare[place]) if bare[place] else (rest, "", "")
        if here:
            rest = before + _USED + after
            found += len(here)
            places.append(place)
    return sorted(places), found / max(whole, 1)


def greedy_oracle(sentences: Sequence[str], summary: str) -> list[int]:
    """The places of the sentences taken one after the other, each the one with which ROUGE-1 F1 + ROUGE-2 F1 rises most, until
    none makes it rise (Nallapati et al. 2017, section 3.3; the sum of both is Liu's, 2019).

    Words are rouge-score's, in no stems. A pair of words counts inside a sentence alone.
    """
    tokenize = require_extra("rouge_score.tokenize", "train").tokenize
    read = [tokenize(sentence, None) for sentence in sentences]
    wanted = tokenize(summary, None)
    if not wanted or not read:
        return []
    grams = [_Counts([_grams(one, size) for one in read], _grams(wanted, size)) for size in (1, 2)]
    taken: list[int] = []
    best = 0.0
    while len(taken) < len(read):
        values = np.sum([one.f1_with_each() for one in grams], axis=0)
        values[taken] = -1.0
        place = int(values.argmax())
        if values[place] <= best:
            break
        best = float(values[place])
        taken.append(place)
        for one in grams:
            one.take(place)
    return sorted(taken)


class _Counts:
    """How often each n-gram of a reference is in it, in each sentence, and in the sentences taken so far."""

    def __init__(self, sentences: Sequence[Counter], reference: Counter) -> None:
        names = list(reference)
        self.wanted = np.array([reference[name] for name in names], np.int64)
        self.each = np.array([[one[name] for name in names] for one in sentences], np.int64)
        self.each = self.each.reshape(len(sentences), len(names))
        self.sizes = np.array([one.total() for one in sentences], np.int64)
        self.counted = np.zeros_like(self.wanted)
        self.size = 0

    def f1_with_each(self) -> np.ndarray:
        """F1 of what was taken and one sentence more, for each sentence: float (S,)."""
        overlap = np.minimum(self.each + self.counted, self.wanted).sum(axis=1)
        # 2 P R / (P + R), with P = overlap / size and R = overlap / wanted
        return 2.0 * overlap / np.maximum(self.sizes + self.size + self.wanted.sum(), 1)

    def take(self, place: int) -> None:
        self.counted = self.counted + self.each[place]
        self.size += int(self.sizes[place])


def _grams(tokens: Sequence[str], size: int) -> Counter:
    return Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))
