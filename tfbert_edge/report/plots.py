"""The plots of the report, each from ``run.json`` alone but for the scatter, which needs the saved outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run
from tfbert_edge.report.plot_style import WIDTH_INCHES, Theme, drawing, place_labels, png
from tfbert_edge.report.summary_plot import rouge_bars
from tfbert_edge.report.tradeoff_plot import steps_against
from tfbert_edge.validate.forms import read_outputs

MOST_NUMBERED_LABELS = 12
"""Beyond this a confusion matrix shows colours alone: its numbers would not fit their cells."""

MOST_LABELS_ABREAST = 3
"""Up to this the two matrices stand side by side, and a cell has room for its share too."""


def make_plots(
    run: Run, theme: Theme, *, validate_folder: Path | None = None
) -> dict[str, tuple[str, bytes]]:
    """All plots for which ``run`` has figures: file stem -> (what it shows, PNG)."""
    plots: dict[str, tuple[str, bytes]] = {}
    with drawing(theme) as pyplot:
        for stem, (title, draw) in _plots(run, validate_folder).items():
            figure = draw(pyplot, theme)
            if figure is not None:
                plots[stem] = (title, png(figure))
    return plots


def _plots(run: Run, folder: Path | None) -> dict[str, tuple[str, Callable[[Any, Theme], Any]]]:
    metric, form = fig.metric_title(fig.primary_metric(run)), fig.chosen_form(run)
    last = (
        (
            "values",
            (f"Values of Keras and {form} against the true ones", lambda p, t: scatter(run, p, t, folder)),
        )
        if fig.gives_numbers(run)
        else ("confusion", (f"Confusion of Keras and {form}", lambda p, t: confusion(run, p, t)))
    )
    return {
        "learning": (f"Loss and {metric.lower()} by epoch", lambda p, t: learning_curves(run, p, t)),
        "size": (f"{metric} against size", lambda p, t: metric_against(run, p, t, "size")),
        "latency": (f"{metric} against latency", lambda p, t: metric_against(run, p, t, "latency")),
        "latency_bars": ("Latency by form and threads", lambda p, t: latency_bars(run, p, t)),
        last[0]: last[1],
        "rouge": (f"ROUGE of Keras and {form}, beside lead and oracle", lambda p, t: rouge_bars(run, p, t)),
        "steps_size": (f"{metric} against size, step by step", lambda p, t: steps_against(run, p, t, "size")),
        "steps_latency": (
            f"{metric} against latency, step by step",
            lambda p, t: steps_against(run, p, t, "latency"),
        ),
    }


def learning_curves(run: Run, pyplot: Any, theme: Theme) -> Any:
    """Loss above, the primary metric on the held-out examples below, by epoch; the kept epochs marked.

    The epochs of compression steps follow those of fine-tuning, each in its colour: their losses are of another kind.
    """
    parts = [("fine-tuning", fig.stage(run, "train").get("history") or [])]
    parts += [(step["method"], step.get("history") or []) for step in fig.compress_steps(run)]
    parts = [(name, history) for name, history in parts if history]
    if not parts:
        return None
    metric = fig.primary_metric(run)
    figure, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(WIDTH_INCHES, 4.8))
    shades, first, ticks = (theme.plain, theme.third, theme.text), 1, []
    for place, (name, history) in enumerate(parts):
        epochs = np.arange(first, first + len(history))
        values = [(record.get("metrics") or {}).get(metric) for record in history]
        shown, colour = [np.nan if value is None else value for value in values], shades[place % len(shades)]
        above.plot(epochs, [record["loss"] for record in history], "o-", color=colour, label=name)
        below.plot(epochs, shown, "o-", color=colour)
        for epoch, record, value in zip(epochs, history, values, strict=True):
            if record.get("best") and value is not None:
                below.plot([epoch], [value], "o", color=theme.accent, markersize=10)
                note = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center", "fontsize": 10}
                below.annotate(f"kept: {value:.4f}", (epoch, value), color=theme.text, **note)
        if place:
            for axes in (above, below):
                axes.axvline(first - 0.5, color=theme.text, linewidth=0.8, linestyle=":")
        ticks += list(range(1, len(history) + 1))
        first += len(history)
    above.set(ylabel="Training loss")
    below.set(xlabel="Epoch", ylabel=fig.metric_title(metric), xlim=(0.5, first - 0.5))
    step = max(1, -(-len(ticks) // 20))
    below.set_xticks(range(1, first, step), list(map(str, ticks))[::step])
    if len(parts) > 1:
        figure.legend(loc="outside upper right", ncols=len(parts))
    for axes in (above, below):
        axes.margins(y=0.25)
    return figure


def metric_against(run: Run, pyplot: Any, theme: Theme, what: str) -> Any:
    """One point a form, the chosen one highlighted; Keras's metric as a line."""
    metric, chosen, threads = fig.primary_metric(run), fig.chosen_form(run), fig.thread_counts(run)
    points, names = [], []
    for form, figures in fig.forms(run).items():
        value = figures["metrics"].get(metric)
        if what == "size":
            cost = figures["size_bytes"] / 2**20 if figures.get("size_bytes") else None
        else:
            cost = (figures.get("latency") or {}).get(threads[0], {}).get("p50_ms") if threads else None
        if value is not None and cost is not None:
            points.append((cost, value))
            names.append(form)
    if not points:
        return None
    figure, axes = pyplot.subplots(figsize=(WIDTH_INCHES, 3.7))
    for (cost, value), form in zip(points, names, strict=True):
        mark = (
            {"marker": "D", "color": theme.accent, "s": 80}
            if form == chosen
            else {"color": theme.plain, "s": 50}
        )
        axes.scatter([cost], [value], zorder=4 if form == chosen else 3, **mark)
    keras = fig.keras_metrics(run).get(metric)
    values = [value for _, value in points] + ([keras] if keras is not None else [])
    if keras is not None:
        axes.axhline(keras, color=theme.third, linestyle="--", linewidth=1.4, label=f"Keras {keras:.4f}")
        figure.legend(loc="outside upper right")
    margin = max(0.25 * (max(values) - min(values)), 0.004)
    axes.set_ylim(min(values) - margin, max(values) + margin)
    axes.set_xlim(0, 1.18 * max(cost for cost, _ in points))
    units = "Size (MiB)" if what == "size" else f"Median latency (ms, {fig.threads_title(threads[0])})"
    axes.set(xlabel=units, ylabel=fig.metric_title(metric))
    place_labels(figure, axes, points, names, theme=theme, bold=chosen, line_at=keras)
    return figure


