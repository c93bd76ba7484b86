"""Texts to learn from without scores, and the rows of pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features, encode_examples
from tfbert_edge.data.sources import load_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, EmbeddingTask, Source
from tfbert_edge.runtime.tokenizer import Tokenizer

TASK = EmbeddingTask(type="embedding", range=(0, 5))


@pytest.fixture
def load(tmp_path: Path):
    (tmp_path / "dev.tsv").write_text(
        "one\ttwo\tscore\na film\ta movie\t4.5\ngood\tbad plot\t1\n", encoding="utf-8"
    )

    def loaded(train: str, **source):
        path = tmp_path / "train.txt"
        path.write_text(train, encoding="utf-8")
        data = DataConfig(
            train=Source(path=(str(path),), **source),
            validation=Source(path=(str(tmp_path / "dev.tsv"),)),
            text_column="one",
            text_pair_column="two",
            label_column="score",
        )
        return load_examples(data, TASK, seed=3)

    return loaded


def test_lines_of_a_text_file_have_no_score(load):
    splits = load("a film\n\n  the plot \nis bad\n", format="text")

    assert splits.train.texts == ["a film", "the plot", "is bad"]
    assert splits.train.pairs is None
    assert np.isnan(splits.train.labels).all()
    assert splits.validation.labels.tolist() == [4.5, 1.0]


def test_limit_draws_lines_and_keeps_their_order_and_names(load):
    whole = [f"text {number}" for number in range(20)]

    drawn = load("\n".join(whole), format="text", limit=5).train

    assert len(drawn) == 5
    assert drawn.texts == sorted(drawn.texts, key=whole.index)
    assert drawn.ids == [f"train-{whole.index(text) + 1}" for text in drawn.texts]


def test_empty_text_file_is_refused(load):
    with pytest.raises(DataError, match="has no lines"):
        load("\n \n", format="text")


def test_pair_is_two_rows_of_its_own_each_as_that_text_alone(load, tiny_bert_folder: Path):
    splits = load("a film\n", format="text")
    tokenizer = Tokenizer.from_folder(tiny_bert_folder)

    pairs = encode_examples(splits.validation, tokenizer, max_length=16, task=splits.task)
    single = encode_examples(splits.train, tokenizer, max_length=16, task=splits.task)

    texts = ["a film", "a movie", "good", "bad plot"]
    assert [ids.tolist() for ids in pairs.input_ids] == [list(tokenizer.encode(text).ids) for text in texts]
    assert pairs.labels == pytest.approx([0.9, 0.9, 0.2, 0.2])
    assert (pairs.together, single.together, len(single)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("count", "batch_size", "shards"), [(64, 8, 1), (64, 8, 2), (61, 8, 1), (30, 7, 1), (2, 32, 1)]
)
def test_batches_keep_rows_together_that_the_loss_compares(count, batch_size, shards):
    lengths = np.random.default_rng(5).integers(3, 40, count)
    rows = [np.ones(length, np.int32) for length in lengths]
    batches = LengthBucketedBatches(
        Features(rows, rows, np.arange(count), together=2),
        batch_size=batch_size,
        seed=1,
        shards=shards,
    )
    parts = [list(batches.epoch(0, shard=shard)) for shard in range(shards)]

    seen = []
    for part in parts:
        assert len(part) == batches.steps_per_epoch
        for batch in part:
            real = batch["index"][batch["example_weight"] == 1.0].tolist()
            assert all(at ^ 1 in real or at == count - 1 for at in real)
            seen += real
    assert sorted(seen) == list(range(count))
