"""Integer-friendly blocks as a recipe: replaced, taught by the fine-tuned network, quantized and exported."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from export.flatbuffer import read_model

STEPS = [
    {
        "method": "replace_blocks",
        "normalization": "no_norm",
        "activation": "relu",
        "heads": 2,
        "examples": 32,
    },
    {"method": "distill_outputs", "epochs": 4, "batch_size": 8, "learning_rate": 1e-3},
    {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-4},
]


@pytest.fixture(scope="module")
def finished(run_steps, tmp_path_factory):
    return run_steps(tmp_path_factory.mktemp("blocks"), STEPS)


@pytest.fixture(scope="module")
def record(finished):
    return json.loads((finished / "run.json").read_text())


def test_replaced_blocks_are_in_the_saved_configuration_of_each_step(finished, record):
    replaced = record["stages"]["compress"][0]

    assert replaced["config"]["heads"] == [2, 2]
    assert replaced["after"]["macs"] == replaced["before"]["macs"]
    for folder in ("01-replace_blocks", "02-distill_outputs", "03-quantize_aware"):
        config = json.loads((finished / "compress" / folder / "model" / "config.json").read_text())
        assert (config["model_type"], config["family"]) == ("tfbert_edge", "bert")
        assert config["architectures"] == ["TfbertEdgeForSequenceClassification"]
        assert (config["normalization_type"], config["hidden_act"]) == ("no_norm", "relu")
        assert config["num_attention_heads"] == 2


def test_distillation_makes_the_new_blocks_usable(record):
    fine_tuned = record["stages"]["compress"][0]["before"]["metrics"]["accuracy"]
    _, distilled, _ = record["stages"]["compress"]
    forms = record["stages"]["validate"]["forms"]

    assert distilled["history"][-1]["loss"] < distilled["history"][0]["loss"]
    assert fine_tuned > 0.9 and distilled["figures"]["accuracy"] > 0.9
    assert forms["int8"]["metrics"]["accuracy"] > 0.85


def test_integer_only_file_passes_its_audit_and_has_no_operator_of_the_old_blocks(finished, record):
    assert record["stages"]["export"]["forms"]["int8"]["audit"]["passed"]
    names = {operator.name for operator in read_model(finished / "export" / "int8.tflite").operators}

    assert not names & {"RSQRT", "MEAN", "SUB", "GELU", "RELU"}
    assert {"FULLY_CONNECTED", "MUL", "ADD", "SOFTMAX"} <= names


def test_rms_norm_needs_no_training_before_quantization_and_leaves_five_operators_a_norm(run_steps, tmp_path):
    steps = [
        {"method": "tame_activations", "examples": 16},
        {"method": "replace_blocks", "normalization": "rms_norm"},
        {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-4},
    ]

    folder = run_steps(tmp_path, steps)

    stages = json.loads((folder / "run.json").read_text())["stages"]
    tamed, replaced, _ = stages["compress"]
    # So young a network has nothing massive.
    assert tamed["after"] == tamed["before"]
    # Fine-tuning has left gammas that are nearly even, so that next to nothing is left out.
    assert replaced["after"]["metrics"]["accuracy"] == replaced["before"]["metrics"]["accuracy"] > 0.9
    saved = json.loads((folder / "compress" / "03-quantize_aware" / "model" / "config.json").read_text())
    assert (saved["model_type"], saved["normalization_type"]) == ("tfbert_edge", "rms_norm")
    assert stages["export"]["forms"]["int8"]["audit"]["passed"]
    assert stages["validate"]["forms"]["int8"]["metrics"]["accuracy"] > 0.85
    counts = Counter(operator.name for operator in read_model(folder / "export" / "int8.tflite").operators)
    # Of each of five norms a square, its mean, the root's inverse, a product, and gamma.
    assert (counts["MUL"], counts["MEAN"], counts["RSQRT"], counts["SUB"]) == (3 * 5, 5, 5, 0)