def latency_bars(run: Run, pyplot: Any, theme: Theme) -> Any:
    """Median latency of each form at each number of threads, with a line to the 90th percentile."""
    forms, threads = fig.forms(run), fig.thread_counts(run)
    if not threads:
        return None
    figure, axes = pyplot.subplots(figsize=(WIDTH_INCHES, 1.4 + 0.36 * len(forms) * len(threads)))
    height, chosen = 0.8 / len(threads), fig.chosen_form(run)
    most = max(one["p90_ms"] for form in forms.values() for one in form["latency"].values())
    shades = [theme.plain, theme.third, theme.accent, theme.text]
    for place, count in enumerate(threads):
        rows = np.arange(len(forms)) + (place - (len(threads) - 1) / 2) * height
        p50 = np.array([figures["latency"][count]["p50_ms"] for figures in forms.values()])
        p90 = np.array([figures["latency"][count]["p90_ms"] for figures in forms.values()])
        reach = np.stack([np.zeros_like(p50), np.maximum(p90 - p50, 0)])
        line = {"ecolor": theme.text, "capsize": 3, "elinewidth": 1.2}
        label = fig.threads_title(count)
        axes.barh(rows, p50, height * 0.9, color=shades[place % 4], xerr=reach, error_kw=line, label=label)
        for row, middle, end in zip(rows, p50, p90, strict=True):
            text = f"{fig.milliseconds(float(middle))} (p90 {fig.milliseconds(float(end))})"
            axes.text(end + most * 0.025, row, text, va="center", fontsize=10)
    axes.set_yticks(range(len(forms)), list(forms))
    for tick, form in zip(axes.get_yticklabels(), forms, strict=True):
        tick.set_fontweight("bold" if form == chosen else "normal")
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.set(xlabel="Latency (ms): bar the median, line to p90", xlim=(0, most * 1.45))
    figure.legend(loc="outside upper right", ncols=len(threads))
    return figure


