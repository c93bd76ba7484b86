"""The README's tables, from run.json."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest

from tfbert_edge.errors import RunError

SCRIPT = Path(__file__).parents[2] / "scripts" / "readme_figures.py"
README = "a\n<!-- figures: x -->\nold\n<!-- end of figures -->\nb\n<!-- recipes: y -->\nold\n<!-- end of recipes -->\nc\n"


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("readme_figures", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def snips(run):
    other = deepcopy(run)
    other["name"], other["command"] = "snips", "tfbert-edge run snips --output runs/snips"
    validated = other["stages"]["validate"]
    validated |= {"task": "intent_slots", "primary_metric": "frame_accuracy", "examples": 1700}
    metrics = {"frame_accuracy": 0.875, "intent_accuracy": 0.9886, "slot_f1": 0.9413}
    validated["keras"]["metrics"] = metrics
    validated["forms"]["int8"]["metrics"] = {**metrics, "slot_f1": 0.9407}
    return other


def test_script_puts_both_tables_where_they_belong_and_says_where_they_are_from(run, snips, tmp_path):
    for name, content in (("quick", run), ("snips", snips)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(content))
    readme = tmp_path / "README.md"
    readme.write_text(README)
    arguments = [tmp_path / "quick", "--recipes", tmp_path / "quick", tmp_path / "snips", "--readme", readme]

    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    forms, recipes = readme.read_text().split("<!-- end of figures -->")
    assert "| int8 | 0.8350 |" in forms and "old" not in forms + recipes
    assert forms.startswith("a\n<!-- figures: x -->\n| Form |") and recipes.endswith("\nc\n")
    assert (
        "`tfbert-edge run rotten-tomatoes --output runs/quickstart` on 2026-11-20, 6 minutes in all" in forms
    )
    assert (
        "| rotten-tomatoes | Accuracy, 1,000 examples | 0.8450 | 0.8350 | 98.1% | 15.50 | 5.80 | 64 |"
        in recipes
    )
    assert "| snips | Intent and slots right, 1,700 examples | 0.8750 | 0.8750 | 98.1% |" in recipes
    assert "|  | Slot F1 | 0.9413 | 0.9407 |" in recipes
    assert "- `tfbert-edge run snips --output runs/snips`, 2026-11-20, 6 minutes" in recipes
    assert (
        "Test CPU @ 2.50GHz (x86_64, 2 cores; avx2, avx512_vnni); python 3.11.9, tensorflow 2.21.0" in recipes
    )


def test_script_shows_the_runs_of_a_study_alone(run, tmp_path):
    for name, accuracy, date in (("teacher", 0.835, "2026-11-20"), ("student-8mb", 0.815, "2026-11-21")):
        content = deepcopy(run)
        content["date"] = date + content["date"][10:]
        content["stages"]["validate"]["forms"]["int8"]["metrics"]["accuracy"] = accuracy
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(content))
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- students: x -->\nold\n<!-- end of students -->\nb\n")
    arguments = ["--students", tmp_path / "teacher", tmp_path / "student-8mb", "--readme", readme]

    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    text = readme.read_text()
    assert text.startswith("a\n<!-- students: x -->\n| Run | Accuracy, float | Accuracy, int8 | Size (MiB) |")
    assert "| teacher | 0.8450 | 0.8350 | 15.50 |" in text and "| student-8mb | 0.8450 | 0.8150 |" in text
    assert "one example of 64 word pieces a call. 2026-11-20 to 2026-11-21, on Test CPU" in text
    assert "old" not in text and text.endswith("b\n")


def test_script_without_a_run_says_what_to_name():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)

    assert done.returncode == 1 and "there is nothing to show. Name a run folder" in done.stderr


def test_recipes_of_two_machines_make_no_table(script, run, snips):
    snips["host"]["processor"] = "Another"

    with pytest.raises(RunError, match="one machine and its versions"):
        script.recipe_figures([run, snips])


def test_recipe_without_integers_makes_no_table(script, run):
    del run["stages"]["validate"]["forms"]["int8"]

    with pytest.raises(RunError, match="rotten-tomatoes has no validated int8 form"):
        script.recipe_figures([run])


def test_readme_without_the_place_is_refused(script):
    with pytest.raises(RunError, match="one place '<!-- recipes"):
        script.put("<!-- figures: x -->\n<!-- end of figures -->", "recipes", "")


def test_missing_readme_is_said_in_one_line(script, tmp_path):
    with pytest.raises(RunError, match=r"README\.md cannot be read .* --readme"):
        script.read(tmp_path / "README.md")
