from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from tfbert_edge.errors import RecipeError
from tfbert_edge.recipe import builtin_recipes, dump_recipe, json_schema, load_recipe
from tfbert_edge.recipe.schema import Holdout, Recipe, Source

GOOD = """\
name: demo
task: {type: classification, labels: [no, yes]}
model: {checkpoint: some/folder}
data:
  train: {path: train.tsv}
  validation: {path: [a.tsv, b.tsv.gz], header: false, columns: [text, label]}
  max_length: 64
training: {learning_rate: 5e-5}
compress:
  - {method: quantize_aware, epochs: 2}
"""


def test_load_recipe_with_few_keys_fills_the_defaults(write):
    recipe = load_recipe(write(GOOD))

    assert (recipe.seed, recipe.export.forms, recipe.validate.gates.form) == (
        17,
        ("float32", "float16", "dynamic", "int8", "int16x8"),
        "int8",
    )
    assert recipe.training.schedule.warmup_ratio == 0.1
    assert recipe.sequence_length == 64
    assert str(recipe.output_folder) == "runs/demo"


@pytest.mark.parametrize(
    ("steps", "given", "form"),
    [
        ("", "", None),
        ("", "  - {method: quantize_aware}\n", None),
        ("", "  - {method: prune_layers, keep: 2}\n  - {method: quantize_aware}\n", "dynamic"),
        ("steps: int8", "  - {method: prune_layers, keep: 2}\n", "int8"),
        ("steps: float32", "  - {method: quantize_aware}\n", "float32"),
        ("steps: null", "  - {method: prune_layers, keep: 2}\n", None),
    ],
)
def test_steps_form_is_dynamic_where_a_step_leaves_a_float_network_unless_said(write, steps, given, form):
    compress = f"compress:\n{given}" if given else ""
    recipe = load_recipe(write(GOOD.split("compress:")[0] + compress + f"export: {{{steps}}}\n"))

    assert recipe.steps_form == form


def test_load_recipe_with_a_form_of_steps_that_is_none_names_the_legal_ones(write, mistakes):
    (line,) = mistakes(write(GOOD + "export: {steps: float16}\n"))

    assert "export.steps" in line and "dynamic" in line and "float16" in line


def test_load_recipe_reads_plain_scalars_as_yaml_1_2_does(write):
    recipe = load_recipe(write(GOOD))

    assert recipe.task.labels == ("no", "yes")  # YAML 1.1 reads them as booleans
    assert recipe.training.learning_rate == 0.00005  # and this as a text


def test_load_recipe_reads_one_path_or_many(write):
    recipe = load_recipe(write(GOOD))

    assert recipe.data.train.path == ("train.tsv",)
    assert isinstance(recipe.data.validation, Source)
    assert recipe.data.validation.path == ("a.tsv", "b.tsv.gz")


@pytest.mark.parametrize("name", sorted(builtin_recipes()))
def test_builtin_recipe_survives_a_round_trip_through_yaml(name, write):
    recipe = load_recipe(name)

    text = dump_recipe(recipe)

    assert load_recipe(write(text)) == recipe
    assert set(yaml.safe_load(text)) == set(Recipe.model_fields)


def test_builtin_recipes_are_described():
    found = builtin_recipes()

    named = "rotten-tomatoes sst2 mrpc rte stsb cola squad bbc-news-summary embeddings-stsb go-emotions"
    assert set(named.split()) <= set(found)
    assert all(description.endswith(".") for description in found.values())


def test_quickstart_recipe_holds_out_a_thousand():
    recipe = load_recipe("rotten-tomatoes")

    assert recipe.data.validation == Holdout(holdout=1000)
    assert recipe.data.train.where == {"source": "rotten_tomatoes"}
    assert recipe.validate.gates.max_size_mib * 2**20 <= 16e6


def test_overrides_are_laid_over_the_file(write):
    recipe = load_recipe(
        write(GOOD),
        [
            "data.max_length=32",
            "data.validation={holdout: 0.2}",
            "compress.0.epochs=3",
            "validate.gates.max_p90_ms=8.5",
            "data.train.where.source=web",
        ],
    )

    assert recipe.data.max_length == 32
    assert recipe.data.validation == Holdout(holdout=0.2)
    assert recipe.compress[0].epochs == 3
    assert recipe.validate.gates.max_p90_ms == 8.5
    assert recipe.data.train.where == {"source": "web"}


