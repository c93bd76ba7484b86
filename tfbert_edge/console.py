"""What is said while work goes on: plain lines and progress bars, all on stderr; stdout is for results."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Where stderr is a file, a line at most so often.
SECONDS_BETWEEN_LINES = 20.0


class Console:
    """Says what a run is doing. ``quiet`` says nothing at all."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet

    def say(self, text: str) -> None:
        """One line."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Bar]:
        """A progress bar for ``total`` steps, with rate and time left."""
        if self.quiet:
            yield Bar()
        elif sys.stderr.isatty():
            with _rich_bar(title, total) as bar:
                yield bar
        else:
            yield LineBar(title, total)

    @contextmanager
    def training(self) -> Iterator[Any]:
        """What `fine_tune` takes as ``on_progress``."""
        if self.quiet:
            yield None
        else:
            from tfbert_edge.training.callbacks import ConsoleProgress

            with ConsoleProgress() as progress:
                yield progress

    @contextmanager
    def phases(self) -> Iterator[Callable[[str, int, int], None]]:
        """Progress of work that names its own phases: called with the phase, what is done of it, and its total."""
        with self.progress("", None) as bar:

            def on_progress(doing: str, done: int, total: int) -> None:
                bar.update(done, total=total, title=doing)

            yield on_progress


class Bar:
    """A progress bar that shows nothing."""

    def update(
        self, done: int, *, total: int | None = None, note: str = "", title: str | None = None
    ) -> None:
        """``done`` steps of ``total`` are behind us; ``note`` stands at the end of the line."""


class LineBar(Bar):
    """Progress as lines, for a log file."""

    def __init__(self, title: str, total: int | None) -> None:
        self.title, self.total = title, total
        self.start = self.last = time.monotonic()
        self.first_done: int | None = None

    def update(
        self, done: int, *, total: int | None = None, note: str = "", title: str | None = None
    ) -> None:
        self.total = total or self.total
        now = time.monotonic()
        if title is not None and title != self.title:
            self.title, self.first_done = title, None
        if self.first_done is None:  # a resumed run starts in the middle, which must not count as speed
            self.first_done, self.start = done, now
        if now - self.last < SECONDS_BETWEEN_LINES and done != self.total:
            return
        self.last = now
        line = f"  {self.title} {done}/{self.total}" if self.total else f"  {self.title} {done}"
        if self.total and done > self.first_done:
            left = (now - self.start) * (self.total - done) / (done - self.first_done)
            line += f", {_clock(left)} left"
        print(f"{line}{'  ' + note if note else ''}", file=sys.stderr, flush=True)


@contextmanager
def _rich_bar(title: str, total: int | None) -> Iterator[Bar]:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    class RichBar(Bar):
        def update(
            self, done: int, *, total: int | None = None, note: str = "", title: str | None = None
        ) -> None:
            fields: dict[str, Any] = {"total": total} if total else {}
            if title is not None and title != progress.tasks[0].description:
                progress.reset(task, description=title, note="", **fields)
            progress.update(task, completed=done, note=note, **fields)

    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total, note="")
        yield RichBar()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
