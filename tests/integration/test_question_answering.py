"""Question answering from SQuAD's JSON to a bundle, with questions that have no answer and contexts in windows."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.decode import as_json
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

FILLERS = "the film story plot actor scene script music ending is was it and so very".split()
ANSWERS = "good bad great awful".split()


def squad(count: int, *, seed: int) -> dict[str, Any]:
    """Questions whose answer is the only adjective in the context; one in five has none."""
    draw = random.Random(seed)
    paragraphs = []
    for number in range(count):
        words = draw.choices(FILLERS, k=draw.choice([5, 9, 14, 40]))
        answers = []
        if number % 5:
            place = draw.randrange(len(words))
            words[place] = draw.choice(ANSWERS)
            answers = [{"text": words[place], "answer_start": len(" ".join([*words[:place], ""]))}]
        asked = {"id": f"{seed}-{number}", "question": f"how was it {number} ?", "answers": answers}
        paragraphs.append({"context": " ".join(words), "qas": [{**asked, "is_impossible": not answers}]})
    return {"version": "v2.0", "data": [{"title": "made", "paragraphs": paragraphs}]}


@pytest.fixture(scope="module")
def finished(tiny_bert_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("question-answering")
    for name, count, seed in (("train", 100, 1), ("dev", 40, 2)):
        (folder / f"{name}.json").write_text(json.dumps(squad(count, seed=seed)))
    recipe = {
        "name": "tiny",
        "task": {"type": "question_answering", "max_answer_length": 6},
        "model": {"checkpoint": str(tiny_bert_folder)},
        "data": {
            "train": {"path": str(folder / "train.json")},
            "validation": {"path": str(folder / "dev.json")},
            "max_length": 32,
            "calibration_examples": 32,
        },
        "training": {
            "epochs": 4,
            "batch_size": 8,
            "learning_rate": 3e-3,
            "precision": "float32",
            "evaluation_examples": 20,
        },
        "compress": [{"method": "quantize_aware", "epochs": 1, "batch_size": 8}],
        "export": {"forms": ["float32", "int8", "int16x8"], "steps": None},
        "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None}},
        "bundle": {"eval_examples": 10},
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe))
    assert run(["run", str(path), "--output", str(folder / "run"), "--debug"]) == 0
    return folder / "run"


def test_integer_file_has_two_outputs_each_with_its_scale_and_passes_the_audit(finished):
    manifest = json.loads((finished / "bundle" / "manifest.json").read_text())
    outputs = {tensor["name"]: tensor for tensor in manifest["outputs"]}

    audits = json.loads((finished / "export" / "audit.json").read_text())
    assert audits["int8"]["passed"] is audits["int16x8"]["passed"] is True
    assert sorted(outputs) == ["end", "start"]
    assert {(tensor["dtype"], tuple(tensor["shape"])) for tensor in outputs.values()} == {("uint8", (1, 32))}
    assert all(tensor["scale"] > 0 for tensor in outputs.values())
    assert manifest["tokenizer"]["stride"] == 8


def test_figures_are_those_of_all_questions_and_better_than_always_none(finished):
    record = json.loads((finished / "run.json").read_text())
    validated = record["stages"]["validate"]

    assert validated["examples"] == 40 < validated["rows"]
    assert validated["primary_metric"] == "f1"
    for metrics in (validated["keras"]["metrics"], validated["forms"]["int8"]["metrics"]):
        assert metrics["f1"] >= metrics["exact_match"] > 0.5  # 0.2 are right where no question is answered
        assert metrics["f1_no_answer"] > 0.5
    assert validated["forms"]["int8"]["parity"]["agreement"] >= 0.9
    assert validated["forms"]["int16x8"]["parity"]["agreement"] >= 0.95
    assert validated["forms"]["float32"]["parity"]["agreement"] == 1.0


def test_bundle_answers_as_the_evaluation_says_and_its_golden_vectors_hold(finished):
    bundle = finished / "bundle"
    predictor = Predictor.from_bundle(bundle)
    examples = [json.loads(line) for line in (bundle / "eval.jsonl").read_text().splitlines()]
    questions, contexts = ([example[name] for example in examples] for name in ("text", "text_pair"))

    answers = predictor(questions, contexts)

    right = [
        answer.answer in example["label"]["text"] or not (answer.answer or example["label"]["text"])
        for answer, example in zip(answers, examples, strict=True)
    ]
    assert np.mean(right) > 0.5
    assert all(
        context[answer.begin : answer.end] == answer.answer
        for answer, context in zip(answers, contexts, strict=True)
    )
    assert "no_answer" in json.dumps(json.loads((bundle / "manifest.json").read_text()))
    assert len(predictor(questions[1], contexts[1], top_k=3).alternatives) in (2, 3)
    assert check_golden(bundle).passed


def test_predict_prints_answers_as_json_lines(finished, capsys):
    context = "\U0001f600 the film  was good"
    assert run(["predict", str(finished / "bundle.zip"), "--pair", "how was it ?", context]) == 0

    printed = json.loads(capsys.readouterr().out)
    answer = Predictor.from_bundle(finished / "bundle")("how was it ?", context)
    assert printed == json.loads(
        json.dumps({"text": "how was it ?", "text_pair": context, **as_json(answer)})
    )


def test_report_and_card_show_the_figures_of_answers(finished):
    report = (finished / "report" / "report.html").read_text()
    card = (finished / "bundle" / "README.md").read_text()

    for text in (report, card):
        assert "Exact match" in text
    assert "the part of a context that answers a question" in card
    assert "read in windows" in card
