"""Texts without labels, from every kind of source."""

from __future__ import annotations

import gzip
import json

import datasets
import pytest

from tfbert_edge.data.unlabelled import load_unlabelled, load_unlabelled_pairs
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema_unlabelled import Unlabelled

TEXTS = ["A first text", "and, a second", "a third"]


def load(path, *, without=(), seed=1, **fields):
    source = Unlabelled.model_validate({"path": path, **fields})
    return load_unlabelled(source, setting="compress.1.unlabelled", seed=seed, without=without)


@pytest.mark.parametrize(
    ("name", "content", "fields"),
    [
        ("a.txt", "\n".join(TEXTS) + "\n\n", {}),
        ("a.txt.gz", gzip.compress("\r\n".join(TEXTS).encode(), mtime=0), {}),
        ("a.corpus", "\n".join(TEXTS), {"format": "text"}),
        ("a.jsonl", "".join(json.dumps({"body": text}) + "\n" for text in [*TEXTS, None]), {"column": "body"}),
        ("a.csv", "text,n\n" + "".join(f'"{text}",1\n' for text in TEXTS) + "no,2\n", {"where": {"n": 1}}),
    ],
)  # fmt: skip
def test_load_unlabelled_reads_every_format(name, content, fields, write):
    assert load(write(name, content), **fields) == (TEXTS, 0)


def test_load_unlabelled_reads_saved_data_sets_beside_text_files(write, tmp_path):
    write("a.txt", TEXTS[0])
    datasets.Dataset.from_dict({"text": TEXTS[1:]}).save_to_disk(str(tmp_path / "saved"))

    assert load(["a.txt", "saved"])[0] == TEXTS


def test_load_unlabelled_leaves_out_repeated_empty_and_known_texts(write):
    write("a.txt", "It 's good !\n...\nNew one\nnew  ONE.\nits good\nOther\n")

    found, known = load("a.txt", without=["it's good", "absent"])

    assert (found, known) == (["New one", "Other"], 2)


def test_load_unlabelled_cuts_before_it_draws_its_subset(write):
    lines = [f"Line {number} begins. It has a second sentence {number}." for number in range(50)]
    write("a.txt", "\n".join(lines))

    every, _ = load("a.txt", cut="sentences")
    few, _ = load("a.txt", cut="sentences", examples=10)
    rows, _ = load("a.txt", limit=10)

    assert len(every) == 100 and every[:2] == ["Line 0 begins.", "It has a second sentence 0."]
    assert len(few) == 10 and set(few) < set(every)
    assert few == load("a.txt", cut="sentences", examples=10)[0]
    assert few != load("a.txt", cut="sentences", examples=10, seed=2)[0]
    assert len(rows) == 10 and set(rows) < set(lines)


@pytest.mark.parametrize(
    ("name", "content", "fields", "expected"),
    [
        ("a.csv", "body\na\n", {}, r"column 'text' not in a\.csv; it has: body\. Set compress\.1\.unlabelled\.column"),
        ("a.jsonl", '{"text": ["a"]}\n', {}, r"a\.jsonl, row 1: the column 'text' must hold text, it holds a list"),
        ("a.txt", "\n...\n", {}, r"a\.txt has no text to learn from .*Correct compress\.1\.unlabelled"),
        ("a.txt", b"caf\xe9\n", {}, r"a\.txt, row 1: the text is not UTF-8"),
        ("a.txt", "a\n", {"where": {"x": "1"}}, r"drop compress\.1\.unlabelled\.where"),
        ("a.csv", "text\na\n", {"split": "train"}, r"compress\.1\.unlabelled\.split is 'train', but the file a\.csv"),
        ("a.other", "a\n", {}, r"set compress\.1\.unlabelled\.format"),
    ],
)  # fmt: skip
def test_load_unlabelled_of_bad_input_says_what_and_where(name, content, fields, expected, write):
    with pytest.raises(DataError, match=expected):
        load(write(name, content), **fields)


def test_load_unlabelled_without_a_file_says_which_setting(write):
    with pytest.raises(DataError, match=r"no file absent\.txt.*Set compress\.1\.unlabelled\.path"):
        load("absent.txt")


def test_load_unlabelled_pairs_leaves_out_repeated_halves_and_those_with_a_known_text(write):
    rows = ["One,First", "one!,first", "First,One", "Two,...", "Three,Known", "known,Four", "Five,Second"]
    write("a.csv", "s,t\n" + "\n".join(rows) + "\n")
    source = Unlabelled.model_validate({"path": "a.csv", "column": "s", "pair_column": "t"})

    first, second, known = load_unlabelled_pairs(source, setting="x", seed=1, without=["known"])

    assert list(zip(first, second, strict=True)) == [("One", "First"), ("First", "One"), ("Five", "Second")]
    assert known == 2


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "text,b\na,b\n", r"column 't' not in a\.csv; it has: text, b\. Set x\.pair_column"),
        ("a.txt", "a\n", r"drop x\.pair_column"),
        ("a.jsonl", '{"text": "a", "t": {}}\n', r"the column 't' must hold text, it holds a dict\. Set x\.pair_column"),
    ],
)  # fmt: skip
def test_load_unlabelled_pairs_of_bad_input_says_what_and_where(name, content, expected, write):
    source = Unlabelled.model_validate({"path": write(name, content), "pair_column": "t"})

    with pytest.raises(DataError, match=expected):
        load_unlabelled_pairs(source, setting="x", seed=1)
