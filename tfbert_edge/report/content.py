"""What stands in the report, in which order, whichever format it is written in."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfbert_edge.report import figures as fig
from tfbert_edge.report import tables
from tfbert_edge.report.figures import Run
from tfbert_edge.report.forms_table import forms_table
from tfbert_edge.report.operators_table import operators_tables
from tfbert_edge.report.precision_table import precision_table
from tfbert_edge.report.recipe_table import recipe_table
from tfbert_edge.report.steps_table import steps_table
from tfbert_edge.report.tables import Table
from tfbert_edge.report.vocabulary_table import vocabulary_table
from tfbert_edge.validate.gates import describe_gate


@dataclass(frozen=True)
class Section:
    """A heading with text, tables and plots (by file stem); one without any is not shown."""

    title: str
    tables: list[Table] = field(default_factory=list)
    plots: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)


def report_sections(run: Run) -> list[Section]:
    """The report from the figures that decide to those that explain."""
    warnings = [f"Warning: {warning}" for warning in (run.get("data") or {}).get("warnings") or []]
    return [
        Section("Forms", [forms_table(run)] if fig.forms(run) else [], ("size", "latency", "latency_bars")),
        Section("Gates", _present(tables.gates_table(run))),
        Section(
            "Compression", _present(steps_table(run), precision_table(run)), ("steps_size", "steps_latency")
        ),
        Section(
            "Quality",
            _present(tables.metrics_table(run), tables.per_class_table(run)),
            ("confusion", "values", "rouge"),
        ),
        Section("Changed decisions", _present(tables.changed_table(run))),
        Section("Where the time goes", operators_tables(run)),
        Section("Recipe", _present(recipe_table(run))),
        Section("Training", _present(tables.training_table(run)), ("learning",)),
        Section("Epochs of compression steps", tables.compress_tables(run)),
        Section("Data", _present(tables.data_table(run)), text=warnings),
        Section("Vocabulary", _present(vocabulary_table(run))),
        Section("Calibration", _present(tables.calibration_table(run))),
        Section("Environment", [tables.environment_table(run)]),
    ]


def report_lead(run: Run) -> list[str]:
    """The run in a few sentences: what the chosen form keeps, costs, and which gate it missed."""
    form = fig.chosen_form(run)
    if not form:
        return ["No form has been validated yet; the figures of the stages that ran follow."]
    figures, metric = fig.forms(run)[form], fig.primary_metric(run)
    value, keras = figures["metrics"].get(metric), fig.keras_metrics(run).get(metric)
    title = fig.metric_title(metric)
    first = f"{form}: {title.lower()} {fig.score(value)}"
    if value is not None and keras is not None:
        first += f" against {fig.score(keras)} of Keras ({100 * (value - keras):+.2f} points)"
    first += f", {fig.mib(figures.get('size_bytes'))} MiB"
    threads = fig.thread_counts(run)
    if threads:
        p50 = figures["latency"].get(threads[0], {}).get("p50_ms")
        first += f", median {fig.milliseconds(p50)} ms at {fig.threads_title(threads[0])}"
    gates = fig.stage(run, "validate").get("gates") or []
    failed = [f"Failed gate: {describe_gate(gate)}." for gate in gates if not gate["passed"]]
    verdict = ["All gates passed."] if gates and not failed else failed
    return [f"{first}.", *verdict]


def report_title(run: Run) -> str:
    """The run's name."""
    return str(run.get("name") or "run")


def _present(*found: Table | None) -> list[Table]:
    return [table for table in found if table is not None]
