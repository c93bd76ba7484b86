"""Whole recipes on a tiny BERT: a data set that can be learnt in seconds, and the recipe for it."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tfbert_edge.cli.main import run

GOOD = ("good", "great", "fine", "fresh", "charming", "smart", "lovely", "funny", "best", "moving")
BAD = ("bad", "awful", "poor", "dull", "boring", "stale", "flat", "ugly", "worst", "clumsy")
NOUNS = ("film", "movie", "story", "plot", "actor", "scene", "script", "music", "ending")
FORMS = ["float32", "dynamic", "int8"]


def write_reviews(path: Path, count: int, *, seed: int = 0) -> Path:
    """A CSV of ``count`` different sentences whose adjectives decide the label."""
    draw = random.Random(seed)
    rows: dict[str, str] = {}
    while len(rows) < count:
        label = draw.choice(["negative", "positive"])
        words = GOOD if label == "positive" else BAD
        parts = [
            f"the {draw.choice(NOUNS)} is {draw.choice(words)}" for _ in range(draw.choice([1, 1, 2, 3]))
        ]
        rows[" and ".join(parts)] = label
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(rows.items())
    return path


@pytest.fixture(scope="session")
def make_recipe(tiny_bert_folder: Path) -> Callable[..., Path]:
    """``make_recipe(folder, **blocks)`` writes a recipe that runs in seconds; each block is laid over its own."""

    def make(folder: Path, **blocks: Any) -> Path:
        data = folder / "reviews.csv"
        if not data.exists():
            write_reviews(data, 160)
        recipe: dict[str, Any] = {
            "name": "tiny",
            "output": str(folder / "run"),
            "task": {"type": "classification", "labels": ["negative", "positive"]},
            "model": {"checkpoint": str(tiny_bert_folder)},
            "data": {
                "train": {"path": str(data)},
                "validation": {"holdout": 40},
                "max_length": 32,
                "calibration_examples": 32,
            },
            "training": {"epochs": 6, "batch_size": 8, "learning_rate": 3e-3, "precision": "float32"},
            # Only the tests about them export the networks between the steps: each takes seconds.
            "export": {"forms": FORMS, "steps": None},
            "validate": {"threads": [1], "latency_runs": 5, "gates": {"max_accuracy_drop": None}},
            "bundle": {"eval_examples": 10},
        }
        for block, changes in blocks.items():
            recipe[block] = recipe[block] | changes if isinstance(recipe.get(block), dict) else changes
        path = folder / "recipe.yaml"
        path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
        return path

    return make


@pytest.fixture(scope="session")
def run_steps(make_recipe: Callable[..., Path]) -> Callable[..., Path]:
    """``run_steps(folder, chain, precision="float32", **export)`` runs a whole recipe with these compression steps, up to a
    float and an integer file; returns the run's folder."""

    def run_whole(
        folder: Path, chain: list[dict[str, Any]], *, precision: str = "float32", **export: Any
    ) -> Path:
        recipe = make_recipe(
            folder,
            compress=chain,
            training={"precision": precision},
            export={"forms": ["float32", "int8"], **export},
            validate={"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None}},
        )
        assert run(["run", str(recipe)]) == 0
        return folder / "run"

    return run_whole
