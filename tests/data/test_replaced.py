from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.data.replaced import ReplacedPieces
from tfbert_edge.errors import DataError

CLS, SEP, PAD, UNK = 101, 102, 0, 100
SPECIAL = (CLS, SEP, PAD, UNK)


@pytest.fixture
def batches():
    """200 rows of 4 to 11 pieces: mostly 7, some 8, one special in each middle."""
    random = np.random.default_rng(5)
    ids = [
        np.array([CLS, *random.choice([7, 8], length, p=[0.9, 0.1]), UNK, SEP], np.int32)
        for length in random.integers(1, 9, 200)
    ]
    labels = np.arange(200, dtype=np.int32)
    return LengthBucketedBatches(
        Features(ids, [np.zeros_like(row) for row in ids], labels), batch_size=8, seed=3
    )


def flat(batches, epoch=0, **keywords):
    return np.concatenate([batch["input_ids"].ravel() for batch in batches.epoch(epoch, **keywords)])


def test_special_pieces_and_padding_stay_and_others_are_replaced_as_often_as_asked(batches):
    features = batches.features
    unlike = LengthBucketedBatches(
        Features([np.where(row == 7, 9, row) for row in features.input_ids], features.token_type_ids, None),
        batch_size=8,
        seed=3,
    )
    replaced = ReplacedPieces(unlike, share=0.3, special=SPECIAL)
    before, after = flat(unlike), flat(replaced)

    stays = np.isin(before, SPECIAL)
    np.testing.assert_array_equal(before[stays], after[stays])
    assert after.dtype == np.int32
    assert set(np.unique(after)) == set(np.unique(before))
    # Of pieces that are 8, a tenth of all, nine of ten replacements are 9; of the others one of ten is 8.
    rare, common = before == 8, before == 9
    assert (after[rare] != 8).mean() == pytest.approx(0.27, abs=0.12)
    assert (after[common] != 9).mean() == pytest.approx(0.03, abs=0.02)


def test_labels_lengths_and_order_stay(batches):
    replaced = ReplacedPieces(batches, share=0.5, special=SPECIAL)

    assert replaced.steps_per_epoch == batches.steps_per_epoch == 25
    for before, after in zip(batches.epoch(1), replaced.epoch(1), strict=True):
        assert before.keys() == after.keys()
        for name in before.keys() - {"input_ids"}:
            np.testing.assert_array_equal(before[name], after[name])


def test_epochs_differ_and_a_resumed_one_goes_on_as_it_would_have(batches):
    replaced = ReplacedPieces(batches, share=0.5, special=SPECIAL)

    whole, again = list(replaced.epoch(2)), list(replaced.epoch(2, start_step=7))

    assert len(again) == len(whole) - 7
    for one, other in zip(whole[7:], again, strict=True):
        np.testing.assert_array_equal(one["input_ids"], other["input_ids"])
    changed = [
        {tuple(row) for batch in replaced.epoch(epoch) for row in batch["input_ids"]} for epoch in (2, 3)
    ]
    assert changed[0] != changed[1]


def test_texts_of_special_pieces_alone_are_refused():
    rows = [np.array([CLS, SEP], np.int32)] * 3
    batches = LengthBucketedBatches(Features(rows, rows, None), batch_size=2, seed=0)

    with pytest.raises(DataError, match=r"no known word piece.*leave replace_pieces out"):
        ReplacedPieces(batches, share=0.1, special=SPECIAL)
