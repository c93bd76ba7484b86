from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from tfbert_edge.compress.output_distance import output_distance

RANDOM = np.random.default_rng(3)
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], np.int32)
OURS, THEIRS = RANDOM.normal(size=(2, 2, 4, 3)).astype(np.float32)


def divergence(theirs: np.ndarray, ours: np.ndarray, temperature: float) -> float:
    target = softmax(theirs / temperature)
    return float(
        temperature**2 * target @ (log_softmax(theirs / temperature) - log_softmax(ours / temperature))
    )


def distance(kind: str, ours: np.ndarray, theirs: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    batch = {"attention_mask": MASK[:, : ours.shape[1]]}
    return output_distance(kind, ours, theirs, batch, temperature).numpy()


def test_classes_of_texts_is_hintons_divergence():
    found = distance("classes", OURS[:, 0], THEIRS[:, 0], 2.0)
    assert found == pytest.approx([divergence(THEIRS[row, 0], OURS[row, 0], 2.0) for row in (0, 1)], rel=1e-5)


def test_classes_of_pieces_is_averaged_over_real_pieces():
    found = distance("classes", OURS, THEIRS)
    expected = [
        np.mean([divergence(THEIRS[row, at], OURS[row, at], 1.0) for at in range(count)])
        for row, count in ((0, 4), (1, 2))
    ]
    assert found == pytest.approx(expected, rel=1e-5)


def test_positions_is_the_divergence_over_real_pieces_averaged_over_columns():
    found = distance("positions", OURS, THEIRS)
    expected = [
        np.mean([divergence(THEIRS[row, :count, k], OURS[row, :count, k], 1.0) for k in range(3)])
        for row, count in ((0, 4), (1, 2))
    ]
    assert found == pytest.approx(expected, rel=1e-4)


def test_labels_is_the_divergence_of_each_labels_own_probability():
    ours, theirs, temperature = OURS[:, 0], THEIRS[:, 0], 2.0
    p, q = expit(theirs / temperature), expit(ours / temperature)
    each = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert distance("labels", ours, theirs, temperature) == pytest.approx(4 * each.mean(axis=1), rel=1e-4)


def test_values_is_the_mean_square():
    assert distance("values", OURS[:, 0], THEIRS[:, 0]) == pytest.approx(
        ((OURS[:, 0] - THEIRS[:, 0]) ** 2).mean(axis=1), rel=1e-5
    )


def test_answers_longer_than_the_batch_are_cut():
    longer = np.concatenate([THEIRS, np.full((2, 5, 3), 9.0, np.float32)], axis=1)
    assert distance("classes", OURS, longer) == pytest.approx(distance("classes", OURS, THEIRS))


def test_segments_compares_the_mean_logits_of_each_segment_of_a_row():
    ours, theirs, temperature = OURS[:, :, :1], THEIRS[:, :, :1], 2.0
    # Odd and even tell segments apart, whatever else the numbers tell.
    segments = np.array([[0, 2, 1, 4], [0, 3, 0, 0]], np.int32)
    batch = {"attention_mask": MASK, "token_type_ids": segments}

    found = output_distance("segments", ours, theirs, batch, temperature).numpy()

    ours, theirs = (one[..., 0].copy() for one in (ours, theirs))
    for one in (ours, theirs):
        one[0, 0] = one[0, :2].mean()
    target, share = expit(theirs / temperature), expit(ours / temperature)
    apart = target * np.log(target / share) + (1 - target) * np.log((1 - target) / (1 - share))
    # Of the second row, only the first two pieces are real.
    expected = [temperature**2 * apart[0, [0, 2, 3]].mean(), temperature**2 * apart[1, [0, 1]].mean()]
    assert found == pytest.approx(expected, rel=1e-4)
