"""Every block of the README runs, on a tiny BERT."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Installation, and what the Makefile does, are for the runs of the Makefile itself.
NOT_HERE = ("make ", "pip install")


_spec = importlib.util.spec_from_file_location("device_fixtures", ROOT / "tests" / "device" / "conftest.py")
_device = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_device)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory, tiny_bert_folder, make_recipe):
    """A folder in which the README's own recipe is a tiny one: same fields, small model and data.

    Its phone is a folder, on which every figure is the host's, and the app's build leaves an empty APK.
    """
    folder = tmp_path_factory.mktemp("readme")
    _device.install_scripted_adb(folder / "bin")
    _device.ScriptedPhone(folder / "phone").set(metrics=None)
    (folder / "android_demo" / "app" / "src" / "main").mkdir(parents=True)
    (folder / "Makefile").write_text("android-check:\n\ttouch android_demo/check.apk\n")
    (folder / "scripts").symlink_to(ROOT / "scripts")
    (recipe,) = [yaml.safe_load(block) for block in blocks("yaml")]
    assert recipe["name"] == "my-recipe"
    recipe["model"] = {"checkpoint": str(tiny_bert_folder)}
    make_recipe(folder)
    recipe["data"]["train"] = {"path": str(folder / "reviews.csv")}
    recipe["data"]["validation"] = {"holdout": 40}
    recipe["training"] |= {"epochs": 6, "batch_size": 8, "learning_rate": 3e-3}
    recipe["compress"][0] |= {"batch_size": 8, "learning_rate": 1e-3}
    recipe["validate"] = {"threads": [1], "latency_runs": 5, "gates": {"max_accuracy_drop": None}}
    (folder / "my-recipe.yaml").write_text(yaml.safe_dump(recipe))
    return folder


def run(command: list[str] | str, place: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(place / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=place,
        env=os.environ | {"PATH": path, "SCRIPTED_ADB": str(place / "phone")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def test_recipe_of_the_readme_is_valid(tmp_path):
    from tfbert_edge.recipe import load_recipe

    (tmp_path / "my-recipe.yaml").write_text(blocks("yaml")[0], encoding="utf-8")

    assert load_recipe(tmp_path / "my-recipe.yaml").compress[0].method == "quantize_aware"


def test_commands_and_scripts_of_the_readme_run(place):
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    ran = 0
    for line in lines:
        command = line.split("  #")[0].strip()
        if not command or command.startswith(NOT_HERE) or "benchmark_training" in command:
            continue
        # The recipe to start from must not take the place of the tiny one.
        run(command.replace("> my-recipe.yaml", "> shown.yaml"), place)
        ran += 1
    assert ran >= 15


def test_python_blocks_of_the_readme_run_one_after_the_other(place):
    training, prediction = blocks("python")

    accuracy = run([sys.executable, "-c", training], place).stdout
    label = run([sys.executable, "-c", prediction], place).stdout

    assert 0.0 <= float(accuracy) <= 1.0
    assert re.fullmatch(r"(positive|negative) 0\.\d+\n", label)


def test_figures_of_the_readme_say_where_they_are_from():
    figures = README.split("<!-- figures:")[1].split("<!-- end of figures -->")[0]

    for needed in ("| int8 |", "tfbert-edge run rotten-tomatoes", "cores", "tensorflow 2.", "20"):
        assert needed in figures
