"""Quality against cost: the path of compression steps, or several runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run
from tfbert_edge.report.plot_style import WIDTH_INCHES, Theme, place_labels


@dataclass(frozen=True)
class Point:
    """One model file: a short label at its point, its name in the key, what it costs, its quality, whether it is delivered."""

    label: str
    name: str
    cost: float
    value: float
    chosen: bool = False


def steps_against(run: Run, pyplot: Any, theme: Theme, what: str) -> Any:
    """The networks before and after each step, joined in their order; ``what`` is ``size`` or ``latency``.

    None where fewer than two of them were measured.
    """
    metric, chosen = fig.primary_metric(run), f"export/{fig.chosen_form(run)}.tflite"
    points = []
    for number, step in enumerate(fig.measured_steps(run)):
        value = step["metrics"].get(metric)
        cost = step["size_bytes"] / 2**20 if what == "size" else step["latency_p50_ms"]
        if value is not None:
            # The form is named wherever the name is not the form itself.
            name = step["name"].split(". ")[-1]
            name = name if name == step["form"] else f"{name}, {step['form']}"
            points.append(Point(str(number), name, cost, value, step["path"] == chosen))
    if len(points) < 2:
        return None
    return trade_off(pyplot, theme, points, COST_TITLES[what], fig.metric_title(metric), joined=True)


COST_TITLES = {"size": "Size (MiB)", "latency": "Median latency (ms, 1 thread)"}


def trade_off(
    pyplot: Any, theme: Theme, points: Sequence[Point], cost: str, quality: str, *, joined: bool
) -> Any:
    """A figure with a point for each model and a key of their names, the delivered ones marked.

    ``joined`` by a thin line in their order.
    """
    rows = -(-len(points) // 2)
    figure, axes = pyplot.subplots(figsize=(WIDTH_INCHES, 3.5 + 0.21 * rows))
    places = [(point.cost, point.value) for point in points]
    if joined:
        axes.plot(*zip(*places, strict=True), color=theme.plain, linewidth=0.9, alpha=0.7, zorder=2)
    for point in points:
        marker, colour, size = ("D", theme.accent, 60) if point.chosen else ("o", theme.plain, 40)
        axes.scatter(
            [point.cost],
            [point.value],
            marker=marker,
            color=colour,
            s=size,
            zorder=4 if point.chosen else 3,
            label=f"{point.label}  {point.name}",
        )
    values = [point.value for point in points]
    margin = max(0.25 * (max(values) - min(values)), 0.004)
    axes.set_ylim(min(values) - margin, max(values) + margin)
    axes.set_xlim(0, 1.12 * max(point.cost for point in points))
    axes.set(xlabel=cost, ylabel=quality)
    figure.legend(
        loc="outside lower left", ncols=2, fontsize=9, handletextpad=0.2, columnspacing=1.2, labelspacing=0.35
    )
    bold = next((point.label for point in points if point.chosen), None)
    labels = [point.label for point in points]
    place_labels(figure, axes, places, labels, theme=theme, bold=bold, joined=joined)
    return figure
