from __future__ import annotations

import numpy as np

from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features


def make_features(lengths) -> Features:
    ids = [np.full(length, at, np.int32) for at, length in enumerate(lengths)]
    return Features(ids, [np.zeros_like(one) for one in ids], np.arange(len(ids), dtype=np.int32))


def test_calibration_examples_cover_all_lengths():
    lengths = np.concatenate([np.full(900, 5), np.full(90, 20), np.full(10, 60)])

    drawn = calibration_examples(make_features(lengths), 100, seed=0)

    # Equal strata of the examples sorted by length: each length has its share, the rarest too.
    assert np.unique(drawn.lengths, return_counts=True)[1].tolist() == [90, 9, 1]
    assert len(set(drawn.labels.tolist())) == 100


def test_calibration_examples_are_seeded():
    features = make_features(np.arange(3, 303))

    def draw(seed):
        return calibration_examples(features, 40, seed=seed).labels.tolist()

    assert draw(1) == draw(1) != draw(2)
    assert draw(1) != sorted(draw(1))


def test_calibration_examples_of_too_few_takes_all():
    drawn = calibration_examples(make_features([3, 4, 5]), 10, seed=0)

    assert sorted(drawn.labels.tolist()) == [0, 1, 2]
