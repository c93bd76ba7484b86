"""Intent and slots from JSON Lines to a bundle, on a tiny BERT: two integer outputs, each with a range of its own."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

SLOTS = {"artist": ("bright", "cold", "dark"), "album": ("flat", "fresh", "sharp")}
MORE = {"artist": "music", "album": "ending"}
INTENTS = {"love": "like", "hate": "dislike"}


def write_requests(path: Path, count: int, *, seed: int) -> Path:
    """Requests of which one word tells the intent and others are slots, one of two tokens at times."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        verb, kind = draw.choice(list(INTENTS)), draw.choice(list(SLOTS))
        slot = [draw.choice(SLOTS[kind]).capitalize(), *[MORE[kind]] * draw.randint(0, 1)]
        tokens = ["one" if number % 2 else "we", verb, "the", *slot, str(number)]
        tags = ["O", "O", "O", *[f"{prefix}-{kind}" for prefix in "BI"][: len(slot)], "O"]
        rows.append({"tokens": tokens, "tags": tags, "intent": INTENTS[verb]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("intents")
    files = [str(write_requests(folder / f"{seed}.jsonl", 160 - 120 * seed, seed=seed)) for seed in (0, 1)]
    path = make_recipe(
        folder,
        task={"type": "intent_slots", "labels": None},
        data={
            "train": {"path": files[0]},
            "validation": {"path": files[1]},
            "label_column": "intent",
            "max_length": 16,
        },
        compress=[
            {"method": "quantize_aware", "epochs": 1, "batch_size": 8, "learning_rate": 1e-3},
        ],
        export={"forms": ["float32", "int8"]},
    )
    # The recipe of the other tests has labels, which this task has not.
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if line.strip() != "labels: null"), encoding="utf-8")
    return run_pipeline(load_recipe(path))


def test_intents_and_slots_are_learnt_and_keep_their_figures_as_integers(finished):
    figures = finished.record.stages["validate"]

    assert figures["primary_metric"] == "frame_accuracy"
    for metrics in (figures["keras"]["metrics"], figures["forms"]["int8"]["metrics"]):
        assert metrics["intent_accuracy"] > 0.9
        assert metrics["slot_f1"] > 0.9
        assert metrics["frame_accuracy"] > 0.85
    assert figures["forms"]["int8"]["parity"]["agreement"] >= 0.9
    assert finished.record.stages["export"]["forms"]["int8"]["audit"]["passed"]


def test_integer_file_has_two_outputs_with_ranges_of_their_own(finished):
    predictor = Predictor.from_bundle(finished.folder / "bundle")
    intent, slots = predictor.interpreter.outputs

    assert [(one.name, one.dtype, one.shape) for one in (intent, slots)] == [
        ("intent", "uint8", (1, 2)),
        ("slots", "uint8", (1, 16, 5)),
    ]
    assert intent.scale != slots.scale


def test_bundle_answers_with_intent_and_slots(finished):
    predictor = Predictor.from_bundle(finished.folder / "bundle")
    text = "We  hate the C\u00f3ld music 5"

    result = predictor(text, top_k=1)

    assert (result.intent, len(result.scores)) == ("dislike", 1)
    assert [(slot.type, slot.text) for slot in result.slots] == [("artist", "C\u00f3ld music")]
    assert predictor("").slots == ()
    assert predictor("we love it all " * 40).intent == "like"


def test_bundle_repeats_its_golden_answers(finished):
    report = check_golden(finished.folder / "bundle")
    row = json.loads((finished.folder / "bundle" / "eval.jsonl").read_text().splitlines()[0])

    assert report.passed, report.differences[:3]
    assert set(row["label"]) == {"intent", "spans", "tags"}
    assert "its slots, of the types album, artist" in (finished.folder / "bundle" / "README.md").read_text()