def test_load_recipe_with_many_mistakes_names_each_at_its_place(write, mistakes):
    path = write(
        "name: Bad Name\n"  # 1
        "task: {type: classification}\n"  # 2
        "model: {chekpoint: x}\n"  # 3
        "data:\n"  # 4
        "  train: {path: a.csv, fromat: csv}\n"  # 5
        "  max_length: abc\n"  # 6
        "training:\n"  # 7
        "  epochs: -1\n"  # 8
        "  precision: bf16\n"  # 9
        "  schedule: {warmup_ratio: 0.2, warmup_steps: 7}\n"  # 10
        "export: {forms: [float32, int9]}\n"  # 11
        "compress: [{method: quantize_awar}]\n"  # 12
    )

    found = mistakes(path, ["bundle.zip=3", "trainng.a=1"])

    starts = [line.split(" ")[0] + " " + line.split(" ")[1] for line in found if not line.startswith("--set")]
    assert starts == [
        "R:1:1: name:",
        "R:3:1: model.checkpoint:",
        "R:3:9: model.chekpoint:",
        "R:5:24: data.train.fromat:",
        "R:6:3: data.max_length:",
        "R:8:3: training.epochs:",
        "R:9:3: training.precision:",
        "R:12:12: compress.0:",
        "R:11:27: export.forms.1:",
        "R:10:33: training.schedule.warmup_steps:",
    ]
    said = "\n".join(found)
    for part in (
        "did you mean checkpoint?",
        "did you mean format?",
        "the keys here are path, config, split",
        "must be an integer, was 'abc'",
        "must be at least 0, was -1",
        "must be one of auto, float32, bfloat16, was 'bf16'",
        "must be one of float32, float16, dynamic, int8, int4, int16x8, was 'int9'",
        "quantize_aware, was 'quantize_awar' (did you mean quantize_aware?)",
        "--set bundle.zip=3: bundle.zip: must be a boolean, was 3",
        "--set trainng.a=1: trainng: no such key (did you mean training?)",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            ["export.sequence_length=65"],
            "export.sequence_length: must be at most data.max_length (64), was 65",
        ),
        (
            ["export.sequence_length=16", "data.max_length_percentile=99"],
            "export.sequence_length: given (16) together with data.max_length_percentile",
        ),
        (["data.max_length_percentile=101"], "data.max_length_percentile: must be at most 100"),
        (
            ["model.trim_vocabulary={coverage: 0.99, min_count: 2}"],
            "model.trim_vocabulary.coverage: given together with min_count (2)",
        ),
        (
            ["model.trim_vocabulary={coverage: 0.99, enabled: false}"],
            "coverage: means nothing while enabled is false",
        ),
        (
            ["model.trim_vocabulary={pieces: 900}"],
            "model.trim_vocabulary.pieces: given without general",
        ),
        (
            ["model.trim_vocabulary={general: {path: a.txt}}"],
            "model.trim_vocabulary.general: given without pieces",
        ),
        (
            ["model.trim_vocabulary={general: {path: a.txt}, pieces: 900, enabled: false}"],
            "model.trim_vocabulary.general: means nothing while enabled is false",
        ),
        (["model.trim_vocabulary.coverage=1.5"], "model.trim_vocabulary.coverage: must be at most 1"),
        (["model.extend_vocabulary={pieces: 10}"], "model.extend_vocabulary.general: is required"),
        (["model.extend_vocabulary={general: {path: a.txt}, pieces: 0}"], "must be at least 1, was 0"),
        (
            ["export.forms=[float32]", "bundle.form=float32"],
            "validate.gates.form: must be one of export.forms (float32)",
        ),
        (["export.forms=[int8]", "bundle.form=float16"], "bundle.form: must be one of export.forms (int8)"),
        (
            ["training.schedule={warmup_ratio: 0.1, warmup_steps: 3}"],
            "given together with warmup_ratio (0.1)",
        ),
        (["training.early_stopping.metric=spearman"], "task's metric (accuracy, precision_macro"),
        (["training.class_weights={maybe: 2}"], "has a weight for maybe"),
        (["task={type: regression, range: [0, 5], labels: [a, b]}"], "task.labels: no such key"),
        (["task={type: regression, range: [5, 0]}"], "must be [lowest, highest]"),
        (["task={type: regression, range: [0, 5]}", "training.class_weights=balanced"], "has no classes"),
        (["task.type=regresion"], "did you mean regression?"),
        (["task.labels=[a]"], "at least two labels"),
        (["data.validation={path: train.tsv}"], "is the same source as data.train"),
        (["data.test={path: train.tsv}"], "data.test: is the same source as data.train"),
        (
            ["data.validation={path: b.tsv}", "data.test={path: b.tsv}"],
            "data.test: is the same source as data.validation, so every figure would be measured where epochs",
        ),
        (["data.test={holdout: 9, path: b.tsv}"], "set data.test as a whole"),
        (
            ["data.validation={holdout: 0}"],
            "must be a count (1, 2, ...) or a fraction between 0 and 1, was 0",
        ),
        (
            ["data.validation={holdout: 9, path: b.tsv}"],
            "to change between a holdout and a source, set data.validation as a whole",
        ),
        (["data.label_column=text"], "is 'text', as data.text_column is already"),
        (["data.train.header=false"], "header is false, so columns must name"),
        (["data.train.columns=[a]"], "columns is for files without a header"),
        (["training.class_weights={no: -1}"], "must be null, balanced, or a map"),
        (["training.learning_rate=.inf"], "training.learning_rate: must be a finite number"),
        (["seed=true"], "seed: must be an integer, was true"),
        (["data"], "--set data: must look like a.b=value"),
        (["data.max_length.x=1"], "data.max_length is 64, which has no 'x' inside"),
        (["compress.1.epochs=2"], "compress is a list of 1: 1 is not a place in it"),
        (["data.max_length=[1"], "the value is not YAML"),
        (["training=7"], "training: must be a mapping with the keys epochs, batch_size"),
    ],
)
def test_load_recipe_with_one_mistake_says_what_must_be(write, overrides, expected, mistakes):
    found = mistakes(write(GOOD), overrides)

    assert len(found) == 1
    assert expected in found[0]
    assert found[0].startswith(("--set ", "R:")), found


