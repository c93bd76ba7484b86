"""A chain of compression steps as one recipe: each starts from the one before, and what is exported is the last."""

from __future__ import annotations

import json
import zlib

import pytest
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run

STEPS = [
    {"method": "prune_layers", "keep": 1, "choice": "greedy", "examples": 16},
    {"method": "prune_heads", "amount": 0.5, "rounds": 2, "examples": 16},
    {"method": "prune_neurons", "amount": 0.5, "rounds": 1, "examples": 16},
    {"method": "distill_layers", "epochs": 2, "batch_size": 8, "learning_rate": 3e-3},
    {
        "method": "distill_outputs",
        "epochs": 6,
        "batch_size": 8,
        "learning_rate": 3e-3,
        "cosine_weight": 0.5,
        "adversarial": 0.05,
    },
    {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-4},
]
FOLDERS = [f"{number:02d}-{step['method']}" for number, step in enumerate(STEPS, start=1)]


@pytest.fixture(scope="module")
def finished(run_steps, tmp_path_factory):
    return run_steps(tmp_path_factory.mktemp("chain"), STEPS, steps="auto")


@pytest.fixture(scope="module")
def record(finished):
    return json.loads((finished / "run.json").read_text())


def test_each_step_leaves_a_smaller_network_than_the_one_before(finished, record):
    layers, heads, neurons, hidden, distilled, quantized = record["stages"]["compress"]

    assert heads["before"] == layers["after"] and neurons["before"] == heads["after"]
    for step in (layers, heads, neurons):
        assert step["after"]["macs"] < step["before"]["macs"]
        assert step["after"]["parameters"] < step["before"]["parameters"]
    assert hidden["before"] == neurons["after"] and distilled["before"]["macs"] == hidden["after"]["macs"]
    assert distilled["after"]["parameters"] == neurons["after"]["parameters"]
    assert hidden["history"][-1]["loss"] < hidden["history"][0]["loss"]
    config = json.loads((finished / "compress" / FOLDERS[4] / "model" / "config.json").read_text())
    assert config["num_hidden_layers"] == 1
    assert (config["num_attention_heads"], config["intermediate_size"]) == (2, 32)
    assert quantized["method"] == "quantize_aware"


def test_exported_network_is_the_distilled_one_and_learns_from_its_teacher(finished, record):
    distilled = record["stages"]["compress"][4]
    forms = record["stages"]["validate"]["forms"]

    assert distilled["history"][-1]["loss"] < distilled["history"][0]["loss"]
    assert distilled["figures"]["accuracy"] > 0.8
    assert record["stages"]["validate"]["keras"]["metrics"]["accuracy"] == distilled["figures"]["accuracy"]
    assert forms["float32"]["metrics"]["accuracy"] == distilled["figures"]["accuracy"]
    assert record["stages"]["export"]["forms"]["int8"]["audit"]["passed"]


def test_every_network_on_the_way_is_a_measured_file(finished, record):
    steps = record["stages"]["validate"]["steps"]
    forms = record["stages"]["validate"]["forms"]
    names = ["fine-tuned", *(f"{number}. {step['method']}" for number, step in enumerate(STEPS, start=1))]

    assert [step["name"] for step in steps] == names
    assert [step["form"] for step in steps] == ["dynamic"] * 6 + ["int8"]
    files = sorted(path.name for path in (finished / "export" / "steps").iterdir())
    assert files == ["00-fine_tuned.dynamic.tflite", *(f"{name}.dynamic.tflite" for name in FOLDERS[:5])]
    assert steps[-1]["path"] == "export/int8.tflite"
    assert steps[-1]["metrics"] == forms["int8"]["metrics"]
    for step in steps:
        content = (finished / step["path"]).read_bytes()
        deflating = zlib.compressobj(9, zlib.DEFLATED, -15)
        assert step["size_bytes"] == len(content)
        assert step["zipped_bytes"] == len(deflating.compress(content) + deflating.flush())
        assert 0 < step["latency_p50_ms"] <= step["latency_p90_ms"]
    # Of so small a network the converter leaves some matrices in float32, and the more, the smaller they become.
    assert steps[0]["size_bytes"] > steps[1]["size_bytes"]


def test_quality_of_each_file_is_near_that_of_its_network_in_keras(record):
    keras = [
        record["stages"]["train"]["figures"],
        *(step["figures"] for step in record["stages"]["compress"]),
    ]

    for step, expected in zip(record["stages"]["validate"]["steps"], keras, strict=True):
        assert abs(step["metrics"]["accuracy"] - expected["accuracy"]) <= 0.05  # 2 of 40 examples


def test_export_records_what_the_network_costs_and_each_form_weighs(record):
    exported, steps = record["stages"]["export"], record["stages"]["compress"]

    assert exported["network"]["macs"] == steps[4]["after"]["macs"]
    assert exported["network"]["parameters"] == steps[4]["after"]["parameters"]
    for figures in exported["forms"].values():
        assert 0 < figures["zipped_bytes"] < figures["size_bytes"]
        assert 0 <= figures["sparsity"] < 0.05


def test_report_shows_what_each_step_changed(finished):
    text = (finished / "report" / "report.md").read_text()

    assert (finished / "report" / "steps_size.png").exists()
    assert "(steps_latency.png)" in text

    for step in STEPS:
        assert step["method"] in text
    assert "MACs" in text


def test_compress_again_runs_nothing_anew_and_another_step_runs_it_and_those_after(finished):
    models = [finished / "compress" / name / "model" / "model.safetensors" for name in FOLDERS]
    before = [(path.stat().st_mtime_ns, load_file(path)) for path in models]

    assert run(["compress", str(finished)]) == 0
    assert [path.stat().st_mtime_ns for path in models] == [time for time, _ in before]

    assert run(["compress", str(finished), "--set", "compress.4.epochs=1"]) == 0
    times = [path.stat().st_mtime_ns for path in models]
    assert times[:4] == [time for time, _ in before[:4]]
    assert all(now != then for now, (then, _) in zip(times[4:], before[4:], strict=True))
