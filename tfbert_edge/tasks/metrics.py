"""Figures of decisions against labels, by scikit-learn and SciPy, as plain JSON values."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.errors import require_extra


def classification_metrics(labels: np.ndarray, decisions: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """Figures of decisions (N,) against labels (N,), both positions in ``names``.

    Macro figures are means over all ``names``; precision, recall and F1 are 0 where they divide by 0.
    ``confusion`` has a row a true label and a column a decision. ``matthews`` is 0 where there is one label or
    one decision alone.
    """
    metrics = require_extra("sklearn.metrics", "train")
    positions = list(range(len(names)))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, decisions, labels=positions, zero_division=0
    )
    return {
        "accuracy": float(metrics.accuracy_score(labels, decisions)),
        "precision_macro": float(np.mean(precision)),
        "recall_macro": float(np.mean(recall)),
        "f1_macro": float(np.mean(f1)),
        "matthews": float(metrics.matthews_corrcoef(labels, decisions)),
        "per_class": {
            name: {
                "precision": float(precision[at]),
                "recall": float(recall[at]),
                "f1": float(f1[at]),
                "support": int(support[at]),
            }
            for at, name in enumerate(names)
        },
        "confusion": metrics.confusion_matrix(labels, decisions, labels=positions).tolist(),
    }


def multi_label_metrics(
    labels: np.ndarray, decisions: np.ndarray, scores: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """Figures of decisions against labels, both 0 or 1, and of the scores behind them: all (N, C), C being ``names``.

    Precision, recall and F1 are 0 where they divide by 0. ``subset_accuracy`` is the share of examples with every label
    right. ``mean_average_precision`` is over the labels that some example has; the others have no ``average_precision``.
    """
    metrics = require_extra("sklearn.metrics", "train")
    truth, decided = np.asarray(labels, np.int64), np.asarray(decisions, np.int64)
    each = metrics.precision_recall_fscore_support(truth, decided, average=None, zero_division=0)
    precision, recall, f1, support = each
    micro = metrics.precision_recall_fscore_support(truth, decided, average="micro", zero_division=0)
    ranked = {
        at: float(metrics.average_precision_score(truth[:, at], scores[:, at]))
        for at in range(len(names))
        if support[at]
    }
    return {
        "f1_micro": float(micro[2]),
        "f1_macro": float(np.mean(f1)),
        "precision_micro": float(micro[0]),
        "recall_micro": float(micro[1]),
        "subset_accuracy": float(metrics.accuracy_score(truth, decided)),
        "mean_average_precision": float(np.mean(list(ranked.values()))) if ranked else 0.0,
        "per_class": {
            name: {
                "precision": float(precision[at]),
                "recall": float(recall[at]),
                "f1": float(f1[at]),
                "support": int(support[at]),
                **({"average_precision": ranked[at]} if at in ranked else {}),
            }
            for at, name in enumerate(names)
        },
    }


def regression_metrics(labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """`correlations`, and the mean squared error."""
    labels, values = np.asarray(labels, np.float64), np.asarray(values, np.float64)
    return {**correlations(labels, values), "mse": float(np.mean((labels - values) ** 2))}


def correlations(labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """Pearson's and Spearman's correlation; 0 where one side is constant."""
    stats = require_extra("scipy.stats", "train")
    labels, values = np.asarray(labels, np.float64), np.asarray(values, np.float64)
    with warnings.catch_warnings():
        # SciPy warns and answers NaN for a constant side; JSON has no NaN, and such a model is worth 0.
        warnings.simplefilter("ignore")
        pearson = float(stats.pearsonr(labels, values)[0]) if len(labels) > 1 else 0.0
        spearman = float(stats.spearmanr(labels, values)[0]) if len(labels) > 1 else 0.0
    return {
        "pearson": 0.0 if math.isnan(pearson) else pearson,
        "spearman": 0.0 if math.isnan(spearman) else spearman,
    }
