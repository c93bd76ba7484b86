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


def regression_metrics(labels: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """Pearson's and Spearman's correlation (0 where one side is constant) and the mean squared error."""
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
        "mse": float(np.mean((labels - values) ** 2)),
    }
