"""Recipes whose distilling steps cannot be, refused before anything runs."""

from __future__ import annotations

from typing import get_args

import pytest
import yaml

from tfbert_edge.errors import RecipeError
from tfbert_edge.recipe import load_recipe
from tfbert_edge.recipe.schema_student import NewStudent

PRUNE = {"method": "prune_layers", "keep": 1}
STUDENT = {"method": "new_student", "preset": "tinybert-4"}
NO_FIT = {**STUDENT, "hidden_size": 32, "heads": 5}
OUTPUTS = {"method": "distill_outputs"}
MEAN = {"method": "average_weights"}
PATIENT = {"method": "distill_patient", "patient_weight": 0, "distill_weight": 0, "task_weight": 0}
RELATIONS = {"method": "distill_relations"}
MIXED = {"method": "distill_layers", "layer_map": "learned", "attention_weight": 1}
NOTHING = {"method": "distill_progressive", "feature_weight": 0, "attention_weight": 0}
ZEROS = {"method": "prune_weights", "sparsity": 0.5}
ALONE = {"path": "a.txt", "with_training": False}
NO_TEACHER = {
    "method": "quantize_aware",
    "unlabelled": ALONE,
    "task_weight": 1,
    "distill_weight": 0,
    "hidden_weight": 0,
}


@pytest.fixture
def load(tmp_path):
    def loader(*steps):
        path = tmp_path / "r.yaml"
        recipe = {
            "name": "x",
            "task": {"type": "classification"},
            "model": {"checkpoint": "x"},
            "data": {"train": {"path": "a.csv"}, "validation": {"holdout": 0.1}},
            "compress": list(steps),
        }
        path.write_text(yaml.safe_dump(recipe))
        return load_recipe(path).compress

    return loader


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"method": "new_student", "layers": 2, "heads": 2}], "hidden_size, neurons is missing"),
        ([NO_FIT], "heads must divide hidden_size 32, was 5"),
        ([{"method": "new_student", "preset": "bert-huge"}], r"compress\.0\.preset: .*tinybert-4"),
        ([STUDENT], "a distill_ step must teach it at once, but nothing follows"),
        ([STUDENT, {"method": "prune_heads", "amount": 0.5}, {"method": "distill_outputs"}], "but prune_heads follows"),
        ([STUDENT, {"method": "quantize_aware"}], "but quantize_aware follows"),
        ([PRUNE, STUDENT, {"method": "distill_outputs"}], "would throw away what prune_layers before it left"),
        ([PRUNE, {**OUTPUTS, "unlabelled": ALONE, "distill_weight": 0}], "task_weight needs labels"),
        ([NO_TEACHER], "task_weight needs labels"),
        ([PRUNE, {**OUTPUTS, "teachers": ["a"], "distill_weight": 0}], r"compress\.1\.teachers: teach outputs alone"),
        ([PRUNE, {**OUTPUTS, "unlabelled": {"path": "a", "header": False}}], "columns must name the file's columns"),
        ([PRUNE, {**RELATIONS, "relations": []}], r"compress\.1\.relations"),
        ([PRUNE, {**RELATIONS, "relations": ["key-head"]}], r"compress\.1\.relations\.0"),
        ([PRUNE, PATIENT], "nothing to learn: .*patient_weight"),
        ([STUDENT, {"method": "distill_progressive"}], "an untrained head, which no step after it teaches"),
        ([PRUNE, MIXED], "a learned layer_map mixes layers"),
        ([PRUNE, NOTHING], "nothing to learn: .*feature_weight"),
        ([{"method": "share_layers", "groups": 1}, {"method": "distill_progressive"}, OUTPUTS], "would take layers apart"),
        ([PRUNE, OUTPUTS, {**MEAN, "steps": 3}], r"compress\.2\.steps: averages the networks of 3 steps .* there are 2"),
        ([PRUNE, OUTPUTS, MEAN], r"prune_layers \(compress\.0\) leaves another network"),
        ([ZEROS, OUTPUTS, {"method": "tame_activations"}, OUTPUTS, MEAN], r"tame_activations \(compress\.2\) leaves"),
        ([PRUNE, OUTPUTS, ZEROS, MEAN], r"prune_weights \(compress\.2\) leaves another network"),
        ([PRUNE, OUTPUTS, {**MEAN, "steps": 1}], r"compress\.2\.average_weights\.steps|compress\.2\.steps"),
        ([{"method": "distill_patient"}], "put a step before it that makes the network smaller"),
    ],
)  # fmt: skip
def test_steps_that_cannot_be_are_refused(steps, expected, load):
    with pytest.raises(RecipeError, match=expected):
        load(*steps)


def test_fine_tuned_network_may_learn_from_others(load):
    (step,) = load({**OUTPUTS, "teachers": ["runs/a", "runs/b"]})

    assert step.teachers == ("runs/a", "runs/b")


def test_new_student_knows_the_presets_that_there_are():
    from tfbert_edge.models.presets import PRESETS

    named, _ = get_args(NewStudent.model_fields["preset"].annotation)

    assert set(get_args(named)) == set(PRESETS)


def test_mean_may_be_of_a_pruned_network_and_of_what_it_has_learned_since(load):
    *_, quantized = load(ZEROS, OUTPUTS, OUTPUTS, {**MEAN, "steps": 3}, {"method": "quantize_aware"})

    assert quantized.method == "quantize_aware"
