"""From which probability on a label counts, chosen on examples whose labels are known."""

from __future__ import annotations

import numpy as np


def best_thresholds(labels: np.ndarray, probabilities: np.ndarray, *, default: float = 0.5) -> np.ndarray:
    """The threshold of each label with the highest F1: 0 or 1 (N, C) and float (N, C) -> float (C,).

    Candidates lie midway between two probabilities next to each other in order, so that a rounded network's answer falls on
    the same side; of equals, the one nearest to ``default`` is taken. A label that no example has keeps ``default``.
    Macro F1 is a mean over labels, so that each label's threshold can be chosen by itself (Lipton et al. 2014).
    """
    return np.array(
        [
            _best(truth.astype(bool), scores.astype(np.float64), default)
            for truth, scores in zip(np.asarray(labels).T, np.asarray(probabilities).T, strict=True)
        ]
    )


def _best(truth: np.ndarray, scores: np.ndarray, default: float) -> float:
    if not truth.any():
        return default
    values = np.unique(scores)
    edges = np.concatenate([[0.0], values, [1.0]])
    candidates = np.unique(np.append((edges[:-1] + edges[1:]) / 2, default))
    # How many true and how many other examples reach each candidate.
    hits = truth.sum() - np.searchsorted(np.sort(scores[truth]), candidates)
    taken = len(scores) - np.searchsorted(np.sort(scores), candidates)
    f1 = 2.0 * hits / (taken + truth.sum())
    best = candidates[f1 == f1.max()]
    # Six digits are what a manifest needs; a midpoint is farther from its neighbours than that, or they are one.
    return round(float(best[np.abs(best - default).argmin()]), 6)
