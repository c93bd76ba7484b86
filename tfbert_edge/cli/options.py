"""Options that several commands share, and what they do on an interruption."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tfbert_edge.pipeline import Run

INTERRUPTED = 130

RecipeArgument = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A YAML file, or a builtin recipe's name.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Replace one field, as in --set data.max_length=64; repeatable."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="DIR", help="The run folder. Default: the recipe's, runs/NAME."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Continue the run that is in the folder (or start one).")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the run that is in the folder.")]
BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle: its folder or its zip.")]
Serial = Annotated[
    str | None,
    typer.Option(
        "--serial", "-s", metavar="SERIAL", help="The phone, as in adb devices. Default: the only one."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def print_json(value: Any) -> None:
    """Print ``value`` on stdout."""
    from tfbert_edge.atomic import plain

    print(json.dumps(plain(value), indent=2, ensure_ascii=False))


@contextmanager
def resumable(resume_line: str) -> Iterator[None]:
    """On Ctrl-C, say how to go on and end with code 130."""
    try:
        yield
    except (KeyboardInterrupt, typer.Abort) as error:
        print(f"\ninterrupted; what is finished is kept. Go on with:\n  {resume_line}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from error


def resume_line(command: str, recipe: str, overrides: list[str] | None, folder: Path) -> str:
    """The command that continues a run."""
    sets = [part for override in overrides or [] for part in ("--set", override)]
    return shlex.join(["tfbert-edge", command, recipe, *sets, "--output", str(folder), "--resume"])


def print_run(run: Run, *, as_json: bool) -> None:
    """Print what a run came to: a table of the forms, and the paths of report and bundle."""
    if as_json:
        print_json(run.record.content)
        return
    if table := run.forms_table():
        print(table)
    stages = run.record.stages
    paths = {
        "model": run.model_folder if "train" in stages else None,
        "report": run.folder / "report" / "report.html" if "report" in stages else None,
        "bundle": _bundle_path(run) if "bundle" in stages else None,
    }
    for name, path in paths.items():
        if path is not None:
            print(f"{name + ':':8}{path}")


def _bundle_path(run: Run) -> Path:
    packed = run.folder / "bundle.zip"
    return packed if packed.is_file() else run.folder / "bundle"
