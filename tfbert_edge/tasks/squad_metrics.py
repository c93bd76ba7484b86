"""Exact match and F1 of answers, as SQuAD's published evaluators count them (Rajpurkar et al. 2016, section 6; 2018).

Two answers match exactly where they are equal once lower-cased and freed of ASCII punctuation, of the articles a, an, the, and
of white space beyond one blank between words. F1 is that of their words as bags. The best gold answer counts.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@cache
def normalized_answer(text: str) -> str:
    """An answer as the evaluators compare it."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def answer_scores(answer: str, gold: Sequence[str], *, no_answer: bool) -> tuple[float, float]:
    """Exact match and F1 of an answer, each the best over the gold answers; none of these says that there is no answer.

    With ``no_answer`` by the rules of version 2.0: gold answers of articles and punctuation alone do not count, and two empty
    answers have F1 1; without, by those of version 1.1, where an empty answer has F1 0 against any.
    """
    ours = normalized_answer(answer)
    theirs = [normalized_answer(one) for one in gold]
    if no_answer:
        theirs = [one for one in theirs if one] or [""]
    return (
        max((float(ours == one) for one in theirs), default=0.0),
        max((_f1(ours, one, empty=float(no_answer and ours == one)) for one in theirs), default=0.0),
    )


def _f1(ours: str, theirs: str, *, empty: float) -> float:
    one, other = ours.split(), theirs.split()
    if not one or not other:
        return empty
    common = (Counter(one) & Counter(other)).total()
    return 2.0 * common / (len(one) + len(other))


def most_agreed(answers: Sequence[str]) -> int:
    """The place of the answer with the highest mean F1 against the others: of a majority, its first; of equals, the first."""
    if len(set(answers)) == 1:
        return 0
    sums = [sum(answer_scores(one, [other], no_answer=True)[1] for other in answers) for one in answers]
    return int(np.argmax(np.round(sums, 9)))


def best_threshold(scores: np.ndarray, answered: np.ndarray, unanswered: np.ndarray) -> float:
    """The threshold that gains most, where questions with a score of at least it are answered.

    Args:
        scores: float (N,), of the best span of each question.
        answered: float (N,), what answering it gains, as its F1.
        unanswered: float (N,), what leaving it gains: 1 where it has no answer, else 0.

    It lies midway between two scores, so that a rounded network's falls on the same side; of equals, the one that answers most.
    """
    values, group = np.unique(np.asarray(scores, np.float64), return_inverse=True)
    gains = np.bincount(group, weights=np.asarray(answered, np.float64) - unanswered, minlength=len(values))
    # totals[k]: what answering all but the k lowest of the different scores gains.
    totals = np.concatenate([np.cumsum(gains[::-1])[::-1], [0.0]])
    edges = np.concatenate([[values[0] - 1.0], values, [values[-1] + 1.0]])
    best = int(np.argmax(np.round(totals, 9)))
    return float((edges[best] + edges[best + 1]) / 2)
