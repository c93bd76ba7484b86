"""The examples from which activation ranges are measured."""

from __future__ import annotations

import numpy as np

from tfbert_edge.data.features import Features


def calibration_examples(features: Features, count: int, *, seed: int) -> Features:
    """Draw ``count`` examples of all lengths, in random order; all of them where there are no more.

    The examples are sorted by length (ties at random) and cut into ``count`` equal strata; one is
    drawn from each.
    """
    random = np.random.default_rng(seed)
    starts = features.starts
    size = len(starts) - 1
    if size <= count:
        return features.select_examples(random.permutation(size))
    shuffled = random.permutation(size)
    lengths = np.add.reduceat(features.lengths, starts[:-1])
    by_length = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    drawn = [int(random.choice(stratum)) for stratum in np.array_split(by_length, count)]
    return features.select_examples(random.permutation(drawn))
