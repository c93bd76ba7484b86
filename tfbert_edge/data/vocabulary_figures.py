"""What a changed vocabulary means for texts that it was not made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.data.word_counts import WordCounts, count_words
from tfbert_edge.runtime.tokenizer import Tokenizer


def vocabulary_figures(before: Tokenizer, after: Tokenizer, texts: Sequence[str]) -> dict[str, Any]:
    """How ``texts`` are spelled by the tokenizer ``before`` and by the one ``after`` its vocabulary was changed:

    - ``words`` and, before and after, ``pieces``, ``pieces_per_word``, ``unknown`` (pieces) and ``unknown_share`` of all;
    - ``coverage``: the share of piece occurrences, as ``before`` spells the texts, that are of pieces ``after`` has too.
    """
    counts = {"before": count_words(before, texts), "after": count_words(after, texts)}
    unknown = {"before": _unknown(before, counts["before"]), "after": _unknown(after, counts["after"])}
    pieces = {when: int(one.pieces.sum()) for when, one in counts.items()}
    words = counts["before"].words
    return {
        "words": words,
        "pieces": pieces,
        "pieces_per_word": {when: count / max(1, words) for when, count in pieces.items()},
        "unknown": unknown,
        "unknown_share": {when: count / max(1, pieces[when]) for when, count in unknown.items()},
        "coverage": _coverage(before, counts["before"], after),
    }


def _unknown(tokenizer: Tokenizer, counts: WordCounts) -> int:
    return int(counts.pieces[tokenizer.vocabulary.index(tokenizer.settings.unk_token)])


def _coverage(before: Tokenizer, counts: WordCounts, after: Tokenizer) -> float:
    left = set(after.vocabulary)
    kept = np.array([piece in left for piece in before.vocabulary], bool)
    return float(counts.pieces[kept].sum() / max(1, counts.pieces.sum()))
