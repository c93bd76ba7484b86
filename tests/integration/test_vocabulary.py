"""A vocabulary extended by the domain's words and trimmed by coverage, and a length found from the data: in step everywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file
from transformers import AutoTokenizer, BertTokenizer

from export.flatbuffer import read_model
from tfbert_edge.cli.main import run
from tfbert_edge.recipe import load_recipe
from tfbert_edge.runtime.predictor import Predictor
from tfbert_edge.runtime.tokenizer import Tokenizer

HARD = ["Soundtracks, SOUNDTRACK!", "unsoundtracked films", "☃ [MASK] naïve\tzonk", "grippingly gripping", ""]
SHORT = {
    "training": {"epochs": 1, "batch_size": 8, "precision": "float32"},
    "export": {"forms": ["float32"], "steps": None},
    "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None, "form": "float32"}},
    "bundle": {"form": "float32", "eval_examples": 5},
}


def texts() -> list[tuple[str, str]]:
    """Eighty: a soundtrack or an ending, once or (in every tenth) four times."""
    made = []
    for at in range(80):
        label = ("negative", "positive")[at % 2]
        word = ("tedious", "gripping")[at % 2]
        one = f"the {('soundtrack', 'ending')[at // 2 % 2]} of film {at} is {word}"
        made.append((" and ".join([one] * (4 if at % 10 == 0 else 1)), label))
    return made


@pytest.fixture(scope="module")
def recipe(make_recipe, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("vocabulary")
    with (folder / "reviews.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *texts()])
    (folder / "general.txt").write_text("the music of a story\nwas it a zoo or a tree\n")
    path = make_recipe(folder, **SHORT)
    content = yaml.safe_load(path.read_text())
    content["model"] |= {
        "extend_vocabulary": {"general": {"path": str(folder / "general.txt")}, "pieces": 2, "min_count": 5},
        "trim_vocabulary": {
            "coverage": 0.9,
            "general": {"path": str(folder / "general.txt")},
            "pieces": 126,
        },
    }
    content["data"] |= {"max_length": 60, "max_length_percentile": 85.0}
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="module")
def finished(recipe: Path) -> Path:
    assert run(["run", str(recipe)]) == 0
    return recipe.parent / "run"


@pytest.fixture(scope="module")
def record(finished: Path) -> dict:
    return json.loads((finished / "run.json").read_text())


def test_saved_folder_export_and_bundle_give_the_ids_of_transformers(finished):
    length = json.loads((finished / "bundle" / "manifest.json").read_text())["sequence_length"]
    theirs = AutoTokenizer.from_pretrained(finished / "train" / "model")
    bundled = Predictor.from_bundle(finished / "bundle").tokenizer
    examples = [text for text, _ in texts()] + HARD
    expected = theirs(examples, truncation=True, max_length=length).input_ids

    assert {"soundtrack", "gripping"} & set(theirs.vocab), "none of the domain's words became a piece"
    assert "music" in theirs.vocab, "a piece of the general texts alone was dropped"
    assert (
        BertTokenizer(finished / "bundle" / "vocab.txt")(
            examples, truncation=True, max_length=length
        ).input_ids
        == expected
    )
    for tokenizer in (bundled, Tokenizer.from_folder(finished / "export")):
        assert [tokenizer.encode(text, max_length=length).ids for text in examples] == expected


def test_embedding_table_of_the_file_has_a_row_a_piece(finished, record):
    pieces = (finished / "bundle" / "vocab.txt").read_text().splitlines()
    (table,) = [
        tensor
        for tensor in read_model(finished / "bundle" / "model.tflite").tensors
        if tensor.data is not None and tuple(tensor.shape) == (len(pieces), 32)
    ]
    trained = load_file(finished / "train" / "model" / "model.safetensors")
    (stored,) = [array for name, array in trained.items() if name.endswith("word_embeddings.weight")]

    np.testing.assert_array_equal(np.frombuffer(table.data, np.float32).reshape(table.shape), stored)
    assert record["data"]["vocabulary"]["after"] == len(pieces)
    assert record["data"]["vocabulary"]["embedding_bytes"]["after"] == stored.nbytes


def test_record_tells_what_the_vocabulary_costs_and_saves(record, tiny_vocabulary):
    vocabulary = record["data"]["vocabulary"]
    measured = vocabulary["evaluation"]

    assert vocabulary["before"] == len(tiny_vocabulary)
    assert vocabulary["added"] == 2 == len(vocabulary["added_first"])
    assert vocabulary["training_coverage"] >= 0.9
    assert 1 <= vocabulary["filled"] < vocabulary["after"] <= 126 + vocabulary["added"]
    assert measured["pieces_per_word"]["after"] < measured["pieces_per_word"]["before"]
    assert measured["unknown"] == {"before": 0, "after": 0}


def test_length_is_that_of_the_percentile_in_recipe_files_and_record(recipe, finished, record):
    data, stored = record["data"], load_recipe(finished / "recipe.yaml")
    length = data["max_length"]["chosen"]
    lengths = [
        len(Tokenizer.from_folder(finished / "train" / "model").encode(text, max_length=999).ids)
        for text, _ in texts()
    ]

    assert data["max_length"] == {"asked": 60, "percentile": 85.0, "chosen": length}
    assert length < 60 and length in lengths
    assert (stored.data.max_length, stored.sequence_length) == (length, length)
    assert record["recipe"]["data"]["max_length"] == length
    assert record["stages"]["export"]["sequence_length"] == length
    assert data["cut"]["training"]["examples"] + data["cut"]["evaluation"]["examples"] == sum(
        one > length for one in lengths
    )
    assert data["cut"]["training"]["pieces"] + data["cut"]["evaluation"]["pieces"] == sum(
        max(one - length, 0) for one in lengths
    )


def test_report_and_model_card_tell_of_both(finished):
    for path in ("report/report.md", "bundle/README.md"):
        shown = (finished / path).read_text()
        assert "Pieces a word, held-out texts" in shown
        assert "New are 2 pieces of the domain" in shown
        assert "which 85% of the training examples fit in (at most 60)" in shown
        assert "Cut in training" in shown
    assert "by what the training texts and general ones use" in (finished / "bundle/README.md").read_text()


def test_resume_and_trained_take_up_a_run_whose_length_was_found(recipe, finished, tmp_path, capsys):
    model = finished / "train" / "model" / "model.safetensors"
    before = model.stat().st_mtime_ns

    for path in (recipe, finished / "recipe.yaml"):
        assert run(["run", str(path), "--resume", "--output", str(finished)]) == 0
    assert model.stat().st_mtime_ns == before
    assert run(["run", str(recipe), "--resume", "--set", "data.max_length_percentile=99"]) == 1
    assert "data.max_length_percentile" in capsys.readouterr().err

    steps = "compress=[{method: prune_layers, keep: 1}]"
    arguments = ["run", str(recipe), "--trained", str(finished), "--output", str(tmp_path / "half")]
    assert run([*arguments, "--set", steps]) == 0
    taken = json.loads((tmp_path / "half" / "run.json").read_text())
    assert taken["recipe"]["data"]["max_length"] == taken["stages"]["export"]["sequence_length"] < 60
    assert load_recipe(tmp_path / "half" / "recipe.yaml").data.max_length < 60
