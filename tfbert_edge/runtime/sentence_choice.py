"""Which sentences make the summary, once each has a score."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tfbert_edge.runtime.sentences import words


def choose_sentences(
    texts: Sequence[str],
    scores: Sequence[float],
    *,
    sentences: float | None = None,
    words_limit: float | None = None,
    trigram_blocking: bool = False,
) -> list[int]:
    """Take sentences by score, the highest first and of equals the earlier, until the summary is long enough.

    Args:
        texts: the sentences of a document, in order.
        scores: one of each.
        sentences: how many to take: a count, or, below 1, a share of ``texts``, rounded half up, of which at least one.
        words_limit: in place of it, how many words the summary may have: a count, or, below 1, a share of the words of
            ``texts``, rounded half up. A sentence that does not fit is passed over; the first is taken however long it is.
        trigram_blocking: pass over a sentence that has three words in a row in common with one that was taken (Paulus et al.
            2018, section 2.5, who block repetition inside one text; of whole sentences, Liu 2019).

    Returns:
        The places of the sentences taken, in the order of the document.
    """
    spoken = [words(text) for text in texts]
    most = len(texts) if sentences is None else max(1, _amount(sentences, len(texts)))
    room = None if words_limit is None else _amount(words_limit, sum(map(len, spoken)))
    taken: list[int] = []
    seen: set[tuple[str, ...]] = set()
    used = 0
    for place in sorted(range(len(texts)), key=lambda place: (-scores[place], place)):
        if len(taken) == most:
            break
        own = spoken[place]
        if taken and room is not None and used + len(own) > room:
            continue
        trigrams = set(zip(own, own[1:], own[2:], strict=False))
        if trigram_blocking and not trigrams.isdisjoint(seen):
            continue
        taken.append(place)
        seen |= trigrams
        used += len(own)
    return sorted(taken)


def _amount(limit: float, of: int) -> int:
    return int(limit) if limit >= 1 else math.floor(limit * of + 0.5)
