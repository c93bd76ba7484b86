"""The tables of the report."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.validate.gates import GATES

BESIDE = ("lead_", "oracle_")
"""What metrics are held against begins so; it hardly moves from epoch to epoch."""

LONGEST_TEXT = 400
"""Characters of a text that stand in a table."""


@dataclass(frozen=True)
class Table:
    """Cells as text, a row a list. ``text_columns`` are set left, the others right; ``strong`` rows stand out."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    text_columns: frozenset[int] = frozenset({0})
    strong: frozenset[int] = frozenset()
    note: str = ""
    prose: frozenset[int] = field(default=frozenset())
    """Columns whose cells are sentences, which may break into lines."""

    def text(self) -> str:
        """The table for a terminal: columns set with spaces, headings broken to fit them, no title and no note."""
        columns = range(len(self.columns))
        # A heading may break at spaces and hyphens; its column is as wide as its widest part, its cells, or 8.
        parts = [re.split(r"\s|(?<=-)", column) for column in self.columns]
        widths = [max([8, *map(len, parts[at]), *(len(row[at]) for row in self.rows)]) for at in columns]
        heads = [textwrap.wrap(self.columns[at], widths[at]) for at in columns]
        tallest = max(map(len, heads))
        # Headings stand on the line above the cells, however many lines they take.
        heads = [[""] * (tallest - len(head)) + head for head in heads]
        lines = [*map(list, zip(*heads, strict=True)), *self.rows]
        return "\n".join("  ".join(map(self._cell, columns, line, widths)).rstrip() for line in lines)

    def _cell(self, column: int, text: str, width: int) -> str:
        return text.ljust(width) if column in self.text_columns else text.rjust(width)


def gates_table(run: Run) -> Table | None:
    """The recipe's gates: limit, measured, verdict."""
    gates = fig.stage(run, "validate").get("gates") or []
    rows = []
    for gate in gates:
        known = GATES.get(gate["name"])
        sign, unit = ("≤", known.unit) if known and known.at_most else ("≥", known.unit if known else "")
        measured = NOTHING if gate["measured"] is None else f"{_short(gate['measured'])}{unit}"
        verdict = "passed" if gate["passed"] else "FAILED"
        rows.append([gate["name"], gate["form"], f"{sign} {_short(gate['limit'])}{unit}", measured, verdict])
    strong = frozenset(index for index, gate in enumerate(gates) if not gate["passed"])
    columns = ["Gate", "Form", "Limit", "Measured", "Verdict"]
    return Table("Gates", columns, rows, frozenset({0, 1, 4}), strong) if rows else None


def training_table(run: Run) -> Table | None:
    """The epochs of fine-tuning."""
    note = "Metrics on the held-out examples after each epoch; tokens are real ones, without padding."
    return _history_table("Training", fig.stage(run, "train").get("history") or [], note)


def compress_tables(run: Run) -> list[Table]:
    """The epochs of each compression step, in the order of the recipe."""
    note = "The compressed network on the held-out examples after each epoch; its loss is the step's own."
    found = [
        _history_table(f"{number}. {step['method']}", step.get("history") or [], note)
        for number, step in enumerate(fig.compress_steps(run), start=1)
    ]
    return [table for table in found if table is not None]


def _history_table(title: str, history: Sequence[Mapping[str, Any]], note: str) -> Table | None:
    """One row an epoch: loss, metrics, learning rate, time, speed."""
    if not history:
        return None
    first: dict[str, Any] = next((record["metrics"] for record in history if record.get("metrics")), {})
    metrics = [
        name
        for name, value in first.items()
        if isinstance(value, int | float) and not name.startswith(BESIDE)
    ]
    columns = [
        "Epoch",
        "Step",
        "Loss",
        *map(fig.metric_title, metrics),
        "Learning rate",
        "Time",
        "Tokens/s",
        "Kept",
    ]
    rows = []
    for number, record in enumerate(history, start=1):
        values = record.get("metrics") or {}
        rate = record.get("learning_rate")
        rows.append(
            [
                str(number),
                fig.count(record.get("step")),
                fig.score(record.get("loss")),
                *(fig.score(values.get(name)) for name in metrics),
                NOTHING if rate is None else f"{rate:.2e}",
                fig.duration(record.get("seconds")),
                fig.count(record.get("tokens_per_second")),
                "kept" if record.get("best") else "",
            ]
        )
    strong = frozenset(index for index, record in enumerate(history) if record.get("best"))
    return Table(title, columns, rows, frozenset({len(columns) - 1}), strong, note)


