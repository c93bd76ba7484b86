"""Lists of labels from lists, text and columns of 0 and 1; what is wrong is named with its row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfbert_edge.data.sources import load_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, Holdout, MultiLabelTask, Source

LABELS = ("joy", "anger", "fear")


def load(path: Path, *, labels=LABELS, **data):
    config = DataConfig(train=Source(path=(str(path),)), validation=Holdout(holdout=1), **data)
    return load_examples(config, MultiLabelTask(type="multi_label", labels=labels), seed=1)


def write(tmp_path: Path, content: str, name: str = "texts.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def by_text(splits) -> dict[str, list[float]]:
    return {
        text: labels.tolist()
        for examples in (splits.train, splits.validation)
        for text, labels in zip(examples.texts, examples.labels, strict=True)
    }


EXPECTED = {"one": [1, 0, 1], "two": [0, 0, 0], "three": [0, 1, 0]}


def test_labels_in_a_cell_are_parted_by_commas(tmp_path):
    path = write(tmp_path, 'text,label\none,"joy, fear"\ntwo,\nthree,anger\n')
    assert by_text(load(path)) == EXPECTED


def test_labels_in_a_cell_are_parted_by_the_separator_of_the_recipe(tmp_path):
    path = write(tmp_path, "text,label\none,joy|fear\ntwo,\nthree,anger\n")
    assert by_text(load(path, label_separator="|")) == EXPECTED


def test_numbers_stand_for_the_labels_of_the_recipe(tmp_path):
    # The layout of GoEmotions: no header, numbers with commas.
    path = write(tmp_path, "one\t0,2\ta\ntwo\t\tb\nthree\t1\tc\n", "train.tsv")
    source = Source(path=(str(path),), header=False, columns=("text", "label", "id"))
    config = DataConfig(train=source, validation=Holdout(holdout=1), id_column="id")

    splits = load_examples(config, MultiLabelTask(type="multi_label", labels=LABELS), seed=1)

    assert by_text(splits) == EXPECTED
    assert sorted(splits.train.ids + splits.validation.ids) == ["a", "b", "c"]


def test_lists_in_json_lines_are_labels(tmp_path):
    rows = [{"text": "one", "label": ["joy", "fear"]}, {"text": "two", "label": []}]
    rows += [{"text": "three", "label": ["anger"]}]
    path = write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "texts.jsonl")

    assert by_text(load(path)) == EXPECTED
    # Sorted, where the recipe names none.
    assert load(path, labels=None).task.labels == ("anger", "fear", "joy")


def test_columns_of_zeros_and_ones_are_labels_in_their_order(tmp_path):
    path = write(tmp_path, "text,joy,anger,fear\none,1,0,1\ntwo,0,0.0,false\nthree,0,1,0\n")

    splits = load(path, labels=None, label_columns=LABELS)

    assert splits.task.labels == LABELS
    assert by_text(splits) == EXPECTED


def test_lists_of_classes_in_a_saved_data_set_are_labels_by_name(tmp_path):
    datasets = pytest.importorskip("datasets")
    features = {"text": datasets.Value("string"), "label": datasets.List(datasets.ClassLabel(names=LABELS))}
    rows = {"text": ["one", "two", "three"], "label": [[0, 2], [], [1]]}
    datasets.Dataset.from_dict(rows, features=datasets.Features(features)).save_to_disk(tmp_path / "saved")

    assert by_text(load(tmp_path / "saved", labels=None)) == EXPECTED
    # Other names: the numbers stand for them.
    assert load(tmp_path / "saved", labels=("x", "y", "z")).task.labels == ("x", "y", "z")
    assert by_text(load(tmp_path / "saved", labels=("x", "y", "z"))) == EXPECTED


@pytest.mark.parametrize(
    ("content", "data", "message"),
    [
        (
            'text,label\none,"joy,,fear"\ntwo,joy\n',
            {},
            r"texts\.csv, row 1 has an empty label among 'joy,,fear'",
        ),
        (
            "text,label\none,joy\ntwo,jo\n",
            {},
            r"texts\.csv, row 2 has the label 'jo' \(did you mean 'joy'\?\)",
        ),
        ("text,label\none,\ntwo,\n", {}, "none of 1 training examples has a label"),
        (
            "text,joy,anger,fear\none,1,0,2\ntwo,0,0,0\n",
            {"label_columns": LABELS},
            r"texts\.csv, row 1 has '2' in the column 'fear', which must be 0 or 1",
        ),
        (
            "text,joy,anger\none,1,0\ntwo,0,0\n",
            {"label_columns": LABELS},
            r"column 'fear' not in texts\.csv; it has: text, joy, anger\. Set data\.label_columns",
        ),
    ],
)
def test_wrong_labels_are_named_with_their_row(tmp_path, content, data, message):
    with pytest.raises(DataError, match=message):
        load(write(tmp_path, content), **data)


def test_missing_labels_in_json_lines_are_no_empty_list(tmp_path):
    path = write(tmp_path, '{"text": "one", "label": ["joy"]}\n{"text": "two"}\n', "texts.jsonl")
    with pytest.raises(DataError, match=r"texts\.jsonl, row 2 has no labels, not even an empty list"):
        load(path)


def test_a_label_that_training_never_had_is_told(tmp_path):
    path = write(tmp_path, 'text,label\none,"joy,anger"\ntwo,joy\nthree,anger\n')
    assert any("no training example has the label fear" in warning for warning in load(path).warnings)
