from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.data.batching import LengthBucketedBatches, evaluation_batches
from tfbert_edge.data.features import Features


def make_features(lengths, *, labels=True) -> Features:
    """Example i is i + 1, n_i times; its label is i."""
    return Features(
        input_ids=[np.full(length, at + 1, np.int32) for at, length in enumerate(lengths)],
        token_type_ids=[(np.arange(length) >= length // 2).astype(np.int32) for length in lengths],
        labels=np.arange(len(lengths), dtype=np.int32) if labels else None,
        pad_id=0,
    )


LENGTHS = np.random.default_rng(0).integers(3, 61, 1003)


def check_batch(batch, features: Features, multiple: int) -> list[int]:
    """Compare a batch with rows padded one by one; returns the real examples in it."""
    real = batch["example_weight"] == 1.0
    length = batch["input_ids"].shape[1]
    for row, example in enumerate(batch["labels"]):
        ids, types = features.input_ids[example], features.token_type_ids[example]
        padding = [(0, length - len(ids))]
        np.testing.assert_array_equal(batch["input_ids"][row], np.pad(ids, padding))
        np.testing.assert_array_equal(batch["token_type_ids"][row], np.pad(types, padding))
        np.testing.assert_array_equal(batch["attention_mask"][row], np.pad(np.ones_like(ids), padding))
    assert all(
        batch[name].dtype == np.int32 for name in ("input_ids", "token_type_ids", "attention_mask", "labels")
    )
    assert batch["example_weight"].dtype == np.float32
    assert length % multiple == 0 or length == max(map(len, features.input_ids))
    return batch["labels"][real].tolist()


@pytest.mark.parametrize(("size", "batch_size"), [(1003, 32), (64, 32), (5, 32), (1, 1), (3000, 8)])
def test_epoch_holds_every_example_once_padded_as_by_hand(size, batch_size):
    features = make_features(np.resize(LENGTHS, size))
    batches = LengthBucketedBatches(features, batch_size=batch_size, seed=3)

    epoch = list(batches.epoch(0))

    seen = [example for batch in epoch for example in check_batch(batch, features, 8)]
    assert sorted(seen) == list(range(size))
    assert len(epoch) == batches.steps_per_epoch == -(-size // batch_size)
    assert sorted(len(batch["labels"]) for batch in epoch)[1:] == [batch_size] * (len(epoch) - 1)
    for batch in epoch:
        longest = int(batch["attention_mask"].sum(1).max())
        assert batch["input_ids"].shape[1] - longest < 8


def test_epoch_with_a_start_step_is_the_tail_of_the_whole():
    batches = LengthBucketedBatches(make_features(LENGTHS), batch_size=32, seed=3)
    whole = list(batches.epoch(2))

    for start in (0, 1, 17, 31, 32, 40):
        tail = list(batches.epoch(2, start_step=start))
        assert len(tail) == max(len(whole) - start, 0)
        for one, other in zip(tail, whole[start:], strict=True):
            assert one.keys() == other.keys()
            assert all(np.array_equal(one[name], other[name]) for name in one)


def test_epoch_depends_on_seed_and_epoch_alone():
    def order(seed, epoch):
        batches = LengthBucketedBatches(make_features(LENGTHS), batch_size=32, seed=seed)
        return [batch["labels"].tolist() for batch in batches.epoch(epoch)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1) != order(2, 1)


@pytest.mark.parametrize("size", [1003, 1024, 993, 4, 1])
def test_shards_share_every_batch_of_the_whole(size):
    features = make_features(np.resize(LENGTHS, size))
    whole = list(LengthBucketedBatches(features, batch_size=32, seed=5).epoch(1))
    sharded = LengthBucketedBatches(features, batch_size=32, seed=5, shards=4)

    parts = [list(sharded.epoch(1, shard=shard)) for shard in range(4)]

    assert {len(part) for part in parts} == {len(whole)}
    for step, batch in enumerate(whole):
        slices = [part[step] for part in parts]
        assert {one["input_ids"].shape for one in slices} == {slices[0]["input_ids"].shape}
        assert slices[0]["input_ids"].shape[1] == batch["input_ids"].shape[1]
        seen = [example for one in slices for example in check_batch(one, features, 8)]
        assert sorted(seen) == sorted(batch["labels"].tolist())
        assert sum(one["example_weight"].sum() for one in slices) == len(batch["labels"])


def test_batches_waste_little_on_padding():
    lengths = np.random.default_rng(1).geometric(1 / 20, 8000).clip(3, 128)
    batches = LengthBucketedBatches(make_features(lengths), batch_size=32, seed=0)

    computed = sum(batch["input_ids"].size for batch in batches.epoch(0))

    # At random the longest of 32 would pad most batches to four times the mean; rounding to 8 alone costs 3.5 a row.
    assert computed < lengths.sum() + 8 * len(lengths)


def test_batches_come_in_random_order_of_length():
    batches = LengthBucketedBatches(make_features(LENGTHS), batch_size=32, seed=0)

    widths = [batch["input_ids"].shape[1] for batch in batches.epoch(0)]

    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)


def test_batch_never_exceeds_the_longest_example():
    batches = LengthBucketedBatches(make_features([61, 60, 3]), batch_size=2, seed=0)

    assert max(batch["input_ids"].shape[1] for batch in batches.epoch(0)) == 61


def test_batches_without_labels_have_none():
    (batch,) = LengthBucketedBatches(make_features([3, 4], labels=False), batch_size=2, seed=0).epoch(0)

    assert set(batch) == {
        "input_ids",
        "token_type_ids",
        "attention_mask",
        "example_weight",
        "index",
    }
    assert list(batch["index"]) == [0, 1]


@pytest.mark.parametrize(("lengths", "options"), [([], {}), ([3], {"batch_size": 3, "shards": 2})])
def test_batches_that_cannot_be_made_are_refused(lengths, options):
    with pytest.raises(ValueError, match="must be"):
        LengthBucketedBatches(make_features(lengths), **{"batch_size": 2, "seed": 0, **options})


def test_evaluation_batches_hold_every_example_once_the_longest_first():
    features = make_features(LENGTHS)

    found = list(evaluation_batches(features, batch_size=100))

    assert sorted(np.concatenate([indices for indices, _ in found]).tolist()) == list(range(len(LENGTHS)))
    for indices, batch in found:
        np.testing.assert_array_equal(batch["labels"], indices)
        assert check_batch(batch, features, 8) == indices.tolist()
    widths = [batch["input_ids"].shape[1] for _, batch in found]
    assert widths == sorted(widths, reverse=True)
