"""A label read from the mean of a text's pieces, from pruning and distillation to the device."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

LEARNING = {"epochs": 2, "batch_size": 8, "learning_rate": 3e-3}
STEPS = [
    {"method": "prune_heads", "amount": 0.25},
    {"method": "replace_blocks", "normalization": "rms_norm"},
    {"method": "distill_layers", **LEARNING},
    {"method": "distill_outputs", "cosine_weight": 0.5, **LEARNING},
    {"method": "quantize_aware", "epochs": 1, "batch_size": 8, "learning_rate": 1e-3},
]


@pytest.fixture(scope="module")
def finished(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mean")
    task = {"type": "classification", "labels": ["negative", "positive"], "pooling": "mean"}
    recipe = make_recipe(
        folder,
        task=task,
        compress=STEPS,
        export={"forms": ["float32", "int8", "int16x8"], "steps": None},
        validate={"examples": 30},
    )
    assert run(["run", str(recipe), "--debug"]) == 0
    return folder / "run"


def test_integer_files_decide_unseen_sentences_as_keras_does(finished: Path):
    record = json.loads((finished / "run.json").read_text(encoding="utf-8"))
    validated = record["stages"]["validate"]["forms"]

    assert record["data"]["task"]["pooling"] == "mean"
    assert record["stages"]["validate"]["examples"] == 30
    for form in ("int8", "int16x8"):
        assert record["stages"]["export"]["forms"][form]["audit"]["passed"]
        assert validated[form]["metrics"]["accuracy"] > 0.9
        assert validated[form]["parity"]["agreement"] > 0.9


def test_bundle_answers_alike_whatever_stands_beside_the_sentence(finished: Path):
    predictor = Predictor.from_bundle(finished / "bundle")

    assert predictor("the film is great").label == "positive"
    assert predictor("the film is dull and the plot is awful").label == "negative"
    # Neither of no piece, nor of as many as fit.
    for text in ("", "\U0001f600\u0007", "the film is great and " * 50):
        assert 0.5 <= predictor(text).score <= 1.0
    assert check_golden(finished / "bundle").passed
