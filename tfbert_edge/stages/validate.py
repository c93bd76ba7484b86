"""Measure every exported form in LiteRT; needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfbert_edge.atomic import new_folder, plain, write_json
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import step_name
from tfbert_edge.validate import EvaluationSet, measure_steps, validate_forms
from tfbert_edge.validate.forms import FIGURES_FILE, INTEGER_FORMS, read_fake_quantized
from tfbert_edge.validate.quality import Progress
from tfbert_edge.validate.steps import RUNS


def validate_stage(run: Run) -> dict[str, Any]:
    """Write ``validate/figures.json`` and the outputs of each form; returns the figures, gates included."""
    settings = run.recipe.validate
    models: dict[str, Path] = {form: run.export_folder / f"{form}.tflite" for form in run.recipe.export.forms}
    evaluation = EvaluationSet.read(run.export_folder, run.task)
    with run.console.phases() as on_progress, new_folder(run.folder / "validate") as folder:
        figures = validate_forms(
            models,
            evaluation,
            run.task,
            threads=settings.threads,
            latency_runs=settings.latency_runs,
            gates=settings.gates.model_dump(mode="json"),
            operators_of=INTEGER_FORMS,
            fake_quantized=read_fake_quantized(run.export_folder),
            folder=folder,
            on_progress=on_progress,
        )
        figures["steps"] = _steps(run, evaluation, figures["forms"], on_progress)
        write_json(folder / FIGURES_FILE, figures)
    return figures


def _steps(
    run: Run, evaluation: EvaluationSet, forms: Mapping[str, Any], on_progress: Progress
) -> list[dict[str, Any]]:
    """What the export stage wrote of each step, and the form that the gates are for, measured in one go."""
    exported = run.record.stages["export"]
    steps = list(exported.get("steps") or [])
    if not steps:
        return []
    for name, method, form in _last_forms(run):
        path = exported["forms"][form]["path"]
        if path not in {step["path"] for step in steps}:
            weighed = {
                one: exported["forms"][form][one] for one in ("size_bytes", "zipped_bytes", "sparsity")
            }
            steps.append({"name": name, "method": method, "form": form, "path": path, **weighed})
    known = {exported["forms"][form]["path"]: figures["metrics"] for form, figures in forms.items()}
    settings = run.recipe.validate
    measured = measure_steps(
        {step["path"]: run.folder / step["path"] for step in steps},
        evaluation,
        run.task,
        known=known,
        threads=max(settings.threads),
        runs=min(RUNS, settings.latency_runs),
        on_progress=on_progress,
    )
    return plain([{**step, **measured[step["path"]]} for step in steps])


def _last_forms(run: Run) -> list[tuple[str, str | None, str]]:
    """Name, method and form of the files at the end of the road: of quantize_aware, and the one that the gates are for."""
    recipe, chosen = run.recipe, run.recipe.validate.gates.form
    quantized = [
        (step_name(number, step.method), step.method, "int8")
        for number, step in enumerate(recipe.compress, start=1)
        if step.method == "quantize_aware" and "int8" in recipe.export.forms
    ]
    return [*quantized, (chosen, None, chosen)]
