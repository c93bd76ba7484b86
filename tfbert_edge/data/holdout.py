"""Validation examples taken from the training set."""

from __future__ import annotations

import numpy as np

from tfbert_edge.errors import DataError


def split_holdout(
    labels: np.ndarray | None,
    holdout: int | float,
    *,
    seed: int,
    stratified: bool,
    whole: int | None = None,
    setting: str = "data.validation",
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the examples that stay and of those held out, both ascending.

    Args:
        labels: (N,).
        holdout: a count, or a fraction of ``whole``; None stands for N.
        stratified: each label is held out in proportion (largest remainders), and keeps at least one example.
        setting: the recipe's key that asks for it, for messages.

    Raises:
        DataError: nothing would be held out, or nothing would stay.
    """
    assert labels is not None  # only labelled examples are split
    size = len(labels)
    count = holdout if isinstance(holdout, int) else round(holdout * (whole or size))
    if not 1 <= count < size:
        raise DataError(
            f"{setting}.holdout is {holdout:g}, which takes {count} of {size} training examples; "
            f"it must take at least 1 and leave at least 1."
        )
    random = np.random.default_rng(seed)
    if not stratified:
        order = random.permutation(size)
        return np.sort(order[count:]), np.sort(order[:count])
    classes, sizes = np.unique(labels, return_counts=True)
    held = []
    for label, share in zip(classes, _shares(sizes, count), strict=True):
        members = np.flatnonzero(labels == label)
        held.append(random.permutation(members)[:share])
    chosen = np.sort(np.concatenate(held))
    return np.setdiff1d(np.arange(size), chosen), chosen


def _shares(sizes: np.ndarray, count: int) -> np.ndarray:
    """How many of each class, in proportion to its size, ``count`` in all."""
    exact = sizes * (count / sizes.sum())
    shares = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - shares), kind="stable")
    shares[rest[: count - shares.sum()]] += 1
    # A class keeps one example for training; what that leaves to hold out comes from the largest.
    spare = np.maximum(sizes - 1, 0)
    excess = int(np.maximum(shares - spare, 0).sum())
    shares = np.minimum(shares, spare)
    while excess and (shares < spare).any():
        shares[np.argmax(spare - shares)] += 1
        excess -= 1
    return shares
