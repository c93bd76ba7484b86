"""Which examples go along with a bundle."""

from __future__ import annotations

import pytest

from tfbert_edge.stages.bundle import spread


@pytest.mark.parametrize(
    ("available", "count", "positions"),
    [
        (10, 5, [0, 2, 4, 6, 8]),
        (10, 4, [0, 2, 5, 7]),
        (3, 3, [0, 1, 2]),
        (3, 200, [0, 1, 2]),
        (10, 1, [0]),
        (10, 0, []),
    ],
)
def test_spread_takes_positions_evenly_and_none_twice(available, count, positions):
    assert spread(available, count) == positions


def test_spread_over_examples_sorted_by_label_keeps_the_shares_of_the_labels():
    labels = ["negative"] * 300 + ["positive"] * 700

    chosen = [labels[at] for at in spread(1000, 200)]

    assert (chosen.count("negative"), chosen.count("positive")) == (60, 140)
