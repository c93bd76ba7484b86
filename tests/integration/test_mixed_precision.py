"""int4 beside int8 as a whole recipe: the plan, the training on it, the files of it, and what is said of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.manifest import Manifest
from tfbert_edge.validate.forms import read_outputs

STEPS = [
    {"method": "mixed_precision", "by": "loss", "int4_share": 0.5, "examples": 16},
    {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-3, "epochs": 2},
]
PLAN, TRAINED = "01-mixed_precision", "02-quantize_aware"
MATRICES = 2 * (4 * 32 * 32 + 2 * 32 * 64)


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    recipe = make_recipe(
        folder,
        compress=STEPS,
        export={"forms": ["float32", "int8", "int4"]},
        validate={"threads": [1], "latency_runs": 3, "gates": {"max_accuracy_drop": None, "form": "int4"}},
        bundle={"form": "int4", "eval_examples": 4},
    )
    assert run(["run", str(recipe)]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def record(finished):
    return json.loads((finished / "run.json").read_text())


def planned(finished):
    return json.loads((finished / "compress" / PLAN / "plan.json").read_text())


def test_plan_gives_4_bits_to_the_asked_share_of_the_encoder(finished, record):
    plan = planned(finished)
    step = record["stages"]["compress"][0]
    chosen = [one for one in plan if one["bits"] == 4]

    assert step["plan"] == plan and step["by"] == "loss"
    assert 0.5 * MATRICES <= sum(one["weights"] for one in chosen) < 0.7 * MATRICES
    assert all(one["name"].startswith("layer_") and one["sensitivity"] is not None for one in chosen)
    assert {one["sensitivity"] for one in plan if one["name"].startswith(("embeddings", "head"))} == {None}
    assert step["figures"] == step["after"]["metrics"]
    assert step["after"]["parameters"] == step["before"]["parameters"]


def test_training_that_the_float_network_alone_teaches_ends_with_its_last_epoch(record):
    history = record["stages"]["compress"][1]["history"]

    assert [epoch["best"] for epoch in history] == [False, True]


def test_int4_file_holds_the_planned_matrices_in_half_the_bytes(finished, record):
    from export.flatbuffer import read_model

    chosen = {one["name"]: one["weights"] for one in planned(finished) if one["bits"] == 4}
    tensors = read_model(finished / "export" / "int4.tflite").tensors
    int4 = [tensor for tensor in tensors if tensor.dtype == "int4"]
    forms = record["stages"]["export"]["forms"]

    assert sum(tensor.size_bytes for tensor in int4) == sum(chosen.values()) // 2
    assert all(any(f"quant_{name}/" in tensor.name for tensor in int4) for name in chosen)
    assert len(int4) == len(chosen)
    saved = forms["int8"]["size_bytes"] - forms["int4"]["size_bytes"]
    assert abs(saved - sum(chosen.values()) // 2) < 1024
    assert forms["int4"]["audit"]["passed"] and forms["int8"]["audit"]["passed"]


def test_weights_of_the_plan_take_the_bytes_it_says(finished):
    from export.flatbuffer import read_model

    graph = read_model(finished / "export" / "int4.tflite")
    weights = [tensor for tensor in graph.tensors if tensor.constant and tensor.dtype in ("int4", "int8")]
    matrices = [one for one in weights if len(one.shape) > 1 and "mask_bias" not in one.name]

    assert sum(one.size_bytes for one in matrices) == sum(one["size_bytes"] for one in planned(finished))


def test_int4_form_answers_as_the_int8_form_of_the_same_weights_and_as_its_training(finished, record):
    eighth, fourth = (read_outputs(finished / "validate", form) for form in ("int8", "int4"))
    measured = record["stages"]["validate"]["forms"]["int4"]["metrics"]["accuracy"]

    np.testing.assert_array_equal(fourth["outputs"], eighth["outputs"])
    assert abs(measured - record["stages"]["compress"][1]["figures"]["accuracy"]) <= 0.05  # 2 of 40 examples


def test_manifest_says_which_kernels_run_the_file_and_the_report_shows_the_plan(finished):
    manifest = Manifest.read(finished / "bundle")
    text = (finished / "report" / "report.md").read_text()

    assert manifest.form == "int4"
    assert manifest.runtimes == {"xnnpack": True, "builtin": True, "reference": True}
    assert "Bits of each matrix" in text and "Sensitivity by loss" in text
    assert all(one["name"] in text for one in planned(finished))


def test_another_measure_and_a_budget_of_bytes_plan_anew(finished):
    total = sum(one["weights"] for one in planned(finished))
    budget = total - MATRICES // 4
    again = ["--set", "compress.0.by=hessian", "--set", "compress.0.draws=1"]
    again += ["--set", "compress.0.int4_share=null", "--set", f"compress.0.size_bytes={budget}"]

    assert run(["compress", str(finished), *again]) == 0

    plan = planned(finished)
    assert budget - 32 * 64 // 2 < sum(one["size_bytes"] for one in plan) <= budget
    figures = json.loads((finished / "compress" / PLAN / "figures.json").read_text())
    assert figures["by"] == "hessian"
    assert (finished / "compress" / TRAINED / "ranges.json").is_file()


def test_budget_that_no_plan_can_meet_is_refused_and_names_the_least(finished, capsys):
    total = sum(one["weights"] for one in planned(finished))
    unmet = ["--set", "compress.0.int4_share=null", "--set", "compress.0.size_bytes=10"]

    assert run(["compress", str(finished), *unmet]) == 1
    assert f"size_bytes must be at least {total - MATRICES // 2:,}" in capsys.readouterr().err
