"""``tfbert-edge recipes``."""

from __future__ import annotations

import json

import yaml

from tfbert_edge.cli.main import run
from tfbert_edge.recipe import builtin_recipes, load_recipe


def test_recipes_list_names_every_builtin_with_its_description(capsys):
    assert run(["recipes", "list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(builtin_recipes())
    assert all(len(line.split()) > 3 for line in lines)


def test_recipes_list_as_json_is_a_map(capsys):
    run(["recipes", "list", "--json"])

    assert json.loads(capsys.readouterr().out) == builtin_recipes()


def test_recipes_show_prints_a_recipe_that_loads_as_equal(capsys, tmp_path):
    assert run(["recipes", "show", "sst2", "--set", "seed=5"]) == 0

    path = tmp_path / "shown.yaml"
    path.write_text(capsys.readouterr().out)
    assert load_recipe(path) == load_recipe("sst2", ["seed=5"])
    assert yaml.safe_load(path.read_text())["training"]["weight_decay"] == 0.01


def test_recipes_schema_is_a_json_schema_of_objects(capsys):
    assert run(["recipes", "schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert schema["type"] == "object"
    assert {"name", "task", "model", "data"} <= set(schema["required"])
