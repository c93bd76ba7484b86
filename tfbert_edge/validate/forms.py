"""Everything measured of every form, as ``stages.validate`` of ``run.json`` holds it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import plain, write_arrays, write_json
from tfbert_edge.errors import GateError, RunError
from tfbert_edge.tasks.base import Task
from tfbert_edge.validate.evaluation_set import EvaluationSet
from tfbert_edge.validate.gates import check_gate_settings, evaluate_gates
from tfbert_edge.validate.latency import measure_latency
from tfbert_edge.validate.memory import measure_memory
from tfbert_edge.validate.operators import measure_operators
from tfbert_edge.validate.parity import compare_outputs, output_fault
from tfbert_edge.validate.quality import Progress, changed_decisions, no_progress, run_model

FIGURES_FILE = "figures.json"
FAKE_QUANTIZED = "fake_quantized.npz"
"""Of the evaluation set's folder: ``outputs``, what Keras answers with fake quantization."""
INTEGER_FORMS = ("int8", "int4")


def validate_forms(
    models: Mapping[str, Path],
    evaluation: EvaluationSet,
    task: Task,
    *,
    threads: Sequence[int] = (1,),
    latency_runs: int = 100,
    gates: Mapping[str, Any] | None = None,
    operators_of: Sequence[str] = (),
    fake_quantized: np.ndarray | None = None,
    folder: Path | None = None,
    on_progress: Progress = no_progress,
) -> dict[str, Any]:
    """Measure each form in ``models`` (form -> ``.tflite``) over the whole evaluation set.

    ``gates`` is the recipe's ``validate.gates`` block; its verdicts are in the figures, and ``check_gates`` raises
    them, so that a run that fails a gate still has its report. The forms in ``operators_of`` also get ``operators``,
    the time of each operator type. With ``fake_quantized``, the outputs (N, C) of Keras with fake quantization, int8 and int4
    also get ``fake_quantized``, their distance from these. With a ``folder``, the figures go to
    ``figures.json`` in it and the outputs of each form to ``outputs_<form>.npz``.

    Returns ``stages.validate`` of ``run.json``: ``seconds``, ``task``, ``primary_metric``, ``examples``, ``labels``,
    ``keras`` {metrics}, ``forms`` {form: metrics, parity, latency, peak_memory_mib, model_memory_mib, size_bytes,
    changed (at most 200), changed_total} and ``gates``.

    Raises:
        RunError: there is nothing to measure, or a file is missing.
        GateError: a form gives NaN, or one output for all examples; the message names every such form.
        RecipeError: a gate is unknown, or is for a form that is not measured.
    """
    began = time.perf_counter()
    check_files(models)
    check_gate_settings(gates or {}, models)
    outputs = {
        form: run_model(
            path,
            evaluation,
            task.reader,
            threads=max(threads),
            doing=f"{form}: quality",
            on_progress=on_progress,
        )
        for form, path in models.items()
    }
    if folder is not None:
        for form, rows in outputs.items():
            _save_outputs(Path(folder), form, rows, evaluation)
    _refuse_faults(outputs, evaluation)
    latency = measure_latency(models, evaluation, threads=threads, runs=latency_runs, on_progress=on_progress)
    forms: dict[str, Any] = {}
    for place, (form, path) in enumerate(models.items(), start=1):
        changed = changed_decisions(outputs[form], evaluation, task, limit=None)
        forms[form] = {
            "metrics": task.metrics(outputs[form], evaluation.truth),
            "parity": compare_outputs(outputs[form], evaluation.keras_outputs, task, evaluation.truth),
            "latency": latency[form],
            **measure_memory(path),
            "size_bytes": Path(path).stat().st_size,
            "changed": changed[:200],
            "changed_total": len(changed),
        }
        if fake_quantized is not None and form in INTEGER_FORMS:
            forms[form]["fake_quantized"] = compare_outputs(
                outputs[form], fake_quantized, task, evaluation.truth
            )
        if form in operators_of:
            forms[form].update(measure_operators(path))
        on_progress("memory and operators", place, len(models))
    figures = {
        "task": task.name,
        "primary_metric": task.primary_metric,
        "examples": evaluation.examples,
        "rows": len(evaluation),
        "labels": list(task.labels),
        "keras": {"metrics": task.metrics(evaluation.keras_outputs, evaluation.truth)},
        "forms": forms,
    }
    figures["gates"] = evaluate_gates(gates or {}, figures)
    figures = plain({"seconds": time.perf_counter() - began, **figures})
    if folder is not None:
        write_json(Path(folder) / FIGURES_FILE, figures)
    return figures


def read_outputs(folder: Path, form: str) -> dict[str, np.ndarray] | None:
    """``outputs`` and ``keras_outputs`` (R, ...) of a form, and ``labels`` (N, ...) where these are numbers; None where
    nothing was saved.
    """
    path = Path(folder) / f"outputs_{form}.npz"
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def read_fake_quantized(folder: Path) -> np.ndarray | None:
    """What Keras answers with fake quantization (N, C), or None where no form of the run is integer-only."""
    path = Path(folder) / FAKE_QUANTIZED
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        outputs: np.ndarray = file["outputs"]
        return outputs


def check_files(models: Mapping[str, Path]) -> None:
    """
    Raises:
        RunError: there is nothing in ``models`` (name -> file), or a file is missing.
    """
    if not models:
        raise RunError(
            "there is no form to validate: run the export stage first (export.forms names the forms)"
        )
    missing = [f"{form} ({path})" for form, path in models.items() if not Path(path).is_file()]
    if missing:
        raise RunError(f"exported files are missing: {', '.join(missing)}. Run the export stage again.")


def _save_outputs(folder: Path, form: str, rows: np.ndarray, evaluation: EvaluationSet) -> None:
    arrays = {"outputs": rows, "keras_outputs": evaluation.keras_outputs}
    if evaluation.truth.labels.dtype != object:
        arrays["labels"] = evaluation.truth.labels
    write_arrays(folder / f"outputs_{form}.npz", arrays)


def _refuse_faults(outputs: Mapping[str, np.ndarray], evaluation: EvaluationSet) -> None:
    faults = {form: output_fault(rows, evaluation.keras_outputs) for form, rows in outputs.items()}
    said = [f"form '{form}' {fault}" for form, fault in faults.items() if fault]
    if said:
        raise GateError(
            "; ".join(said) + ". Such a file is of no use: look at how it was converted and calibrated."
        )
