"""Measure exported models in LiteRT: answers against Keras's, quality, latency, memory, size. Needs no TensorFlow.

    python scripts/validate.py runs/rotten-tomatoes/export
    python scripts/validate.py runs/stsb/export --range 0 5 --forms float32 int8 --threads 1 2 4
    python scripts/validate.py runs/rotten-tomatoes/export --max-accuracy-drop 1.5 --max-size-mib 16

Ends with exit code 2 when a form gives no usable answers or misses a limit.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tfbert_edge.errors import TfbertEdgeError, exit_with
from tfbert_edge.report import forms_table
from tfbert_edge.tasks import Task, task_from
from tfbert_edge.validate import EvaluationSet, check_gates, validate_forms


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "export", type=Path, help="an export folder: *.tflite, reference.npz, evaluation.jsonl"
    )
    parser.add_argument(
        "--forms", nargs="+", help="the forms to measure (default: every .tflite in the folder)"
    )
    parser.add_argument(
        "--range", nargs=2, type=float, metavar=("LOW", "HIGH"), help="of a regression's values"
    )
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument(
        "--runs", type=int, default=100, help="timed calls of each form (default: %(default)s)"
    )
    parser.add_argument(
        "--gate-form", default="int8", help="the form that must keep the limits (default: int8)"
    )
    for limit in ("max-accuracy-drop", "max-size-mib", "max-p90-ms", "min-metric", "min-agreement"):
        parser.add_argument(f"--{limit}", type=float)
    parser.add_argument(
        "--output", type=Path, help="where to write figures.json and the outputs of each form"
    )
    options = parser.parse_args()

    # Which files, which task, which examples.
    forms = options.forms or sorted(path.stem for path in options.export.glob("*.tflite"))
    models = {form: options.export / f"{form}.tflite" for form in forms}
    task = read_task(options.export, options.range)
    evaluation = EvaluationSet.read(options.export, task)

    # Measure everything, then hold one form to its limits.
    limits = ("max_accuracy_drop", "max_size_mib", "max_p90_ms", "min_metric", "min_agreement")
    figures = validate_forms(
        models,
        evaluation,
        task,
        threads=options.threads,
        latency_runs=options.runs,
        gates={"form": options.gate_form, **{name: getattr(options, name) for name in limits}},
        folder=options.output,
        on_progress=show,
    )
    print(forms_table({"stages": {"validate": figures}}).text())
    check_gates(figures["gates"])


def read_task(folder: Path, value_range: list[float] | None) -> Task:
    """A classification where the folder has labels, else a regression."""
    if value_range:
        return task_from(type="regression", range=tuple(value_range))
    labels = folder / "labels.txt"
    if not labels.is_file():
        raise TfbertEdgeError(f"{labels} not found. Give --range LOW HIGH for a regression.")
    return task_from(type="classification", labels=labels.read_text(encoding="utf-8").splitlines())


def show(doing: str, done: int, total: int) -> None:
    """Progress on stderr, one line for each kind of work."""
    if sys.stderr.isatty() or done == total:
        print(f"\r{doing} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    exit_with(main)
