"""The compression step of a whole recipe: what it writes, and that the integer-only file is made of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe

STEP = {"method": "quantize_aware", "examples": 40, "batch_size": 8, "learning_rate": 1e-3}


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory):
    path = make_recipe(tmp_path_factory.mktemp("qat"), compress=[STEP], export={"forms": ["float32", "int8"]})
    return run_pipeline(load_recipe(path, ["bundle.form=int8"]))


def test_quantize_aware_step_trains_on_as_many_examples_as_asked(finished):
    (step,) = finished.record.stages["compress"]

    assert step["method"] == "quantize_aware"
    assert [epoch["step"] for epoch in step["history"]] == [40 // 8]


def test_quantize_aware_step_learns_on_texts_without_labels_beside_its_examples(make_recipe, tmp_path):
    (tmp_path / "texts.txt").write_text("".join(f"the story of film {number}\n" for number in range(24)))
    step = STEP | {"unlabelled": {"path": str(tmp_path / "texts.txt")}, "task_weight": 0.5}
    recipe = make_recipe(tmp_path, compress=[step], export={"forms": ["float32", "int8"]})

    (done,) = run_pipeline(load_recipe(recipe, ["bundle.form=int8"])).record.stages["compress"]

    assert [epoch["step"] for epoch in done["history"]] == [(40 + 24) // 8]


def test_quantize_aware_step_leaves_a_model_and_its_ranges_and_no_snapshots(finished):
    folder = finished.folder / "compress" / "01-quantize_aware"
    ranges = json.loads((folder / "ranges.json").read_text())
    before = load_file(finished.model_folder / "model.safetensors")
    after = load_file(folder / "model" / "model.safetensors")

    assert sorted(entry.name for entry in folder.iterdir()) == [
        "figures.json",
        "key.json",
        "model",
        "ranges.json",
    ]
    assert all(low <= 0.0 < high for low, high in ranges.values())
    assert set(after) == set(before)
    assert any((after[name] != before[name]).any() for name in before)


def test_integer_only_form_has_the_trained_ranges(finished):
    from export.flatbuffer import read_model

    ranges = json.loads((finished.folder / "compress" / "01-quantize_aware" / "ranges.json").read_text())
    tensors = read_model(finished.export_folder / "int8.tflite").tensors
    scales = [tensor.scale[0] for tensor in tensors if len(tensor.scale) == 1]
    calibration = json.loads((finished.export_folder / "calibration.json").read_text())

    assert calibration["method"] == "quantize_aware"
    for name in ("layer_1.ffn.sum", "layer_0.attention.scores", "head.classifier"):
        low, high = ranges[name]
        assert min(abs(scale / ((high - low) / 255) - 1) for scale in scales) < 1e-3


def test_fake_quantized_and_integer_answers_have_nearly_the_same_quality(finished):
    (step,) = finished.record.stages["compress"]
    integer = finished.record.stages["validate"]["forms"]["int8"]["metrics"]["accuracy"]

    assert abs(integer - step["figures"]["accuracy"]) <= 0.05  # 2 of 40 examples


def test_integers_are_held_against_keras_with_fake_quantization(finished):
    form = finished.record.stages["validate"]["forms"]["int8"]["fake_quantized"]
    with np.load(finished.export_folder / "fake_quantized.npz") as file:
        expected = file["outputs"]
    with np.load(finished.folder / "validate" / "outputs_int8.npz") as file:
        outputs = file["outputs"]

    assert form["agreement"] == pytest.approx((outputs.argmax(-1) == expected.argmax(-1)).mean())
    assert form["max_abs"] == pytest.approx(np.abs(outputs - expected).max(), abs=1e-6)
    assert form["agreement"] >= 0.95 and form["mean_abs"] <= 0.02
    assert "fake_quantized" not in finished.record.stages["validate"]["forms"]["float32"]
    said = f"{100 * form['agreement']:.2f}% of int8's answers are Keras's with fake quantization."
    assert said in (finished.folder / "report" / "report.md").read_text()
