"""Tagged sentences from files: what is read, and what is refused with its place."""

from __future__ import annotations

import gzip
import json

import pytest

from tfbert_edge.data.sources import load_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe import Recipe

CONLL = (
    "-DOCSTART- -X- O\n\n\nAnna NNP B-PER\nlives VB O\n\n-DOCSTART- -X- O\n\n"
    "\u00c9lan\u00a0Co NN B-ORG\n\U0001f600 NN O\n"
)


def splits(source, validation=None, **task):
    recipe = Recipe.model_validate(
        {
            "name": "tags",
            "task": {"type": "token_classification", **task},
            "model": {"checkpoint": "none"},
            "data": {"train": source, "validation": validation or {"holdout": 1}},
        }
    )
    return load_examples(recipe.data, recipe.task, seed=1)


def written(path, content):
    path.write_text(content, encoding="utf-8")
    return {"path": str(path)}


def everything(found):
    both = [*zip(found.train.ids, found.train.texts, found.train.labels, strict=True)]
    both += zip(found.validation.ids, found.validation.texts, found.validation.labels, strict=True)
    return {name: (text, tagged) for name, text, tagged in both}


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("apart", [" ", "\t", "   "])
def test_columns_are_sentences_with_known_places(tmp_path, ending, apart):
    content = CONLL.replace(" ", apart).replace("\n", ending)

    found = everything(splits(written(tmp_path / "a.conll", content)))

    assert sorted(found) == ["train-1", "train-2"]
    text, tagged = found["train-2"]
    assert text == "\u00c9lan\u00a0Co \U0001f600"
    assert tagged.spans == ((0, 7), (8, 9))
    assert tagged.tags == ("B-ORG", "O")


def test_zipped_columns_of_another_name_are_read(tmp_path):
    path = tmp_path / "train.txt.gz"
    path.write_bytes(gzip.compress(CONLL.encode()))

    assert len(everything(splits({"path": str(path), "format": "conll"}))) == 2


def test_limit_draws_sentences(tmp_path):
    content = "".join(f"word{number} B-A\n\n" for number in range(20))
    source = written(tmp_path / "a.conll", content) | {"limit": 5}

    found = everything(splits(source))

    assert len(found) == 5
    assert all(text == f"word{int(name.removeprefix('train-')) - 1}" for name, (text, _) in found.items())


def test_json_lines_with_tokens_and_tags_are_read_in_their_scheme(tmp_path):
    rows = [
        {"tokens": ["Anna"], "tags": ["S-PER"]},
        {"tokens": ["New", "York"], "tags": ["B-LOC", "E-LOC"]},
        {"tokens": [], "tags": []},
    ]
    source = written(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    found = splits(source)

    assert found.task.parameters["scheme"] == "BIOES"
    assert {text: tagged.tags for text, tagged in everything(found).values()} == {
        "Anna": ("B-PER",),
        "New York": ("B-LOC", "I-LOC"),
        "": (),
    }


def test_classes_that_a_data_set_numbers_are_tags(tmp_path):
    datasets = pytest.importorskip("datasets")
    tags = datasets.ClassLabel(names=["O", "B-PER", "I-PER"])
    features = datasets.Features(
        {"tokens": datasets.Sequence(datasets.Value("string")), "ner": datasets.Sequence(tags)}
    )
    rows = {"tokens": [["Anna", "K"], ["in"]], "ner": [[1, 2], [0]]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "saved")
    recipe = Recipe.model_validate(
        {
            "name": "tags",
            "task": {"type": "token_classification"},
            "model": {"checkpoint": "none"},
            "data": {
                "train": {"path": str(tmp_path / "saved")},
                "validation": {"holdout": 1},
                "tags_column": "ner",
            },
        }
    )

    found = load_examples(recipe.data, recipe.task, seed=1)

    assert {text: tagged.tags for text, tagged in everything(found).values()} == {
        "Anna K": ("B-PER", "I-PER"),
        "in": ("O",),
    }


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.conll",
            "a O\n\nb X-A\n",
            r"a.conll, the sentence in line 3, token 1: the tag 'X-A' must be one of IOB2",
        ),
        ("a.conll", "a B-A\nb\n", r"a.conll, line 2: has 1 columns, must have 2, as the first line has"),
        ("a.conll", "a\nb\n", r"a.conll, line 1: has 1 columns, must have a token and a tag"),
        ("a.conll", "\tO\n", r"a.conll, line 1: has no token before the tag 'O'"),
        ("a.conll", "\n\n-DOCSTART- O\n", r"a.conll has no sentences"),
        ("a.conll", "a O\n\nb O\n", r"none of 2 training examples has an entity"),
        ("a.jsonl", '{"tokens": ["a"], "tags": []}\n', r"a.jsonl, row 1 has 1 tokens, but 0 tags"),
        (
            "a.jsonl",
            '{"tokens": "a", "tags": ["O"]}\n',
            r"a.jsonl, row 1: the column 'tokens' must hold a list",
        ),
        ("a.jsonl", '{"tokens": [" "], "tags": ["O"]}\n', r"a.jsonl, row 1, token 1: must be text, was ' '"),
        (
            "a.jsonl",
            '{"words": ["a"], "tags": ["O"]}\n',
            r"column 'tokens' not in a.jsonl.*data.tokens_column",
        ),
    ],
)
def test_bad_files_are_refused_with_their_place(tmp_path, name, content, expected):
    with pytest.raises(DataError, match=expected):
        splits(written(tmp_path / name, content))


def test_type_that_training_never_had_is_refused_with_its_place(tmp_path):
    train = written(tmp_path / "a.conll", "a B-A\n\nb O\n")
    validation = written(tmp_path / "b.conll", "c O\nd B-B\n")

    with pytest.raises(
        DataError, match=r"b.conll, the sentence in line 1, token 2: there is no type 'B'; there are A"
    ):
        splits(train, validation)


def test_columns_have_no_names_to_match(tmp_path):
    source = written(tmp_path / "a.conll", CONLL) | {"where": {"a": "b"}}

    with pytest.raises(DataError, match=r"CoNLL's columns, which have no names: leave out data.train.where"):
        splits(source)


def test_intents_stand_beside_tokens_and_tags(tmp_path):
    rows = [
        {"tokens": ["play", "Anna"], "tags": ["O", "B-artist"], "intent": "play"},
        {"tokens": ["buy"], "tags": ["O"], "intent": "buy"},
        {"tokens": ["play"], "tags": ["O"], "intent": "play"},
    ]
    source = written(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    recipe = Recipe.model_validate(
        {
            "name": "requests",
            "task": {"type": "intent_slots"},
            "model": {"checkpoint": "none"},
            "data": {"train": source, "validation": {"holdout": 1}, "label_column": "intent"},
        }
    )

    found = load_examples(recipe.data, recipe.task, seed=1)

    assert found.task.labels == ("buy", "play", "O", "B-artist", "I-artist")
    assert {text: (frame.intent, frame.tokens.tags) for text, frame in everything(found).values()} == {
        "play Anna": (1, ("O", "B-artist")),
        "buy": (0, ("O",)),
        "play": (1, ("O",)),
    }
