from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from tfbert_edge.errors import GateError, RecipeError, RunError
from tfbert_edge.tasks import Classification
from tfbert_edge.validate import read_outputs, validate_forms

TASK = Classification(["negative", "positive"])


def test_validate_package_in_a_fresh_process_imports_no_tensorflow_and_no_matplotlib():
    program = (
        "import sys, tfbert_edge.validate as v; [getattr(v, name) for name in v.__all__];"
        "print([m for m in ('tensorflow', 'tf_keras', 'transformers', 'matplotlib') if m in sys.modules])"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_validate_forms_holds_integer_forms_against_fake_quantization(models, evaluation, other_outputs):
    figures = validate_forms(
        {"int8": models["other"], "float32": models["other"]},
        evaluation,
        TASK,
        latency_runs=3,
        fake_quantized=evaluation.keras_outputs,
    )["forms"]
    difference = np.abs(other_outputs - evaluation.keras_outputs)
    assert figures["int8"]["fake_quantized"]["max_abs"] == pytest.approx(difference.max(), abs=1e-5)
    assert "fake_quantized" not in figures["float32"]


def test_validate_forms_two_forms_gives_the_figures_of_run_json(models, evaluation, other_outputs, tmp_path):
    gates = {"max_accuracy_drop": 0.5, "max_size_mib": 1, "min_metric": None, "form": "other"}
    pair = {"same": models["same"], "other": models["other"]}

    figures = validate_forms(
        pair, evaluation, TASK, threads=(1,), latency_runs=3, gates=gates, folder=tmp_path / "validate"
    )

    labels, decided = evaluation.truth.labels, other_outputs.argmax(1)
    other = figures["forms"]["other"]
    assert other["metrics"]["accuracy"] == pytest.approx(accuracy_score(labels, decided))
    assert other["metrics"]["confusion"] == confusion_matrix(labels, decided).tolist()
    difference = np.abs(other_outputs - evaluation.keras_outputs)
    assert other["parity"]["max_abs"] == pytest.approx(difference.max(), abs=1e-5)
    assert other["parity"]["mean_abs"] == pytest.approx(difference.mean(), abs=1e-5)
    changed = int((decided != evaluation.keras_outputs.argmax(1)).sum())
    assert other["parity"]["agreement"] == pytest.approx(1 - changed / 60)
    assert other["changed_total"] == len(other["changed"]) == changed
    assert other["size_bytes"] == models["other"].stat().st_size
    assert figures["forms"]["same"]["changed"] == []
    assert figures["forms"]["same"]["parity"]["agreement"] == 1
    keras = accuracy_score(labels, evaluation.keras_outputs.argmax(1))
    assert figures["keras"]["metrics"]["accuracy"] == pytest.approx(keras)
    drop = 100 * (keras - accuracy_score(labels, decided))
    assert [gate["name"] for gate in figures["gates"]] == ["max_accuracy_drop", "max_size_mib"]
    assert figures["gates"][0]["measured"] == pytest.approx(drop)
    assert figures["gates"][0]["passed"] == (drop <= 0.5)
    assert (figures["task"], figures["primary_metric"], figures["examples"]) == (
        "classification",
        "accuracy",
        60,
    )

    assert json.loads((tmp_path / "validate" / "figures.json").read_text()) == figures
    saved = read_outputs(tmp_path / "validate", "other")
    np.testing.assert_allclose(saved["outputs"], other_outputs, atol=1e-5)
    np.testing.assert_array_equal(saved["labels"], labels)
    assert read_outputs(tmp_path / "validate", "int8") is None
    assert sorted(path.name for path in (tmp_path / "validate").iterdir()) == [
        "figures.json", "outputs_other.npz", "outputs_same.npz",
    ]  # fmt: skip


def test_validate_forms_broken_forms_raises_and_names_each(models, evaluation):
    with pytest.raises(GateError) as caught:
        validate_forms(models, evaluation, TASK, latency_runs=1)
    message = str(caught.value)
    assert "form 'nan' gives NaN or infinity for 60 of 60 examples" in message
    assert "form 'constant' gives the same output (0.25, 0.75) for all 60 examples" in message
    assert "'same'" not in message and "'other'" not in message
    assert caught.value.exit_code == 2


def test_validate_forms_missing_file_raises(models, evaluation, tmp_path):
    with pytest.raises(RunError, match=r"int8 .*Run the export stage again"):
        validate_forms({"int8": tmp_path / "int8.tflite"}, evaluation, TASK)
    with pytest.raises(RunError, match="no form to validate"):
        validate_forms({}, evaluation, TASK)


def test_validate_script_export_folder_prints_the_table_and_ends_with_2_on_a_failed_gate(
    models, evaluation, tmp_path
):
    evaluation.write(tmp_path, TASK)
    (tmp_path / "labels.txt").write_text("negative\npositive\n")
    (tmp_path / "int8.tflite").write_bytes(models["other"].read_bytes())
    root = Path(__file__).parents[2]
    command = [
        sys.executable,
        str(root / "scripts" / "validate.py"),
        str(tmp_path),
        "--threads",
        "1",
        "--runs",
        "2",
    ]
    environment = {**os.environ, "PYTHONPATH": str(root)}

    done = subprocess.run(
        [*command, "--min-agreement", "0.999"], capture_output=True, text=True, env=environment
    )

    assert done.returncode == 2, done.stderr
    assert "1 of 1 gate failed" in done.stderr and "Traceback" not in done.stderr
    header, keras, int8 = done.stdout.splitlines()[-3:]
    assert header.split()[:2] == ["Form", "Accuracy"]
    accuracy = accuracy_score(evaluation.truth.labels, evaluation.keras_outputs.argmax(1))
    assert keras.split()[:2] == ["Keras", f"{accuracy:.4f}"]
    assert int8.split()[0] == "int8"


def test_validate_forms_gate_for_a_form_not_measured_raises_before_measuring(models, evaluation):
    def refuse(*step):
        raise AssertionError("measured something first")

    with pytest.raises(RecipeError, match="'int8', which is not measured; measured: same"):
        validate_forms(
            {"same": models["same"]}, evaluation, TASK, gates={"max_size_mib": 16}, on_progress=refuse
        )