def confusion(run: Run, pyplot: Any, theme: Theme) -> Any:
    """Rows true labels, columns decisions, each row a share of its label: Keras and the chosen form."""
    form = fig.chosen_form(run)
    if not form:
        return None
    matrices = {
        "Keras": fig.keras_metrics(run).get("confusion"),
        form: fig.forms(run)[form]["metrics"].get("confusion"),
    }
    if not all(matrices.values()):
        return None
    labels = _labels(run, len(matrices[form]))
    few = len(labels) <= MOST_LABELS_ABREAST
    shape = (1, 2) if few else (2, 1)
    size = (WIDTH_INCHES, 3.5) if few else (WIDTH_INCHES, 2 * min(4.6, 1.6 + 0.36 * len(labels)))
    figure, panels = pyplot.subplots(*shape, figsize=size, sharey=few)
    for axes, (who, matrix) in zip(panels, matrices.items(), strict=True):
        _matrix(axes, theme, np.asarray(matrix), labels)
        axes.set_title(who)
        axes.set_xlabel("Decided")
    panels[0].set_ylabel("True")
    if not few:
        panels[1].set_ylabel("True")
    return figure


def _matrix(axes: Any, theme: Theme, counts: np.ndarray, labels: list[str]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, vmin=0, vmax=1, cmap=theme.heat)
    axes.grid(visible=False)
    for name in ("top", "right", "left", "bottom"):
        axes.spines[name].set_visible(False)
    axes.tick_params(length=0)
    names = [label if len(label) <= 14 else f"{label[:7]}…{label[-6:]}" for label in labels]
    shown = range(len(names)) if len(names) <= 30 else range(0, len(names), len(names) // 15)
    turned = max(map(len, names)) * len(names) > 22
    size = 10 if len(names) <= MOST_NUMBERED_LABELS else 7
    axes.set_xticks(list(shown), [names[at] for at in shown], rotation=90 if turned else 0, fontsize=size)
    axes.set_yticks(list(shown), [names[at] for at in shown], fontsize=size)
    if len(names) > MOST_NUMBERED_LABELS:
        return
    for row, column in np.ndindex(counts.shape):
        red, green, blue, _ = image.cmap(image.norm(shares[row, column]))
        colour = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
        text = f"{counts[row, column]:,}" + (
            f"\n{shares[row, column]:.1%}" if len(names) <= MOST_LABELS_ABREAST else ""
        )
        axes.text(
            column,
            row,
            text,
            ha="center",
            va="center",
            color=colour,
            fontsize=11 if len(names) <= MOST_LABELS_ABREAST else 8,
        )


def scatter(run: Run, pyplot: Any, theme: Theme, validate_folder: Path | None) -> Any:
    """Values given against true values, for Keras and the chosen form, from the saved outputs."""
    form = fig.chosen_form(run)
    saved = read_outputs(validate_folder, form) if form and validate_folder else None
    # A vector is no value.
    if not form or saved is None or fig.task_of(run) == "embedding":
        return None
    figure, panels = pyplot.subplots(1, 2, figsize=(WIDTH_INCHES, 3.2), sharex=True, sharey=True)
    sides: Mapping[str, np.ndarray] = {"Keras": saved["keras_outputs"][:, 0], form: saved["outputs"][:, 0]}
    everything = np.concatenate([saved["labels"], *sides.values()])
    span = (float(everything.min()), float(everything.max()))
    metric = fig.primary_metric(run)
    scores = {"Keras": fig.keras_metrics(run).get(metric), form: fig.forms(run)[form]["metrics"].get(metric)}
    for axes, (who, values) in zip(panels, sides.items(), strict=True):
        colour = theme.plain if who == "Keras" else theme.accent
        axes.plot(span, span, color=theme.text, linewidth=1, linestyle="--")
        axes.scatter(saved["labels"], values, s=12, alpha=0.5, color=colour, linewidths=0)
        axes.set_title(f"{who}: {fig.metric_title(metric)} {fig.score(scores[who], 3)}", fontsize=11)
        axes.set(xlabel="True value", aspect="equal")
    panels[0].set_ylabel("Value given")
    return figure


def _labels(run: Run, number: int) -> list[str]:
    labels = fig.stage(run, "validate").get("labels") or (run.get("data") or {}).get("labels") or []
    labels = labels or list(fig.keras_metrics(run).get("per_class") or {})
    return [str(label) for label in labels] if len(labels) == number else [str(at) for at in range(number)]
