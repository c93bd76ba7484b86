"""What each compression step made of the network: its cost, its file and its quality, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.report.tables import Table

NOTE = (
    "M: millions. Parameters are counted with the embedding tables; MACs are the multiplications of the matrix products for "
    "one example of full length. Keras's quality is that on the held-out examples; of quantize_aware, with fake quantization."
)
FILES_NOTE = (
    " Each network was exported too, in the form that its row names, and measured through LiteRT: the median of one example a "
    "call at 1 thread, all files in turns in one run."
)


def steps_table(run: Run) -> Table | None:
    """One row for the fine-tuned network and one after each step; None where there is nothing to set side by side.

    A form that no step stands for, but that the files of the steps were timed with, comes last. Columns that are empty, or the
    same in every row, are left out.
    """
    metric, rows = fig.primary_metric(run), _rows(run)
    if len(rows) < 2 or not any(row["cost"] or row["file"] for row in rows):
        return None
    title = fig.metric_title(metric)
    columns: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "Parameters (M)": lambda row: fig.millions(row["cost"].get("parameters")),
        "In the encoder (M)": lambda row: fig.millions(row["cost"].get("encoder_parameters")),
        "MACs (M)": lambda row: fig.millions(row["cost"].get("macs")),
        "Heads": lambda row: fig.count(row["cost"].get("heads")),
        "Sparsity": lambda row: fig.percent(row["cost"].get("sparsity")),
        "File": lambda row: row["file"].get("form", NOTHING),
        "Zeros in the file": lambda row: fig.percent(row["file"].get("sparsity")),
        "Size (MiB)": lambda row: fig.mib(row["file"].get("size_bytes")),
        "Zipped (MiB)": lambda row: fig.mib(row["file"].get("zipped_bytes")),
        "p50 ms": lambda row: fig.milliseconds(row["file"].get("latency_p50_ms")),
        f"{title}, Keras": lambda row: fig.score(row["metrics"].get(metric)),
        f"{title}, LiteRT": lambda row: fig.score(row["file"].get("metrics", {}).get(metric)),
    }
    # One of the two, for the page is narrow: what stands in the file counts, where that was read.
    sparse = fig.are_sparse(row["file"] for row in rows)
    del columns["Sparsity" if sparse else "Zeros in the file"]
    cells = {name: [show(row) for row in rows] for name, show in columns.items()}
    shown = {
        name: values
        for name, values in cells.items()
        if set(values) != {NOTHING} and (len(set(values)) > 1 or name.startswith(f"{title}, "))
    }
    names = [str(row["name"]) for row in rows]
    left = frozenset({0, *(at for at, name in enumerate(shown, start=1) if name == "File")})
    chosen = f"export/{fig.chosen_form(run)}.tflite"
    strong = frozenset(at for at, row in enumerate(rows) if row["file"].get("path") == chosen)
    note = NOTE + (FILES_NOTE if any(row["file"] for row in rows) else "")
    lines = [list(line) for line in zip(names, *shown.values(), strict=True)]
    return Table("Steps", ["After", *shown], lines, left, strong, note)


def _rows(run: Run) -> list[dict[str, Any]]:
    """``name``, ``cost``, ``metrics`` of Keras and ``file``, each empty where it was not measured."""
    steps, files = fig.compress_steps(run), {one["name"]: one for one in fig.measured_steps(run)}
    if not steps:
        return []
    before: Mapping[str, Any] = next((step["before"] for step in steps if "before" in step), {})
    metrics = before.get("metrics") or fig.stage(run, "train").get("figures") or {}
    rows = [{"name": "fine-tuned", "cost": before, "metrics": metrics}]
    for number, step in enumerate(steps, start=1):
        cost = step.get("after", rows[-1]["cost"])
        rows.append({"name": f"{number}. {step['method']}", "cost": cost, "metrics": step["figures"]})
    known = {row["name"] for row in rows}
    rows += [{"name": name, "cost": rows[-1]["cost"], "metrics": {}} for name in files if name not in known]
    return [{**row, "file": files.get(row["name"], {})} for row in rows]
