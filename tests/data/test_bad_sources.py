"""What a user may get wrong about data, and the line that says so."""

from __future__ import annotations

import gzip

import pytest

from tfbert_edge.errors import DataError


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("a.csv", "text,label\na,0\n", {"text_column": "s"}, r"'s' not in a.csv; it has: text, label. Set data\.text_column"),
        ("a.csv", "text,label\na,0\n", {"label_column": "l"}, r"column 'l' not in a.csv.*Set data\.label_column"),
        ("a.csv", 'text,label\na,0\n"b\nb",1\n ,0\n,1\n', {}, r"a\.csv, row 3 \(and 1 more\): the text .* is empty"),
        ("a.jsonl", '{"text": "a", "label": 0}\n{"label": 1}\n', {}, r"a\.jsonl, row 2: the text .* is empty"),
        ("a.csv", b'text,label\nx,0\n"y\nz",1\ncaf\xe9,0\n', {}, r"a\.csv, row 3: the text is not UTF-8"),
        ("a.tsv", b'text\tlabel\ny "z\t1\ncaf\xe9\t0\n', {}, r"a\.tsv, row 2: the text is not UTF-8"),
        ("a.jsonl", b'{"text": "x"}\n{"text": "\xe9"}\n', {}, r"a\.jsonl, row 2: the text is not UTF-8"),
        ("a.csv", "text,label\na,0\nb,\nc,1\n", {}, "a.csv, row 2 has no label"),
        ("a.csv", "text,label\na,0\nb\nc,1\n", {}, "a.csv, row 2 has no label"),
        ("a.csv", "text,label\na,0\nb,1,2\n", {}, "cannot be read as csv: .*Expected 2 fields in line 3, saw 3"),
        ("a.csv", "text,label\na,0,1\nb,1,2\n", {}, "has 3 columns in row 1, but the names of 2"),
        ("a.csv", "text,label,text\na,0,1\n", {}, "names the column 'text' twice"),
        ("a.csv", "text,label\na,0\nb,0\nc,0\n", {}, "one label only, '0'"),
        ("a.csv", "text,label\n", {}, "has no rows"),
        ("a.csv", "", {}, "has no rows"),
        ("a.jsonl", '{"text": "a", "label": 0}\n{"text": \n', {}, "a.jsonl, row 2: not JSON"),
        ("a.jsonl", '{"text": ["a"], "label": 0}\n{"text": ["b"], "label": 1}\n', {}, "must hold text, it holds a list"),
        ("a.csv.gz", gzip.compress(b"text,label\na,0\n" * 9, mtime=0)[:20], {}, "a.csv.gz cannot be read"),
        ("a.parquet.gz", gzip.compress(b"PAR1" * 99, mtime=0)[:20], {}, "a.parquet.gz cannot be read as parquet: Compr"),
        ("a.parquet", b"PAR1", {}, "a.parquet cannot be read as parquet"),
        ("a.txt", "text,label\na,0\n", {}, r"does not tell its format: set data\.train\.format"),
        ("a.csv", "text,label,n\na,0,1\nb,1,1\n", {"id_column": "n"}, "row 2 has the id '1', as a.csv, row 1 has"),
        ("a.csv", "text,label\na,0\nb,1\n", {"validation": {"holdout": 2}}, "takes 2 of 2 training examples"),
        ("a.csv", "text,label\na,0\nb,1\n", {"validation": {"path": "b.csv"}}, r"no file b\.csv.*Set data\.validation\.path"),
    ],
)  # fmt: skip
def test_load_examples_of_bad_input_says_what_and_where(name, content, options, expected, write, load):
    with pytest.raises(DataError, match=expected):
        load(write(name, content), **options)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            {"path": "a.csv", "where": {"label": "7"}},
            "no row has '7' in the column 'label'; it has: '0', '1'",
        ),
        ({"path": "a.csv", "where": {"kind": "7"}}, r"column 'kind' not in a\.csv.*Set data\.train\.where"),
        ({"path": "a.csv", "split": "train"}, "the file a.csv has no splits"),
        ({"path": "a.csv", "revision": "main"}, "are for hub ids, but a.csv is a local file"),
        ({"path": "folder"}, "is a folder, but not one that datasets' save_to_disk wrote"),
        (
            {"path": "package:no_such_thing/a.csv"},
            "no Python package 'no_such_thing' here. .*pip install no-such-thing",
        ),
        ({"path": "package:datasets/a.csv"}, "there is no file .*datasets/a.csv"),
    ],
)
def test_load_examples_of_a_wrong_source_says_what_to_set(source, expected, write, load, tmp_path):
    write("a.csv", "text,label\na,0\nb,1\nc,0\nd,1\n")
    (tmp_path / "folder").mkdir()

    with pytest.raises(DataError, match=expected):
        load(source)


def test_unreachable_hub_tells_how_to_bring_the_files(write, load):
    write("nothing", "")

    with pytest.raises(
        DataError, match=r"(?s)cannot be had as a data set from the hub.*CSV, TSV, JSONL.*save_to_disk"
    ):
        load("someone/some-data-set")


def test_training_labels_all_alike_under_named_labels_are_refused(write, load):
    write("o.csv", "text,label\na,0\nb,0\nc,0\nd,0\n")

    with pytest.raises(DataError, match="all 2 training examples have the label 'no'"):
        load("o.csv", task={"type": "classification", "labels": ["no", "yes"]})
