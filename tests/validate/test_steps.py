from __future__ import annotations

import pytest
from sklearn.metrics import accuracy_score

from tfbert_edge.errors import RunError
from tfbert_edge.tasks import Classification
from tfbert_edge.validate import measure_steps

TASK = Classification(["negative", "positive"])


def test_measure_steps_gives_quality_and_latency_of_each_file(models, evaluation, other_outputs):
    told = []
    figures = measure_steps(
        {"a": models["same"], "b": models["other"]},
        evaluation,
        TASK,
        runs=3,
        on_progress=lambda doing, done, total: told.append((doing, total)),
    )

    assert list(figures) == ["a", "b"]
    accuracy = accuracy_score(evaluation.truth.labels, other_outputs.argmax(1))
    assert figures["b"]["metrics"]["accuracy"] == pytest.approx(accuracy)
    assert figures["a"]["metrics"]["accuracy"] != figures["b"]["metrics"]["accuracy"]
    for one in figures.values():
        assert 0 < one["latency_p50_ms"] <= one["latency_p90_ms"]
    assert {("other: quality", 60), ("latency, 1 thread", 3)} <= set(told)


def test_measure_steps_does_not_run_again_what_is_known(models, evaluation):
    told = []
    figures = measure_steps(
        {"a": models["same"]},
        evaluation,
        TASK,
        known={"a": {"accuracy": 0.25}},
        runs=1,
        on_progress=lambda doing, done, total: told.append(doing),
    )

    assert figures["a"]["metrics"] == {"accuracy": 0.25}
    assert set(told) == {"latency, 1 thread"}


def test_measure_steps_takes_a_network_that_is_of_no_use(models, evaluation):
    figures = measure_steps({"constant": models["constant"]}, evaluation, TASK, runs=1)

    assert figures["constant"]["metrics"]["accuracy"] == pytest.approx(evaluation.truth.labels.mean())


def test_measure_steps_missing_file_raises(evaluation, tmp_path):
    with pytest.raises(RunError, match="exported files are missing: a "):
        measure_steps({"a": tmp_path / "a.tflite"}, evaluation, TASK)
