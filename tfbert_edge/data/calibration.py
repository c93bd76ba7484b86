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
    size = len(features)
    if size <= count:
        return features.select(random.permutation(size))
    shuffled = random.permutation(size)
    by_length = shuffled[np.argsort(features.lengths[shuffled], kind="stable")]
    drawn = [int(random.choice(stratum)) for stratum in np.array_split(by_length, count)]
    return features.select(random.permutation(drawn))
