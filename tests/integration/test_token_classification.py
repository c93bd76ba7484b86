"""Named entities from columns of tokens to a bundle, on a tiny BERT: whole recipe, integer-only, answers with places."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

NAMES, PLACES = ("bad", "good", "silly", "sharp"), ("warm", "cold", "dark", "bright")
LONG = "the film is not in Dark and so it was very good . " * 12


def write_columns(path: Path, count: int, *, seed: int) -> Path:
    """Sentences in IOB1 in which eight words are names, some of two tokens; the first is longer than the network."""
    draw = random.Random(seed)
    lines = ["-DOCSTART- O", ""]
    for number in range(count):
        for _ in range(draw.randint(1, 2) if number else 9):
            lines += ["the O", f"{draw.choice(['film', 'story', 'actor'])} O", "is O"]
            kind, words, more = draw.choice([("PER", NAMES, "Fresh"), ("LOC", PLACES, "Flat")])
            lines += [f"{draw.choice(words).capitalize()} I-{kind}"]
            lines += [f"{more} I-{kind}"] * draw.randint(0, 1)
            lines += [f"{number} O", ". O"]
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("entities")
    columns = [str(write_columns(folder / f"{seed}.conll", 160 - 120 * seed, seed=seed)) for seed in (0, 1)]
    path = make_recipe(
        folder,
        task={"type": "token_classification", "labels": None},
        data={"train": {"path": columns[0]}, "validation": {"path": columns[1]}},
        compress=[
            {"method": "prune_layers", "keep": 1, "choice": "last"},
            {"method": "distill_outputs", "epochs": 2, "batch_size": 8, "learning_rate": 1e-3},
            {"method": "quantize_aware", "replace_pieces": 0.1, "batch_size": 8, "learning_rate": 1e-3},
        ],
        export={"forms": ["float32", "int8"]},
    )
    return run_pipeline(load_recipe(path))


def test_entities_are_learnt_and_keep_their_figures_as_integers(finished):
    figures = finished.record.stages["validate"]

    assert finished.record.content["data"]["task"]["scheme"] == "IOB1"
    assert figures["primary_metric"] == "f1"
    assert figures["rows"] > figures["examples"] == 40
    assert figures["keras"]["metrics"]["f1"] > 0.9
    assert figures["forms"]["int8"]["metrics"]["f1"] > 0.9
    assert set(figures["forms"]["int8"]["metrics"]["per_class"]) == {"LOC", "PER"}
    assert figures["forms"]["int8"]["parity"]["agreement"] >= 0.9
    assert finished.record.stages["export"]["forms"]["int8"]["audit"]["passed"]


def test_bundle_answers_with_places_in_the_original_text(finished):
    predictor = Predictor.from_bundle(finished.folder / "bundle")
    text = "the  film\tis S\u00edlly Fresh \U0001f600 . the story is C\u00f3ld 7 ."

    found = predictor(text).entities

    assert [(one.type, one.text) for one in found] == [("PER", "S\u00edlly Fresh"), ("LOC", "C\u00f3ld")]
    assert all(text[one.begin : one.end] == one.text and 0 < one.score <= 1 for one in found)
    assert predictor("").entities == predictor("\u200b").entities == ()
    assert {one.text for one in predictor(LONG).entities} >= {"Dark"}
    assert {one.begin for one in predictor(LONG).entities} >= {LONG.rindex("Dark")}


def test_bundle_repeats_its_golden_answers(finished):
    report = check_golden(finished.folder / "bundle")
    row = json.loads((finished.folder / "bundle" / "eval.jsonl").read_text().splitlines()[1])

    assert report.passed, report.differences[:3]
    assert set(row["label"]) == {"spans", "tags"}
    assert {tag[0] for tag in row["label"]["tags"]} <= set("OBI")


def test_report_and_card_speak_of_entities(finished):
    report = (finished.folder / "report" / "report.md").read_text()
    card = (finished.folder / "bundle" / "README.md").read_text()

    assert "| F1" in report and "| LOC" in report
    assert "the entities in a text, of the types LOC, PER" in card
    assert "Longer texts are read in windows" in card and "B-LOC" not in card.split("## Use")[0]


@pytest.mark.parametrize("scheme", ["IOB1", "BIOES"])
def test_script_writes_true_and_found_tags_in_the_scheme_asked(finished, tmp_path, scheme):
    ways = {"IOB1": ("I-LOC", "I-LOC"), "BIOES": ("B-LOC", "E-LOC")}
    file = tmp_path / "a.conll"
    file.write_text("the O\nstory O\nis O\nCold B-LOC\nFlat I-LOC\n7 O\n. O\n")
    script = Path(__file__).parents[2] / "scripts" / "tag.py"

    command = [sys.executable, script, finished.folder / "bundle", file, "--scheme", scheme]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)

    begin, end = ways[scheme]
    expected = [
        "the O O",
        "story O O",
        "is O O",
        f"Cold {begin} {begin}",
        f"Flat {end} {end}",
        "7 O O",
        ". O O",
        "",
    ]
    assert done.stdout.splitlines() == expected
