"""Several labels for a text, end to end: sentences of films, marked by the words in them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

WORDS = {"praise": "good", "blame": "bad", "script": "plot"}
LABELS = tuple(WORDS)
OTHERS = ("the", "film", "is", "actor", "scene", "was")


def write_opinions(path: Path, count: int = 200) -> Path:
    """Sentences of five words: each label is true where its word is among them."""
    draw = random.Random(3)
    rows: dict[str, list[str]] = {}
    while len(rows) < count:
        words = [word for word in WORDS.values() if draw.random() < 0.4]
        words += draw.choices(OTHERS, k=5 - len(words))
        draw.shuffle(words)
        rows[" ".join(words)] = [label for label in LABELS if WORDS[label] in words]
    lines = [json.dumps({"text": text, "topics": labels}) + "\n" for text, labels in rows.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("topics")
    recipe = make_recipe(
        folder,
        task={"type": "multi_label", "labels": list(LABELS)},
        data={
            "train": {"path": str(write_opinions(folder / "topics.jsonl"))},
            "validation": {"holdout": 40},
            "label_column": "topics",
            "max_length": 32,
        },
        training={"epochs": 10, "batch_size": 8, "early_stopping": {"metric": "mean_average_precision"}},
        compress=[{"method": "quantize_aware", "epochs": 1}],
        export={"forms": ["float32", "int8"], "steps": None},
    )
    assert run(["run", str(recipe), "--debug"]) == 0
    return folder / "run"


def record_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_integer_file_finds_the_topics_of_sentences_it_never_saw(finished: Path):
    record = record_of(finished)
    validated = record["stages"]["validate"]
    metrics = validated["forms"]["int8"]["metrics"]

    assert record["stages"]["export"]["forms"]["int8"]["audit"]["passed"]
    assert validated["primary_metric"] == "f1_micro"
    # To name all labels everywhere is worth about 0.6.
    assert metrics["f1_micro"] > 0.75
    assert metrics["mean_average_precision"] > 0.75
    assert validated["forms"]["int8"]["parity"]["agreement"] > 0.85


def test_thresholds_are_chosen_once_and_kept_from_the_record_to_the_device(finished: Path):
    thresholds = record_of(finished)["data"]["task"]["thresholds"]
    predictor = Predictor.from_bundle(finished / "bundle.zip")

    assert list(thresholds) == list(LABELS)
    assert predictor.manifest.settings["thresholds"] == thresholds
    # On Keras's answers, each has the highest F1 that any cut has.
    saved = np.load(finished / "validate" / "outputs_int8.npz")
    for label, name in enumerate(LABELS):
        truth, scores = saved["labels"][:, label] > 0, saved["keras_outputs"][:, label]

        def f1(cut: float, truth: np.ndarray = truth, scores: np.ndarray = scores) -> float:
            return 2 * (truth & (scores >= cut)).sum() / (truth.sum() + (scores >= cut).sum())

        assert f1(thresholds[name]) == pytest.approx(max(f1(cut) for cut in scores))


def test_bundle_answers_with_the_labels_over_their_thresholds(finished: Path):
    predictor = Predictor.from_bundle(finished / "bundle")
    for text in ("a funny story about love", "", "the music is loud", "\U0001f600\u0007"):
        answer = predictor(text)
        over = [
            one.label
            for one in answer.scores
            if one.score >= predictor.manifest.settings["thresholds"][one.label]
        ]
        assert list(answer.labels) == over
        assert len(answer.scores) == len(LABELS)
    assert check_golden(finished / "bundle").passed


def test_examples_for_the_device_have_lists_of_labels(finished: Path):
    lines = (finished / "bundle" / "eval.jsonl").read_text(encoding="ascii").splitlines()
    labels = [json.loads(line)["label"] for line in lines]

    assert len(labels) == 10
    assert all(isinstance(one, list) and set(one) <= set(LABELS) for one in labels)


def test_saved_model_is_a_multi_label_one_for_transformers(finished: Path):
    config = json.loads((finished / "train" / "model" / "config.json").read_text(encoding="utf-8"))

    assert config["problem_type"] == "multi_label_classification"
    assert config["architectures"] == ["BertForSequenceClassification"]


def test_report_shows_each_label_with_its_threshold(finished: Path):
    card = (finished / "bundle" / "README.md").read_text(encoding="utf-8")

    assert "any number of 3 labels: praise, blame, script" in card
    assert "Threshold" in card
    assert "chosen by the highest F1 on these same examples" in card
