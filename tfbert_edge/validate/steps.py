"""The files that compression steps left, measured side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfbert_edge.tasks.base import Task
from tfbert_edge.validate.evaluation_set import EvaluationSet
from tfbert_edge.validate.forms import check_files
from tfbert_edge.validate.latency import measure_latency
from tfbert_edge.validate.quality import Progress, no_progress, run_model

RUNS = 50
"""Timed calls of each file: enough for a median, and there may be many files."""


def measure_steps(
    files: Mapping[str, Path],
    evaluation: EvaluationSet,
    task: Task,
    *,
    known: Mapping[str, Mapping[str, Any]] | None = None,
    threads: int = 1,
    runs: int = RUNS,
    on_progress: Progress = no_progress,
) -> dict[str, dict[str, Any]]:
    """Measure every file in ``files`` over the evaluation set: ``metrics``, ``latency_p50_ms`` and ``latency_p90_ms``.

    ``known`` holds metrics that were measured before, by the same keys as ``files``. Quality runs on ``threads`` threads, which
    do not change it. Latency is on one thread, all files in turns. A network between two steps may well be of no use, so that
    answers that are none are no error here.

    Raises:
        RunError: a file is missing.
    """
    check_files(files)
    metrics = dict(known or {})
    for name, path in files.items():
        if name not in metrics:
            doing = f"{Path(path).stem}: quality"
            outputs = run_model(
                path, evaluation, task.reader, threads=threads, doing=doing, on_progress=on_progress
            )
            metrics[name] = task.metrics(outputs, evaluation.truth)
    latency = measure_latency(files, evaluation, threads=(1,), runs=runs, on_progress=on_progress)
    return {
        name: {
            "metrics": metrics[name],
            "latency_p50_ms": latency[name]["1"]["p50_ms"],
            "latency_p90_ms": latency[name]["1"]["p90_ms"],
        }
        for name in files
    }
