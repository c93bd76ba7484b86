"""The networks before and after each compression step as files of the form that the recipe names."""

from __future__ import annotations

import json
import shutil

import pytest

from export.audit import audit
from tfbert_edge.cli.main import run

STEPS = [
    {"method": "prune_heads", "amount": 0.5, "rounds": 1, "examples": 16},
    {"method": "distill_outputs", "epochs": 1, "batch_size": 8, "learning_rate": 1e-3},
]


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    recipe = make_recipe(folder, compress=STEPS, export={"forms": ["float32", "int8"], "steps": "int8"})
    assert run(["run", str(recipe)]) == 0
    return folder / "run"


def stages(folder):
    return json.loads((folder / "run.json").read_text())["stages"]


def test_integer_files_of_steps_are_integer_only_and_the_delivered_form_comes_last(finished):
    steps = stages(finished)["validate"]["steps"]

    assert [(step["name"], step["path"]) for step in steps] == [
        ("fine-tuned", "export/steps/00-fine_tuned.int8.tflite"),
        ("1. prune_heads", "export/steps/01-prune_heads.int8.tflite"),
        ("2. distill_outputs", "export/steps/02-distill_outputs.int8.tflite"),
        ("int8", "export/int8.tflite"),
    ]
    assert all(audit(finished / step["path"]).passed for step in steps)
    assert [step["form"] for step in steps] == ["int8"] * 4


def test_network_like_the_one_before_and_one_that_is_a_form_have_no_file_of_their_own(finished):
    for name in ("model.safetensors", "config.json"):
        shutil.copyfile(
            finished / "train" / "model" / name, finished / "compress" / "01-prune_heads" / "model" / name
        )

    assert run(["export", str(finished), "--set", "export.steps=float32"]) == 0
    assert run(["validate", str(finished)]) == 0

    files = sorted(path.name for path in (finished / "export" / "steps").iterdir())
    assert files == ["00-fine_tuned.float32.tflite"]
    first, same, last, delivered = stages(finished)["validate"]["steps"]
    assert (same["name"], same["method"], same["path"]) == ("1. prune_heads", "prune_heads", first["path"])
    assert same["metrics"] == first["metrics"] and same["latency_p50_ms"] == first["latency_p50_ms"]
    assert (last["name"], last["path"]) == ("2. distill_outputs", "export/float32.tflite")
    assert last["sha256"] == stages(finished)["export"]["forms"]["float32"]["sha256"]
    assert last["size_bytes"] < first["size_bytes"]
    assert delivered["path"] == "export/int8.tflite"


def test_no_form_for_steps_exports_and_measures_none(finished):
    assert run(["export", str(finished), "--set", "export.steps=null", "--set", "export.forms=[int8]"]) == 0
    assert run(["validate", str(finished)]) == 0

    found = stages(finished)
    assert found["export"]["steps"] == found["validate"]["steps"] == []
    assert not (finished / "export" / "steps").exists()


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (
            "{method: prune_heads, amount: 0.25, rounds: 3, examples: 40}",
            "prune_heads 6/6",
        ),  # 2 batches a round
        ("{method: prune_layers, keep: 1, choice: greedy, examples: 16}", "prune_layers 2/2"),
    ],
)
def test_pruning_shows_how_far_it_is(finished, capsys, step, shown):
    assert run(["compress", str(finished), "--set", f"compress=[{step}]"]) == 0

    assert shown in capsys.readouterr().err
