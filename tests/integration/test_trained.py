"""One training, many compressions: a run takes over what another one trained."""

from __future__ import annotations

import json

from tfbert_edge.cli.main import run

SHORT = {
    "training": {"epochs": 1},
    "export": {"forms": ["float32"]},
    "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None, "form": "float32"}},
    "bundle": {"form": "float32", "eval_examples": 5},
}


def test_run_takes_over_a_finished_training_and_refuses_another_recipes(make_recipe, tmp_path, capsys):
    recipe = make_recipe(tmp_path, **SHORT)
    teacher, student = tmp_path / "run", tmp_path / "student"
    assert run(["train", str(recipe)]) == 0
    made = (teacher / "train" / "model" / "model.safetensors").read_bytes()
    (teacher / "compress").mkdir()
    (teacher / "compress" / "teacher-0123.npz").write_bytes(b"answers")

    arguments = ["run", str(recipe), "--output", str(student), "--trained", str(teacher)]
    assert run([*arguments, "--set", "training.learning_rate=1e-4"]) == 1
    assert "differs from its recipe in: training.learning_rate" in capsys.readouterr().err
    assert run([*arguments, "--resume", "--set", "compress=[{method: prune_layers, keep: 1}]"]) == 0

    records = [json.loads((folder / "run.json").read_text()) for folder in (teacher, student)]
    assert (student / "train" / "model" / "model.safetensors").read_bytes() == made
    assert (student / "compress" / "teacher-0123.npz").read_bytes() == b"answers"
    assert records[1]["stages"]["train"]["history"] == records[0]["stages"]["train"]["history"]
    assert records[1]["stages"]["compress"][0]["method"] == "prune_layers"
    assert "bundle" in records[1]["stages"] and "compress" not in records[0]["stages"]


def test_run_refuses_a_training_that_is_not_finished(make_recipe, tmp_path, capsys):
    recipe = make_recipe(tmp_path, **SHORT)
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "run.json").write_text(
        json.dumps({"schema_version": 1, "name": "begun", "data": {}, "stages": {}})
    )
    assert run(["run", str(recipe), "--trained", str(tmp_path / "begun")]) == 1
    assert "must be finished" in capsys.readouterr().err
