"""Where the time of an inference goes, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run
from tfbert_edge.report.tables import Table


def operators_tables(run: Run) -> list[Table]:
    """Time by operator of each form that was profiled, the slowest first."""
    return [_table(form, figures) for form, figures in fig.forms(run).items() if "operators" in figures]


def _table(form: str, figures: Mapping[str, Any]) -> Table:
    title, columns = f"Time by operator, {form}", ["Operator", "Kernel", "Count", "ms", "Share"]
    times = figures["operators"]
    if not times:
        reason = figures.get("operators_problem", "the profiler named no operator")
        return Table(title, columns, [], note=f"Not measured: {reason}")
    total = sum(time["mean_ms"] for time in times)
    rows = [
        [
            time["operator"],
            "XNNPACK" if time["delegated"] else "builtin",
            fig.count(time["count"]),
            f"{time['mean_ms']:.3f}",
            f"{100 * time['mean_ms'] / total:.1f}%" if total else fig.NOTHING,
        ]
        for time in times
    ]
    note = (
        f"LiteRT's own profile at 1 thread, the mean of an inference: {fig.milliseconds(total)} ms in all operators. "
        "XNNPACK's operators bear its own names."
    )
    return Table(title, columns, rows, frozenset({0, 1}), note=note)