def per_class_table(run: Run) -> Table | None:
    """Precision, recall and F1 of each label, Keras beside the chosen form; its threshold, where it has one of its own."""
    form = fig.chosen_form(run)
    keras = fig.keras_metrics(run).get("per_class")
    if not form or not keras:
        return None
    ours = fig.forms(run)[form]["metrics"].get("per_class") or {}
    names = ("precision", "recall", "f1")
    titles = ["Precision", "Recall", "F1"]
    columns = ["Label", "Examples", *(f"{title}, {who}" for title in titles for who in ("Keras", form))]
    split = any("threshold" in scores for scores in keras.values())
    if split:
        columns.append("Threshold")
    rows = []
    for label, scores in keras.items():
        pairs = [fig.score(side.get(name)) for name in names for side in (scores, ours.get(label, {}))]
        threshold = [fig.score(scores.get("threshold"))] if split else []
        rows.append([label, fig.count(scores.get("support")), *pairs, *threshold])
    return Table("Scores of each label", columns, rows)


def metrics_table(run: Run) -> Table | None:
    """Every metric that is one number, for Keras and all forms."""
    metrics = [name for name, value in fig.keras_metrics(run).items() if isinstance(value, int | float)]
    if not metrics:
        return None
    rows = [["Keras", *(fig.score(fig.keras_metrics(run)[name]) for name in metrics), NOTHING, NOTHING]]
    for form, figures in fig.forms(run).items():
        parity = figures["parity"]
        distances = [f"{parity[name]:.2g}" for name in ("max_abs", "mean_abs")]
        rows.append([form, *(fig.score(figures["metrics"].get(name)) for name in metrics), *distances])
    columns = ["Form", *map(fig.metric_title, metrics), "Max |form - Keras|", "Mean |form - Keras|"]
    note = " ".join(
        f"{fig.share(figures['fake_quantized']['agreement'])} of {form}'s answers are Keras's with fake quantization."
        for form, figures in fig.forms(run).items()
        if "fake_quantized" in figures
    )
    return Table("All metrics and parity", columns, rows, note=note)


def calibration_table(run: Run) -> Table | None:
    """How the activation ranges were chosen; what is longer than a few entries stays in its file."""
    calibration = fig.stage(run, "export").get("calibration") or {}
    rows = [list(row) for row in _flat(calibration)]
    return Table("Calibration", ["What", "Value"], rows, frozenset({0, 1})) if rows else None


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in values.items():
        title = f"{prefix}{str(name).replace('_', ' ')}"
        if isinstance(value, Mapping | list):
            if len(value) > 12 or (
                isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
            ):
                rows.append((title, f"{len(value)} entries, in export/calibration.json"))
            elif isinstance(value, Mapping):
                rows += _flat(value, f"{title}, ")
            else:
                rows.append((title, ", ".join(map(_short, value))))
        else:
            rows.append((title, NOTHING if value is None else _short(value)))
    return rows


def changed_table(run: Run, limit: int = 30) -> Table | None:
    """The examples on which the chosen form decides otherwise than Keras, the widest change first."""
    form = fig.chosen_form(run)
    if not form:
        return None
    figures = fig.forms(run)[form]
    changed = figures.get("changed") or []
    total = figures.get("changed_total", len(changed))
    examples = fig.stage(run, "validate").get("examples")
    rows = []
    for change in changed[:limit]:
        parts = [change["text"], *([change["text_pair"]] if change.get("text_pair") else [])]
        text = " ‖ ".join(
            part if len(part) <= LONGEST_TEXT else f"{part[:LONGEST_TEXT].rstrip()} …" for part in parts
        )
        answers = [_answer(change, side) for side in ("keras", "form")]
        rows.append([str(change["id"]), text, _short(change["label"]), *answers])
    moved = "moved by more than the tolerance" if fig.gives_numbers(run) else "changed"
    note = f"{form} {moved} {total:,}{f' of {examples:,}' if examples else ''} decisions of Keras"
    note += f"; the {len(rows)} widest changes:" if len(rows) < total else "."
    columns = ["Id", "Text", "True", "Keras", form]
    return Table(
        "Changed decisions", columns, rows, frozenset({0, 1, 2, 3, 4}), note=note, prose=frozenset({1})
    )


