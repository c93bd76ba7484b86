"""ROUGE of the summaries between that of the lead and that of the reference's own sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run
from tfbert_edge.report.plot_style import WIDTH_INCHES, Theme

KINDS = ("rouge1", "rouge2", "rougeL")


def rouge_bars(run: Run, pyplot: Any, theme: Theme) -> Any:
    """Bars of ROUGE-1, 2 and L: the lead of the chosen form's length, Keras, that form, the oracle; None without ROUGE."""
    form = fig.chosen_form(run)
    if not form or "rouge1" not in fig.keras_metrics(run):
        return None
    ours = fig.forms(run)[form]["metrics"]
    sides = (
        ("Lead", "lead_", ours, theme.grid),
        ("Keras", "", fig.keras_metrics(run), theme.plain),
        (form, "", ours, theme.accent),
        ("Oracle", "oracle_", ours, theme.third),
    )
    figure, axes = pyplot.subplots(figsize=(WIDTH_INCHES, 3.4))
    width = 0.8 / len(sides)
    for place, (name, prefix, metrics, colour) in enumerate(sides):
        values = [metrics[f"{prefix}{kind}"] for kind in KINDS]
        places = np.arange(len(KINDS)) + (place - (len(sides) - 1) / 2) * width
        bars = axes.bar(places, values, width * 0.92, color=colour, label=name)
        axes.bar_label(bars, fmt="%.3f", padding=3, fontsize=9, rotation=90)
    axes.set_xticks(range(len(KINDS)), [fig.metric_title(kind) for kind in KINDS])
    axes.set(ylabel="F1", ylim=(0, 1.25), yticks=np.linspace(0.0, 1.0, 6))
    figure.legend(loc="outside upper right", ncols=len(sides))
    return figure