def test_contradiction_stays_unsaid_while_a_field_of_it_is_wrong(write, mistakes):
    found = mistakes(write(GOOD), ["data.max_length=x", "export.sequence_length=500"])

    assert len(found) == 1
    assert "data.max_length: must be an integer" in found[0]


def test_load_recipe_with_a_key_twice_names_the_second(write, mistakes):
    assert mistakes(write(GOOD + "name: other\n")) == ["R:11:1: the key 'name' is there twice"]


def test_load_recipe_with_broken_yaml_gives_its_place(write, mistakes):
    assert mistakes(write("name: x\ndata: [1\nmodel: y\n"))[0].startswith("R:3:6: not YAML")


def test_load_recipe_with_an_empty_file_names_the_keys(write, mistakes):
    assert "must be a mapping with the keys name, seed" in mistakes(write(""))[0]


def test_load_recipe_with_a_misspelt_name_suggests_the_builtin():
    with pytest.raises(RecipeError, match=r"Did you mean rotten-tomatoes\?"):
        load_recipe("rotten-tomatos")


def test_recipe_made_in_python_with_a_contradiction_is_refused():
    with pytest.raises(ValueError, match=r"export.sequence_length: must be at most"):
        Recipe.model_validate(
            {
                "name": "x",
                "task": {"type": "classification"},
                "model": {"checkpoint": "x"},
                "data": {"train": {"path": "x"}, "max_length": 16},
                "export": {"sequence_length": 32},
            }
        )


def test_json_schema_describes_every_block():
    schema = json_schema()

    assert set(schema["properties"]) == set(Recipe.model_fields)
    assert schema["$defs"]["Source"]["properties"]["where"]["description"]
    assert schema["additionalProperties"] is False


def test_recipe_imports_no_heavy_library():
    code = (
        "import sys, tfbert_edge.recipe as r; r.load_recipe('sst2');"
        "print([m for m in ('tensorflow', 'datasets', 'numpy', 'transformers', 'sklearn') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
