"""What each compression step made of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.report.tables import Table

NOTE = (
    "Parameters with the embedding tables; MACs are the multiplications of the matrix products for one example of full length. "
    "Quality is Keras's on the held-out examples; of quantize_aware, with fake quantization."
)


def steps_table(run: Run) -> Table | None:
    """One row for the fine-tuned network and one after each step; None where no step removes anything."""
    steps = fig.compress_steps(run)
    costs = [step["before"] for step in steps if "before" in step][:1]
    if not costs:
        return None
    metric = fig.primary_metric(run)
    rows = [_row("fine-tuned", costs[0], costs[0]["metrics"], metric)]
    for number, step in enumerate(steps, start=1):
        costs.append(step.get("after", costs[-1]))
        rows.append(_row(f"{number}. {step['method']}", costs[-1], step["figures"], metric))
    columns = ["After", "Parameters", "In the encoder", "MACs (millions)", "Heads", fig.metric_title(metric)]
    return Table("Steps", columns, rows, note=NOTE)


def _row(name: str, cost: Mapping[str, Any], metrics: Mapping[str, Any], metric: str) -> list[str]:
    counts = [f"{cost['parameters']:,}", f"{cost['encoder_parameters']:,}", f"{cost['macs'] / 1e6:,.1f}"]
    value = metrics.get(metric)
    return [name, *counts, str(cost["heads"]), NOTHING if value is None else fig.score(value)]
