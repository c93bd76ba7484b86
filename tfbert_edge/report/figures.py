"""Finding figures in ``run.json``, and printing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Run = Mapping[str, Any]
NOTHING = "–"  # noqa: RUF001  # an en dash: a figure that was not measured

METRIC_NAMES = {
    "accuracy": "Accuracy",
    "precision_macro": "Precision (macro)",
    "recall_macro": "Recall (macro)",
    "f1_macro": "F1 (macro)",
    "matthews": "Matthews",
    "f1_micro": "F1 (micro)",
    "precision_micro": "Precision (micro)",
    "recall_micro": "Recall (micro)",
    "subset_accuracy": "All labels right",
    "mean_average_precision": "Mean average precision",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "mse": "Mean squared error",
    "f1": "F1",
    "frame_accuracy": "Intent and slots right",
    "intent_accuracy": "Intent accuracy",
    "slot_f1": "Slot F1",
    "exact_match": "Exact match",
    "f1_has_answer": "F1 (has answer)",
    "exact_match_has_answer": "Exact match (has answer)",
    "f1_no_answer": "F1 (no answer)",
    "exact_match_no_answer": "Exact match (no answer)",
    **{
        f"{prefix}rouge{kind}": f"{title}ROUGE-{kind}"
        for prefix, title in (("", ""), ("lead_", "Lead, "), ("oracle_", "Oracle, "))
        for kind in "12L"
    },
}


def stage(run: Run, name: str) -> Mapping[str, Any]:
    """The figures of a stage; empty where it did not run."""
    return run.get("stages", {}).get(name) or {}


def compress_steps(run: Run) -> list[Mapping[str, Any]]:
    """The figures of each compression step."""
    return run.get("stages", {}).get("compress") or []


def measured_steps(run: Run) -> list[Mapping[str, Any]]:
    """The files of the networks before and after each compression step, as measured through LiteRT."""
    return stage(run, "validate").get("steps") or []


def forms(run: Run) -> Mapping[str, Any]:
    """The validated forms: form -> figures."""
    return stage(run, "validate").get("forms") or {}


def primary_metric(run: Run) -> str:
    """The metric by which forms are compared."""
    validated = stage(run, "validate")
    known = validated.get("keras", {}).get("metrics") or stage(run, "train").get("figures") or {}
    guess = next((metric for metric in ("spearman", "rouge1") if metric in known), "accuracy")
    return validated.get("primary_metric") or guess


def task_of(run: Run) -> str:
    """The task's name; empty where nothing tells it."""
    found = stage(run, "validate").get("task") or (run.get("data") or {}).get("task", {}).get("type")
    return str(found or "")


def gives_numbers(run: Run) -> bool:
    """Whether the answers are numbers (of an embedding, cosines), not labels."""
    task = task_of(run)
    return task in ("regression", "embedding") if task else primary_metric(run) == "spearman"


def keras_metrics(run: Run) -> Mapping[str, Any]:
    """The task's metrics of the Keras model on the evaluation set."""
    return stage(run, "validate").get("keras", {}).get("metrics") or {}


def chosen_form(run: Run) -> str | None:
    """The form that the report sets beside Keras: the bundled one, else the gated one, else int8, else the last."""
    measured = forms(run)
    bundled = stage(run, "bundle").get("form")
    gated = [gate["form"] for gate in stage(run, "validate").get("gates", [])]
    return next(
        (form for form in (bundled, *gated, "int8", *reversed(list(measured))) if form in measured), None
    )


def thread_counts(run: Run) -> list[str]:
    """The numbers of threads at which latency was measured, as JSON has them, the fewest first."""
    counts = {count for figures in forms(run).values() for count in figures.get("latency") or {}}
    return sorted(counts, key=int)


def metric_title(metric: str) -> str:
    """A metric's name as people write it."""
    return METRIC_NAMES.get(metric, metric.replace("_", " ").capitalize())


def threads_title(count: str | int) -> str:
    """``1 thread``, ``2 threads``."""
    return f"{count} thread" if int(count) == 1 else f"{count} threads"


def score(value: float | None, digits: int = 4) -> str:
    """A metric; a dash where there is none."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def share(value: float | None) -> str:
    """A share as per cent."""
    return NOTHING if value is None else f"{100 * value:.2f}%"


def percent(value: float | None) -> str:
    """A share as per cent, to one decimal."""
    return NOTHING if value is None else f"{100 * value:.1f}%"


def are_sparse(files: Iterable[Mapping[str, Any]]) -> bool:
    """Whether weights of one of these files were set to zero: rounding to 8 bits alone makes 1 to 3% of them zero."""
    return any((figures.get("sparsity") or 0.0) >= 0.05 for figures in files)


def millions(value: float | None) -> str:
    """A number in millions; small ones with three digits that count."""
    if value is None:
        return NOTHING
    scaled = value / 1e6
    return f"{scaled:,.1f}" if scaled >= 100 else f"{scaled:.2f}" if scaled >= 1 else f"{scaled:.3g}"


def mib(size_bytes: float | None) -> str:
    """Bytes in MiB."""
    return NOTHING if size_bytes is None else f"{size_bytes / 2**20:.2f}"


def milliseconds(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return NOTHING
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def duration(seconds: float | None) -> str:
    """``42 s``, ``3 min 20 s``, ``1 h 5 min``."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s" if seconds >= 10 else f"{seconds:.1f} s"


def count(value: float | None) -> str:
    """A whole number with separators."""
    return NOTHING if value is None else f"{value:,.0f}"
