"""Colours, sizes and label placement that all plots share."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tfbert_edge.errors import require_extra

WIDTH_INCHES = 5.2
"""Narrow, so that 11 pt text is still read when a phone shows the plot 360 pixels wide."""


@dataclass(frozen=True)
class Theme:
    """Colours of Okabe and Ito's palette, told apart by colour-blind readers too, on a light or a dark ground."""

    name: str
    ground: str
    text: str
    grid: str
    plain: str
    accent: str
    third: str
    heat: str


LIGHT = Theme("light", "#ffffff", "#1f2328", "#d8dee4", "#0072b2", "#d55e00", "#009e73", "Blues")
DARK = Theme("dark", "#161b22", "#e6edf3", "#363d46", "#56b4e9", "#e69f00", "#2fc99a", "Blues_r")


@contextmanager
def drawing(theme: Theme) -> Iterator[Any]:
    """``matplotlib.pyplot`` on the Agg canvas in the colours of ``theme``; figures left open are closed.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    matplotlib = require_extra("matplotlib", "train")
    matplotlib.use("Agg")
    pyplot = require_extra("matplotlib.pyplot", "train")
    colours = {
        name: theme.text
        for name in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    }
    style = {
        **colours,
        "figure.facecolor": theme.ground,
        "axes.facecolor": theme.ground,
        "savefig.facecolor": theme.ground,
        "legend.frameon": False,
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": theme.grid,
        "grid.linewidth": 0.8,
        "figure.constrained_layout.use": True,
    }
    with matplotlib.rc_context(style):
        try:
            yield pyplot
        finally:
            pyplot.close("all")


def png(figure: Any) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()


def place_labels(
    figure: Any,
    axes: Any,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    theme: Theme,
    bold: str | None = None,
    line_at: float | None = None,
    joined: bool = False,
) -> None:
    """Write each name beside its point where it covers no other name, no point, no line at the height ``line_at``, where the
    points are ``joined`` no line between them, and is not cut.

    Tries eight sides at growing distances and takes the first that is free, or the last; a name far from its point
    is joined to it by a thin line. ``bold`` is the name to stress.
    """
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    pixels = axes.transData.transform(points)
    between = require_extra("matplotlib.path", "train").Path(pixels) if joined else None
    height = None if line_at is None else axes.transData.transform((0, line_at))[1]
    taken: list[Any] = []

    def is_free(box: Any) -> bool:
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        on_line = height is not None and box.y0 - 3 <= height <= box.y1 + 3
        on_point = any(box.x0 - 6 <= x <= box.x1 + 6 and box.y0 - 6 <= y <= box.y1 + 6 for x, y in pixels)
        on_path = between is not None and between.intersects_bbox(box.padded(2), filled=False)
        on_name = any(box.padded(2).overlaps(other) for other in taken)
        return inside and not (on_line or on_point or on_path or on_name)

    steps = [(x * reach, y * reach) for reach in _REACHES for x, y in _SIDES]
    for point, name in zip(points, names, strict=True):
        for step in steps:
            label = _label(axes, name, point, step, theme, stressed=name == bold)
            box = label.get_window_extent(renderer)
            if is_free(box) or step == steps[-1]:
                taken.append(box)
                break
            label.remove()


_SIDES = ((1, 0), (0, 1), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
_REACHES = (9, 18, 28, 40, 54)
"""In points of 1/72 inch."""


def _label(
    axes: Any, name: str, point: tuple[float, float], step: tuple[int, int], theme: Theme, *, stressed: bool
) -> Any:
    x, y = step
    far = max(abs(x), abs(y)) > _REACHES[0]
    return axes.annotate(
        name,
        point,
        xytext=step,
        textcoords="offset points",
        ha="left" if x > 0 else "right" if x < 0 else "center",
        va="bottom" if y > 0 else "top" if y < 0 else "center",
        arrowprops={"arrowstyle": "-", "lw": 0.7, "shrinkA": 0, "shrinkB": 4, "color": theme.text}
        if far
        else None,
        color=theme.accent if stressed else theme.text,
        fontweight="bold" if stressed else "normal",
        fontsize=10,
    )
