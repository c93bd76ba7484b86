from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from tfbert_edge.errors import DataError, GateError, RunError
from tfbert_edge.tasks import Classification, Regression
from tfbert_edge.validate import (
    EvaluationSet,
    changed_decisions,
    measure_latency,
    measure_memory,
    read_outputs,
    run_model,
    validate_forms,
)
from tfbert_edge.validate.latency import summarize

TASK = Classification(["negative", "positive"])


def test_run_model_every_example_in_order_equals_numpy(models, evaluation, other_outputs):
    seen = []
    outputs = run_model(models["other"], evaluation, on_progress=lambda *step: seen.append(step))

    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, other_outputs, atol=1e-5)
    assert seen[0][1:] == (1, 60) and seen[-1][1:] == (60, 60)


def test_run_model_other_sequence_length_raises(models, evaluation):
    short = dataclasses.replace(
        evaluation,
        input_ids=evaluation.input_ids[:, :4],
        token_type_ids=evaluation.token_type_ids[:, :4],
        attention_mask=evaluation.attention_mask[:, :4],
    )
    with pytest.raises(DataError, match="takes 8 tokens, the evaluation set has examples of 4"):
        run_model(models["same"], short)


def test_changed_decisions_classification_lists_them_widest_first(evaluation, other_outputs):
    keras, form = evaluation.keras_outputs.argmax(1), other_outputs.argmax(1)
    expected = np.flatnonzero(keras != form)
    assert 3 < len(expected) < 40

    changed = changed_decisions(other_outputs, evaluation, TASK)

    assert {change["id"] for change in changed} == {f"row-{index}" for index in expected}
    widths = [abs(change["form_score"] + change["keras_score"] - 1) for change in changed]  # two labels
    assert widths == sorted(widths, reverse=True)
    first = changed[0]
    index = int(first["id"].removeprefix("row-"))
    assert first["text"] == f"text {index}"
    assert first["label"] == TASK.labels[evaluation.labels[index]]
    assert (first["keras"], first["form"]) == (TASK.labels[keras[index]], TASK.labels[form[index]])
    assert first["keras_score"] == pytest.approx(evaluation.keras_outputs[index].max())
    assert first["form_score"] == pytest.approx(other_outputs[index].max())
    assert changed_decisions(other_outputs, evaluation, TASK, limit=2) == changed[:2]


def test_changed_decisions_regression_takes_those_beyond_the_tolerance(evaluation):
    three = EvaluationSet(
        input_ids=evaluation.input_ids[:3],
        token_type_ids=evaluation.token_type_ids[:3],
        attention_mask=evaluation.attention_mask[:3],
        labels=np.array([1.0, 2.0, 3.5], np.float32),
        keras_outputs=np.array([[1.0], [2.0], [3.0]], np.float32),
        ids=["a", "b", "c"],
        texts=["A", "B", "C"],
        pairs=["1", "2", "3"],
    )
    form = np.array([[1.2], [2.3], [4.0]], np.float32)  # a twentieth of 0 to 5 is 0.25

    changed = changed_decisions(form, three, Regression((0, 5)))

    assert [change["id"] for change in changed] == ["c", "b"]
    assert changed[0] == {
        "id": "c", "text": "C", "text_pair": "3", "label": 3.5, "keras": 3.0, "form": 4.0,
        "keras_score": 3.0, "form_score": 4.0,
    }  # fmt: skip


def test_summarize_known_seconds_gives_interpolated_percentiles_in_ms():
    # 1..11 ms: the p-th percentile is at place p / 10 of 0..10.
    figures = summarize([milliseconds / 1000 for milliseconds in range(11, 0, -1)])
    assert figures == pytest.approx({"p50_ms": 6, "p90_ms": 10, "p99_ms": 10.9, "mean_ms": 6, "runs": 11})


def test_measure_latency_two_models_and_threads_gives_ordered_percentiles(models, evaluation):
    pair = {"same": models["same"], "other": models["other"]}
    latency = measure_latency(pair, evaluation, threads=(2, 1, 1), runs=7, warmup=1)

    assert list(latency) == ["same", "other"]
    for figures in latency.values():
        assert list(figures) == ["1", "2"]
        for one in figures.values():
            assert one["runs"] == 7
            assert 0 < one["p50_ms"] <= one["p90_ms"] <= one["p99_ms"]


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"threads": ()}, {"threads": (0,)}])
def test_measure_latency_nothing_to_time_raises(models, evaluation, wrong):
    with pytest.raises(DataError, match="at least 1 run and 1 thread"):
        measure_latency({"same": models["same"]}, evaluation, **wrong)


def test_measure_memory_fresh_process_does_not_count_what_the_parent_holds(models):
    held = np.ones(2**29 // 8)  # 512 MiB in this process, more than a fresh one needs
    memory = measure_memory(models["same"])

    assert held.nbytes / 2**20 == 512
    assert 10 < memory["peak_memory_mib"] < 450
    assert 0 <= memory["model_memory_mib"] < memory["peak_memory_mib"]


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


def test_validate_forms_two_forms_gives_the_figures_of_run_json(models, evaluation, other_outputs, tmp_path):
    gates = {"max_accuracy_drop": 0.5, "max_size_mib": 1, "min_metric": None, "form": "other"}
    pair = {"same": models["same"], "other": models["other"]}

    figures = validate_forms(
        pair, evaluation, TASK, threads=(1,), latency_runs=3, gates=gates, folder=tmp_path / "validate"
    )

    labels, decided = evaluation.labels, other_outputs.argmax(1)
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