def _answer(change: Mapping[str, Any], side: str) -> str:
    answer, value = change[side], change.get(f"{side}_score")
    if isinstance(answer, str) and value is not None:
        return f"{answer} ({value:.3f})"
    return _short(answer)


def environment_table(run: Run) -> Table:
    """Where, when and with what the figures were measured."""
    host, versions = run.get("host") or {}, run.get("versions") or {}
    memory = host.get("memory_gib")
    machine = [host.get("machine"), f"{host['cores']} cores" if "cores" in host else None]
    machine += [f"{memory:g} GiB" if memory else None, host.get("system")]
    rows: list[tuple[str, Any]] = [
        ("Command", run.get("command")),
        ("Date", run.get("date")),
        ("Processor", host.get("processor")),
        ("Machine", ", ".join(part for part in machine if part)),
        ("CPU features", " ".join(host.get("flags") or [])),
        ("Seed", None if run.get("seed") is None else str(run["seed"])),
        ("Recipe SHA-256", run.get("recipe_sha256")),
        ("Versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("Time", _stage_times(run)),
    ]
    kept = [[name, str(value)] for name, value in rows if value]
    return Table("Environment", ["What", "Value"], kept, frozenset({0, 1}), prose=frozenset({1}))


def _stage_times(run: Run) -> str:
    seconds: dict[str, float | None] = {}
    for name, figures in run.get("stages", {}).items():
        if name == "compress":
            seconds |= {step["method"]: step.get("seconds") for step in figures}
        else:
            seconds[name] = figures.get("seconds")
    return ", ".join(f"{name} {fig.duration(value)}" for name, value in seconds.items() if value is not None)


def data_table(run: Run) -> Table | None:
    """Examples, labels and lengths."""
    data, exported = run.get("data") or {}, fig.stage(run, "export")
    lengths, vocabulary = data.get("lengths") or {}, exported.get("vocabulary") or {}
    found, cut, windowed = data.get("max_length"), data.get("cut") or {}, data.get("windowed") or {}
    length = fig.count(exported.get("sequence_length"))
    if found:
        length += (
            f", which {found['percentile']:g}% of the training examples fit in (at most {found['asked']})"
        )
    rows = [
        ["Training examples", fig.count(data.get("train_examples"))],
        ["Held-out examples", fig.count(data.get("validation_examples"))],
        ["Test examples", fig.count(data.get("test_examples"))],
        ["Labels", ", ".join(map(str, data.get("labels") or [])) or NOTHING],
        [
            "Word pieces an example",
            ", ".join(f"{name} {value}" for name, value in lengths.items()) or NOTHING,
        ],
        ["Sequence length of the files", length],
        ["Cut in training", _cut(cut.get("training"))],
        ["Cut of the held-out texts", _cut(exported.get("cut") or cut.get("evaluation"))],
        ["In further windows in training", _cut(windowed.get("training"))],
        ["In further windows of the held-out texts", _cut(windowed.get("evaluation"))],
        [
            "Vocabulary",
            " → ".join(fig.count(vocabulary[name]) for name in ("before", "after") if name in vocabulary),
        ],
    ]
    kept = [row for row in rows if row[1] not in ("", NOTHING)]
    return Table("Data", ["What", "Value"], kept, frozenset({0, 1}), prose=frozenset({1})) if kept else None


def _cut(cut: Mapping[str, Any] | None) -> str:
    if not cut:
        return NOTHING
    return (
        f"{cut['examples']:,} examples ({fig.share(cut['examples_share'])}), "
        f"{cut['pieces']:,} word pieces ({fig.share(cut['pieces_share'])})"
    )


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
