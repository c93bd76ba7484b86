"""Examples apart from those on which epochs are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import DataError


def rows(count: int) -> str:
    return "text,label\n" + "".join(f"text {number},{number % 2}\n" for number in range(count))


def test_test_and_validation_holdouts_are_disjoint_seeded_shares_of_all(write, load):
    write("a.csv", rows(200))
    settings = {"validation": {"holdout": 0.1}, "test": {"holdout": 0.1}}

    splits = load("a.csv", **settings)
    again, other = load("a.csv", **settings), load("a.csv", seed=2, **settings)

    parts = (splits.train, splits.validation, splits.test)
    assert [len(part) for part in parts] == [160, 20, 20]
    assert len({name for part in parts for name in part.ids}) == 200
    assert all(np.bincount(part.labels).tolist() == [len(part) // 2] * 2 for part in parts)
    assert again.test.ids == splits.test.ids and again.validation.ids == splits.validation.ids
    assert other.test.ids != splits.test.ids
    assert splits.warnings == []


def test_test_holdout_does_not_depend_on_the_validation(write, load):
    write("a.csv", rows(100))

    few, many = (load("a.csv", validation={"holdout": count}, test={"holdout": 10}) for count in (5, 50))

    assert few.test.ids == many.test.ids


def test_test_source_is_read_beside_a_validation_holdout(write, load):
    write("a.csv", rows(40))
    write("b.csv", "text,label\nother,0\nanother,1\n")

    splits = load("a.csv", validation={"holdout": 10}, test={"path": "b.csv"})

    assert [len(splits.train), len(splits.validation), splits.test.texts] == [30, 10, ["other", "another"]]
    assert splits.test.ids == ["test-1", "test-2"]
    assert load("a.csv").test is None


def test_test_examples_that_were_seen_are_told(write, load):
    write("a.csv", rows(40))
    write("b.csv", "text,label\ntext 0,0\ntext 1,1\nnew,0\n")
    write("c.csv", "text,label\nnew,0\nold,1\n")

    splits = load("a.csv", validation={"path": "c.csv"}, test={"path": "b.csv"})

    assert [warning.split(" (")[0] for warning in splits.warnings] == [
        "2 of 3 test examples are also training examples",
        "1 of 3 test examples are also validation examples",
    ]


def test_holdout_of_test_that_leaves_nothing_names_its_setting(write, load):
    write("a.csv", rows(4))

    with pytest.raises(DataError, match=r"data\.test\.holdout is 4"):
        load("a.csv", test={"holdout": 4})


def test_distinct_keeps_the_first_of_equal_texts(write, load):
    write("a.csv", "text,label\n" + "".join(f"{text},{at % 2}\n" for at, text in enumerate("abcdabc")))

    splits = load("a.csv", distinct=True)
    everything = load("a.csv")

    kept = sorted(
        zip(
            splits.train.ids + splits.validation.ids,
            splits.train.texts + splits.validation.texts,
            strict=True,
        )
    )
    assert kept == [("train-1", "a"), ("train-2", "b"), ("train-3", "c"), ("train-4", "d")]
    assert splits.warnings[0] == "3 train examples repeat the texts of earlier ones and are left out."
    assert len(everything.train) + len(everything.validation) == 7
