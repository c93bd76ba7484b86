"""Measure every exported form in LiteRT; needs no TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.atomic import new_folder
from tfbert_edge.stages.run import Run
from tfbert_edge.validate import EvaluationSet, validate_forms


def validate_stage(run: Run) -> dict[str, Any]:
    """Write ``validate/figures.json`` and the outputs of each form; returns the figures, gates included."""
    settings = run.recipe.validate
    models: dict[str, Path] = {form: run.export_folder / f"{form}.tflite" for form in run.recipe.export.forms}
    evaluation = EvaluationSet.read(run.export_folder)
    with run.console.phases() as on_progress, new_folder(run.folder / "validate") as folder:
        return validate_forms(
            models,
            evaluation,
            run.task,
            threads=settings.threads,
            latency_runs=settings.latency_runs,
            gates=settings.gates.model_dump(mode="json"),
            operators_of=("int8", "int4"),
            folder=folder,
            on_progress=on_progress,
        )
