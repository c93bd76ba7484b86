"""A summarization from its recipe to the bundle: what is worth telling here is what is good."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
import yaml

from tfbert_edge.cli.main import run as command
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

WORTH = ("good", "great", "fine", "best")
OTHER = ("bad", "awful", "dull", "worst")
NOUNS = ("film", "movie", "story", "plot", "actor", "scene")
STEPS = [
    {"method": "prune_neurons", "amount": 0.25},
    {"method": "distill_outputs", "epochs": 1, "learning_rate": 1e-3},
    {"method": "quantize_aware", "epochs": 2, "batch_size": 8, "learning_rate": 1e-3},
]


def document(draw: random.Random, number: int) -> dict[str, str]:
    """Six sentences, of which three are worth telling; they make the summary, the last first and without space between."""
    words = draw.sample([*draw.sample(WORTH, 3), *draw.sample(OTHER, 3)], 6)
    told = [f"The {draw.choice(NOUNS)} {number} is {word}." for word in words]
    summary = "".join(reversed([one for one, word in zip(told, words, strict=True) if word in WORTH]))
    return {"id": f"doc-{number}", "document": "\n".join([" ".join(told[:4]), *told[4:]]), "summary": summary}


@pytest.fixture(scope="module")
def finished(tiny_bert_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("summaries")
    draw = random.Random(5)
    rows = [document(draw, number) for number in range(120)]
    rows.append({**rows[0], "id": "again"})
    (folder / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = {
        "name": "tiny-summaries",
        "output": str(folder / "run"),
        "task": {
            "type": "summarization",
            "sentences": 0.5,
            "trigram_blocking": False,
            "frequency_levels": 2,
        },
        "model": {"checkpoint": str(tiny_bert_folder)},
        "data": {
            "train": {"path": str(folder / "documents.jsonl")},
            "validation": {"holdout": 12},
            "test": {"holdout": 24},
            "distinct": True,
            "text_column": "document",
            "label_column": "summary",
            "id_column": "id",
            "max_length": 32,
            "calibration_examples": 16,
        },
        "training": {"epochs": 8, "batch_size": 8, "learning_rate": 3e-3, "precision": "float32"},
        "compress": STEPS,
        "export": {"forms": ["float32", "int8"], "steps": None},
        "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None}},
        "bundle": {"eval_examples": 5},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe))
    return run_pipeline(load_recipe(folder / "recipe.yaml"))


def test_summaries_are_measured_on_the_test_documents(finished):
    data, validated = finished.record.content["data"], finished.record.stages["validate"]

    counts = [data[name] for name in ("train_examples", "validation_examples", "test_examples")]
    assert counts == [84, 12, 24] and validated["examples"] == 24
    assert validated["rows"] > 24  # six sentences are longer than 32 pieces
    assert data["warnings"] == ["1 train examples repeat the texts of earlier ones and are left out."]


def test_segments_of_all_levels_reach_the_network_and_the_bundle(finished):
    config = json.loads((finished.model_folder / "config.json").read_text())
    predictor = Predictor.from_bundle(finished.folder / "bundle")
    # "The", "film" and "is" stand there twice, the other words once, in an even sentence and an odd one.
    trace = predictor.trace("The film 1 is good.\nThe film 2 is bad.")

    assert config["type_vocab_size"] == 4
    assert {0, 1, 2, 3} == {int(one) for row in trace.rows for one in row.segment_ids[0]}


def test_integer_only_file_chooses_what_is_worth_telling(finished):
    keras = finished.record.stages["validate"]["keras"]["metrics"]
    form = finished.record.stages["validate"]["forms"]["int8"]

    # Half of the sentences of each document are worth telling, wherever they stand.
    assert keras["oracle_rouge1"] == pytest.approx(1.0)
    assert keras["rouge1"] > 0.95 and form["metrics"]["rouge1"] > 0.95
    assert form["metrics"]["lead_rouge1"] < 0.9
    assert form["parity"]["agreement"] >= 0.95
    assert finished.record.stages["export"]["forms"]["int8"]["audit"]["passed"]


def test_report_names_rouge_and_what_it_is_held_against(finished):
    report = (finished.folder / "report" / "report.md").read_text()
    card = (finished.folder / "bundle" / "README.md").read_text()
    assert (finished.folder / "report" / "rouge.png").is_file()

    for said in ("ROUGE-1", "Lead, ROUGE-1", "Oracle, ROUGE-L", "Test examples"):
        assert said in report
    assert "the sentences that make a document's summary" in card
    assert "on which nothing was chosen" in card
    assert "Longer texts are read in windows of 32 word pieces" in card


def test_bundle_answers_as_it_was_measured_and_its_golden_lines_hold(finished, capsys):
    bundle = finished.folder / "bundle"
    predictor = Predictor.from_bundle(bundle)
    lines = [json.loads(line) for line in (bundle / "eval.jsonl").read_text().splitlines()]

    answers = [predictor(line["text"]) for line in lines]

    assert len(lines) == 5 and check_golden(bundle).passed
    for line, answer in zip(lines, answers, strict=True):
        assert {one.index for one in answer.sentences} & set(line["label"]["sentences"])
        assert all(line["text"][one.begin : one.end] == one.text for one in answer.sentences)
        assert answer.summary == " ".join(one.text for one in answer.sentences)
        assert len(answer.scores) == 6
    file = finished.folder.parent / "asked.jsonl"
    file.write_text(json.dumps({"text": lines[0]["text"]}) + "\n", encoding="utf-8")
    assert "\n" in lines[0]["text"]  # which no line of a text file can hold
    assert command(["predict", str(bundle), "--file", str(file), "--top-k", "2"]) == 0
    (said,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert said["summary"] == answers[0].summary and len(said["scores"]) == 2


def test_outputs_of_the_file_are_of_each_piece_with_one_scale(finished):
    (output,) = Predictor.from_bundle(finished.folder / "bundle").interpreter.outputs
    with np.load(finished.folder / "validate" / "outputs_int8.npz") as file:
        outputs = file["outputs"]

    assert (output.dtype, output.shape) == ("uint8", (1, 32))
    assert outputs.shape[1:] == (32, 1)
