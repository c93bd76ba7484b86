"""ROUGE (Lin 2004) by the library rouge-score, and the first words of a document as what summaries are held against."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from tfbert_edge.errors import require_extra
from tfbert_edge.runtime.sentences import word_spans, words

KINDS = ("rouge1", "rouge2", "rougeL")


@functools.cache
def scorer() -> Any:
    """The library's scorer: small letters, everything but a-z and 0-9 between words, and words as they are, not their stems."""
    return require_extra("rouge_score.rouge_scorer", "train").RougeScorer(list(KINDS), use_stemmer=False)


@functools.lru_cache(maxsize=16384)
def rouge(reference: str, summary: str) -> tuple[float, ...]:
    """The F1 of each of `KINDS`; the same pair is computed once, for most forms of a network choose the same summaries."""
    found = scorer().score(reference, summary)
    return tuple(found[kind].fmeasure for kind in KINDS)


def mean_rouge(pairs: Iterable[tuple[str, str]], prefix: str = "") -> dict[str, float]:
    """The mean of each of `KINDS` over (reference, summary), as ``<prefix>rouge1`` and so on; 0 where there are no pairs."""
    scores = [rouge(reference, summary) for reference, summary in pairs]
    return {
        f"{prefix}{kind}": sum(one[at] for one in scores) / max(len(scores), 1)
        for at, kind in enumerate(KINDS)
    }


def lead(document: str, summary: str) -> str:
    """The beginning of ``document`` with as many words as ``summary`` has, its last sentence cut where they end."""
    count = len(words(summary))
    if not count:
        return ""
    spans = word_spans(document)
    return document[: spans[min(count, len(spans)) - 1][1]]
