"""What goes along with the loop: who is the best so far, curves, and progress for who waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError, require_extra

MODES = ("max", "min")


@dataclass(frozen=True)
class Progress:
    """Where training is. ``epoch`` and ``step`` count from 1; ``step`` and ``steps`` are batches of the whole
    training.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    learning_rate: float
    tokens_per_second: float
    seconds_left: float
    message: str | None = None


OnProgress = Callable[[Progress], None]


class BestEpoch:
    """Remembers the best figure of ``metric``, and says when ``patience`` epochs went by without a better
    one. Epochs before ``first``, from 0, do not count: their weights are not yet what was asked for.
    """

    def __init__(self, metric: str, *, mode: str = "max", patience: int = 0, first: int = 0) -> None:
        if mode not in MODES:
            raise TrainingError(f"mode must be one of {', '.join(MODES)}, was '{mode}'. Choose one of these.")
        self.metric = metric
        self.mode = mode
        self.patience = patience
        self.first = first
        self.epoch: int | None = None
        self.value = math.nan

    def update(self, epoch: int, metrics: Mapping[str, Any]) -> bool:
        """Take in the figures of ``epoch``; returns whether it is the best. A NaN is never better than a
        number.

        Raises:
            TrainingError: the metric is not among the figures.
        """
        if not isinstance(metrics.get(self.metric), int | float):
            numbers = [name for name, value in metrics.items() if isinstance(value, int | float)]
            raise TrainingError(
                f"early_stopping.metric must be a figure that the task measures, was '{self.metric}'; "
                f"it measures: {', '.join(numbers)}. Choose one of these."
            )
        if epoch < self.first:
            return False
        value = float(metrics[self.metric])
        better = value > self.value if self.mode == "max" else value < self.value
        if self.epoch is None or better or (math.isnan(self.value) and not math.isnan(value)):
            self.epoch, self.value = epoch, value
            return True
        return False

    def is_over(self, epoch: int) -> bool:
        """Whether training ends after ``epoch``."""
        return self.patience > 0 and self.epoch is not None and epoch - self.epoch >= self.patience


class Rate:
    """Steps and tokens per second over the last seconds, evaluation left out."""

    def __init__(self, smoothing: float = 0.9) -> None:
        self.smoothing = smoothing
        self.tokens_per_second = 0.0
        self.seconds_per_step = 0.0

    def update(self, seconds: float, tokens: int) -> None:
        """Take in one step."""
        old = self.smoothing if self.seconds_per_step else 0.0
        self.seconds_per_step = old * self.seconds_per_step + (1 - old) * seconds
        self.tokens_per_second = old * self.tokens_per_second + (1 - old) * tokens / max(seconds, 1e-9)


class TensorBoard:
    """Writes scalars to ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, step: int, scalars: Mapping[str, Any], *, prefix: str) -> None:
        """Write the numbers among ``scalars`` as ``prefix/name``."""
        with self._writer.as_default(step=step):
            for name, value in scalars.items():
                if isinstance(value, int | float):
                    tf.summary.scalar(f"{prefix}/{name}", value)

    def close(self) -> None:
        """Write what is held back."""
        self._writer.close()


class ConsoleProgress:
    """A progress bar on stderr with step, loss, tokens per second and time left; pass it as ``on_progress``.

    Where stderr is not a terminal, a line every ``seconds`` instead.
    """

    def __init__(self, description: str = "training", *, console: Any = None, seconds: float = 30.0) -> None:
        rich_console = require_extra("rich.console", "train")
        self._console = console or rich_console.Console(stderr=True)
        self._description = description
        self._seconds = seconds
        self._next_line = 0.0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> ConsoleProgress:
        if self._console.is_terminal:
            bars = require_extra("rich.progress", "train")
            columns = ("{task.description}", "epoch {task.fields[epoch]}", "loss {task.fields[loss]}")
            self._bar = bars.Progress(
                *(bars.TextColumn(column) for column in columns[:2]),
                bars.BarColumn(),
                bars.MofNCompleteColumn(),
                bars.TextColumn(columns[2]),
                bars.TextColumn("{task.fields[rate]} tokens/s"),
                bars.TextColumn("{task.fields[left]} left"),
                console=self._console,
            )
            self._bar.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def __call__(self, progress: Progress) -> None:
        if progress.message:
            self._console.print(progress.message, markup=False, highlight=False)
        fields = {
            "epoch": f"{progress.epoch}/{progress.epochs}",
            "loss": f"{progress.loss:.4f}",
            "rate": f"{progress.tokens_per_second:,.0f}",
            "left": _clock(progress.seconds_left),
        }
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(self._description, total=progress.steps, **fields)
            self._bar.update(self._task, completed=progress.step, **fields)
        elif time.monotonic() >= self._next_line or progress.step == progress.steps:
            self._next_line = time.monotonic() + self._seconds
            self._console.print(
                f"{self._description}: epoch {fields['epoch']}, step {progress.step}/{progress.steps}, "
                f"loss {fields['loss']}, {fields['rate']} tokens/s, {fields['left']} left",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


def _clock(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
