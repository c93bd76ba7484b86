"""scripts/study.py: one training, several chains, each a run of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tfbert_edge.cli.main import run
from tfbert_edge.recipe import load_recipe

SCRIPTS = Path(__file__).parents[2] / "scripts"
STUDIES = sorted((SCRIPTS / "studies").glob("*.yaml"))
SHORT = {
    "training": {"epochs": 1},
    "export": {"forms": ["float32"]},
    "validate": {"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None, "form": "float32"}},
    "bundle": {"form": "float32", "eval_examples": 5},
}


def study(*arguments):
    command = [sys.executable, str(SCRIPTS / "study.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=SCRIPTS.parent)


def test_study_runs_each_chain_on_the_same_training(make_recipe, tmp_path):
    recipe = make_recipe(tmp_path, **SHORT)
    assert run(["train", str(recipe)]) == 0
    chains = {
        "heads": {"compress": [{"method": "prune_heads", "amount": 0.5, "rounds": 1, "examples": 16}]},
        "layers": {"set": ["seed=17"], "compress": [{"method": "prune_layers", "keep": 1}]},
    }
    path = tmp_path / "two.yaml"
    path.write_text(yaml.safe_dump({"recipe": str(recipe), "set": ["data.batch_size=16"], "chains": chains}))
    arguments = [path, "--trained", tmp_path / "run", "--output", tmp_path / "runs"]

    wrong = study(*arguments, "--only", "heads", "neurons")
    assert wrong.returncode == 1 and "has no chain neurons; it has: heads, layers" in wrong.stderr
    assert not (tmp_path / "runs").exists()
    done = study(*arguments)
    assert done.returncode == 0, done.stderr

    for name, chain in chains.items():
        record = json.loads((tmp_path / "runs" / name / "run.json").read_text())
        assert record["stages"]["train"]["adopted_from"] == "tiny" and record["name"] == name
        assert [step["method"] for step in record["stages"]["compress"]] == [chain["compress"][0]["method"]]
        assert record["recipe"]["data"]["batch_size"] == 16
        assert "accuracy" in record["stages"]["validate"]["forms"]["float32"]["metrics"]


def test_study_without_a_training_trains_its_chain(make_recipe, tmp_path):
    recipe = make_recipe(tmp_path, **SHORT)
    path = tmp_path / "one.yaml"
    chain = {"set": ["model.trim_vocabulary.enabled=false"]}
    path.write_text(yaml.safe_dump({"recipe": str(recipe), "chains": {"whole": chain}}))

    done = study(path, "--output", tmp_path / "runs")
    assert done.returncode == 0, done.stderr

    record = json.loads((tmp_path / "runs" / "whole" / "run.json").read_text())
    assert record["data"]["vocabulary"]["after"] == record["data"]["vocabulary"]["before"]
    assert "adopted_from" not in record["stages"]["train"] and record["stages"]["compress"] == []


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_chains_of_a_study_are_valid_recipes(path):
    content = yaml.safe_load(path.read_text())
    for name, chain in content["chains"].items():
        overrides = [*content.get("set", []), *chain.get("set", []), f"name={name}"]
        steps = chain.get("compress", [])
        recipe = load_recipe(content["recipe"], [*overrides, f"compress={json.dumps(steps)}"])
        assert [step.method for step in recipe.compress] == [step["method"] for step in steps]


def test_compress_script_runs_steps_of_the_command_line_in_a_run_of_their_own(make_recipe, tmp_path):
    recipe = make_recipe(tmp_path, **SHORT)
    assert run(["train", str(recipe)]) == 0

    def compress(*arguments):
        command = [sys.executable, str(SCRIPTS / "compress.py"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=SCRIPTS.parent)

    assert "prune_heads" in compress("--methods").stdout
    step = ["--output", tmp_path / "half", "--step", "prune_layers"]
    wrong = compress(tmp_path / "run", *step, "keep")
    assert wrong.returncode == 1 and "keep must be KEY=VALUE" in wrong.stderr
    done = compress(tmp_path / "run", *step, "keep=1", "choice=last", "--step", "prune_heads", "amount=0.5")
    assert done.returncode == 0, done.stderr

    assert "before: accuracy" in done.stdout and "prune_layers: accuracy" in done.stdout
    first, second = json.loads((tmp_path / "half" / "run.json").read_text())["stages"]["compress"]
    assert first["after"]["parameters"] < first["before"]["parameters"]
    assert second["after"]["heads"] == first["after"]["heads"] // 2
    assert "compress" not in json.loads((tmp_path / "run" / "run.json").read_text())["stages"]
