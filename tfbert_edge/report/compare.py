"""Several runs side by side, from their ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfbert_edge.errors import RunError
from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run
from tfbert_edge.report.plot_style import LIGHT, drawing, png
from tfbert_edge.report.tables import Table
from tfbert_edge.report.tradeoff_plot import COST_TITLES, Point, trade_off


def compare_runs(runs: Mapping[str, Run]) -> list[dict[str, Any]]:
    """One entry a run of ``runs`` (name -> the content of ``run.json``), with the figures of the form that it delivers.

    Each holds ``name``, ``metric``, ``float`` (Keras's), ``quality`` (through LiteRT), ``form``, ``size_bytes``,
    ``zipped_bytes``, ``latency_ms`` (median at 1 thread), ``parameters``, ``macs``, ``sequence_length``, ``vocabulary`` (how
    many pieces) and ``pieces_per_word`` (of the held-out texts); None where a run did not measure it.

    Raises:
        RunError: a run has not been validated, or two runs are judged by different metrics.
    """
    rows = [_row(name, run) for name, run in runs.items()]
    metrics = sorted({row["metric"] for row in rows})
    if len(metrics) > 1:
        raise RunError(
            f"the runs must be judged by one metric, they have {', '.join(metrics)}. Compare runs of one task."
        )
    return rows


def _row(name: str, run: Run) -> dict[str, Any]:
    form, metric = fig.chosen_form(run), fig.primary_metric(run)
    if form is None:
        raise RunError(
            f"{name} has not been validated, so there is nothing to compare. Finish it with --resume."
        )
    figures, exported = fig.forms(run)[form], fig.stage(run, "export")
    # A record from before the export stage counted has the count of the last compression step.
    counts = [exported.get("network"), *(step.get("after") for step in reversed(fig.compress_steps(run)))]
    cost: Mapping[str, Any] = next((count for count in counts if count), {})
    vocabulary = (run.get("data") or {}).get("vocabulary") or {}
    spelled = (vocabulary.get("evaluation") or {}).get("pieces_per_word") or {}
    return {
        "name": name,
        "metric": metric,
        "float": fig.keras_metrics(run).get(metric),
        "quality": figures["metrics"].get(metric),
        "form": form,
        "size_bytes": figures["size_bytes"],
        "zipped_bytes": exported.get("forms", {}).get(form, {}).get("zipped_bytes"),
        "latency_ms": figures["latency"].get("1", {}).get("p50_ms"),
        "parameters": cost.get("parameters"),
        "macs": cost.get("macs"),
        "sequence_length": exported.get("sequence_length"),
        "vocabulary": vocabulary.get("after"),
        "pieces_per_word": spelled.get("after"),
    }


def compare_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The runs in the order of ``rows``. A form that all deliver stands in the heading; lengths and vocabularies are shown
    where they differ."""
    forms = {row["form"] for row in rows}
    what = forms.pop() if len(forms) == 1 else "file"
    title = fig.metric_title(rows[0]["metric"])
    columns = ["Run", f"{title}, float", f"{title}, {what}"]
    columns += ["Size (MiB)", "Zipped (MiB)", "p50 ms", "Parameters (M)", "MACs (M)"]
    lengths = len({row["sequence_length"] for row in rows}) > 1
    columns += ["Length"] * lengths
    vocabularies = len({(row["vocabulary"], row["pieces_per_word"]) for row in rows}) > 1
    columns += ["Word pieces", "Pieces a word"] * vocabularies
    cells = [
        [
            row["name"] if what != "file" else f"{row['name']}, {row['form']}",
            fig.score(row["float"]),
            fig.score(row["quality"]),
            fig.mib(row["size_bytes"]),
            fig.mib(row["zipped_bytes"]),
            fig.milliseconds(row["latency_ms"]),
            fig.millions(row["parameters"]),
            fig.millions(row["macs"]),
            *[fig.count(row["sequence_length"])] * lengths,
            *[fig.count(row["vocabulary"]), fig.score(row["pieces_per_word"], 3)] * vocabularies,
        ]
        for row in rows
    ]
    return Table("Runs", columns, cells)


def compare_plot(rows: Sequence[Mapping[str, Any]], cost: str) -> bytes:
    """Quality through LiteRT against ``cost`` (``size`` or ``latency``) as a PNG, a point a run that has both figures.

    Raises:
        RunError: no run has both.
    """
    points = []
    for number, row in enumerate(rows, start=1):
        value = row["size_bytes"] / 2**20 if cost == "size" else row["latency_ms"]
        if value is not None and row["quality"] is not None:
            points.append(Point(str(number), row["name"], value, row["quality"]))
    if not points:
        raise RunError(
            f"no run has a quality and a {cost}: there is nothing to draw. Validate with 1 thread."
        )
    with drawing(LIGHT) as pyplot:
        title = fig.metric_title(rows[0]["metric"])
        return png(trade_off(pyplot, LIGHT, points, COST_TITLES[cost], title, joined=False))
