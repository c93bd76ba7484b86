"""The stages in order. Every stage reads and writes a folder, so a run goes on where it stopped.

recipe -> train -> compress -> export -> validate -> report -> bundle
"""

from __future__ import annotations

import importlib
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from tfbert_edge.atomic import write_text
from tfbert_edge.console import Console
from tfbert_edge.errors import RunError
from tfbert_edge.recipe import Recipe, dump_recipe
from tfbert_edge.stages.adopt import adopt_training
from tfbert_edge.stages.changes import STAGES, changed_fields, first_affected, first_stage, with_defaults
from tfbert_edge.stages.exporter import import_export
from tfbert_edge.stages.lengths import as_resolved
from tfbert_edge.stages.record import FILE_NAME, RunRecord
from tfbert_edge.stages.run import RECIPE_FILE, Run
from tfbert_edge.stages.workers import is_first_worker

__all__ = [
    "STAGES",
    "Run",
    "RunRecord",
    "continue_run",
    "import_export",
    "open_run",
    "run_pipeline",
    "run_stage",
]

# Imported when it runs: training needs TensorFlow, the rest of the stages do not.
STAGE_MODULES = {stage: f"tfbert_edge.stages.{stage}" for stage in STAGES}

# What a stage needs only until it is recorded as finished.
SCAFFOLDING = {"train": ("train/snapshots",)}

# Stages that pass on what others measured.
TELLING = ("report", "bundle")

NEEDS = {
    "train": (),
    "compress": ("train",),
    "export": ("train", "compress"),
    "validate": ("export",),
    "report": ("validate",),
    "bundle": ("validate", "report"),
}


def run_pipeline(
    recipe: Recipe,
    *,
    output: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    stages: Sequence[str] | None = None,
    trained: Path | None = None,
    console: Console | None = None,
    command: str | None = None,
) -> Run:
    """Run every stage (or ``stages``) that is not finished yet, and record each in ``run.json``.

    ``trained`` is the folder of another run whose finished training is taken over, see `adopt_training`.

    A failed gate does not end this early: see `Run.check_gates`. Of several workers (TF_CONFIG), the first does all of
    this and the others only train along.

    Raises:
        RunError: the output folder is in the way, see `open_run`; or the training of ``trained`` is another one.
        TfbertEdgeError: a stage failed; the stages before it are kept, and ``resume=True`` goes on from them.
    """
    if not is_first_worker():
        return _train_along(recipe, Path(output or recipe.output_folder), console or Console())
    run = open_run(
        recipe, output=output, resume=resume, overwrite=overwrite, console=console, command=command
    )
    if trained is not None:
        adopt_training(run, trained)
    for stage in STAGES:
        if stages is not None and stage not in stages:
            continue
        if run.record.finished(stage):
            run.console.say(f"{stage}: done before")
            _clear_scaffolding(run, stage)
        else:
            run_stage(run, stage)
    return run


def open_run(
    recipe: Recipe,
    *,
    output: Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    console: Console | None = None,
    command: str | None = None,
) -> Run:
    """Make the run folder, or take up the one that is there.

    With ``resume``, a recipe that differs only in what later stages read (compress, export, validate, bundle) makes
    those stages run again; one that differs in what training reads is refused.

    Raises:
        RunError: the folder holds a run and neither ``resume`` nor ``overwrite`` is given, or holds something else;
            or ``resume`` meets a recipe that would train another model.
    """
    folder = Path(output) if output is not None else recipe.output_folder
    console = console or Console()
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} must be a folder for the run, it is a file. Choose another with --output.")
    if _holds_run(folder):
        if resume:
            if (folder / FILE_NAME).is_file():
                return continue_run(recipe, folder, console=console, command=command)
        elif not overwrite:
            raise RunError(
                f"{folder} holds a run already. Continue it with --resume, replace it with --overwrite, "
                "or choose another folder with --output."
            )
        _remove_run(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise RunError(
            f"{folder} is not empty and holds no run (no {FILE_NAME}), so it is left alone. "
            "Choose another folder with --output."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} cannot be made: {error.strerror}. Choose another with --output.") from error
    record = RunRecord.new(folder, name=recipe.name, seed=recipe.seed)
    return _take_up(recipe, folder, record, console, command)


def continue_run(
    recipe: Recipe,
    folder: Path,
    *,
    from_stage: str | None = None,
    console: Console | None = None,
    command: str | None = None,
) -> Run:
    """Take up the run in ``folder``. Stages that read what changed in the recipe count as not done.

    ``from_stage``: no stage before this one may be affected (that one is to run alone).

    Raises:
        RunError: there is no run, or the recipe changed in what an earlier stage than allowed reads.
    """
    console = console or Console()
    record = RunRecord.load(folder)
    recipe = as_resolved(recipe, record.content["data"])
    changed = changed_fields(_stored_recipe(folder), recipe.model_dump(mode="json"))
    stage = first_affected(changed, steps=recipe.compress)
    if stage is not None and (record.stages or (folder / "train").exists()):
        fields = ", ".join(field for field in changed if first_stage(field) is not None)
        if stage == "train":
            raise RunError(
                f"the recipe differs from that of {folder} in: {fields}. A finished or begun training cannot go on with "
                "that. Start anew with --overwrite, or choose another folder with --output."
            )
        if from_stage is not None and STAGES.index(stage) < STAGES.index(from_stage):
            raise RunError(
                f"the recipe differs from that of {folder} in: {fields}, which stage '{stage}' reads. "
                f"Run that stage first: tfbert-edge run RECIPE --output {folder} --resume"
            )
        gone = record.forget(stage)
        if gone:
            console.say(f"changed: {fields}; runs again: {', '.join(gone)}")
    return _take_up(recipe, folder, record, console, command, measures=from_stage not in TELLING)


def run_stage(run: Run, stage: str) -> None:
    """Run one stage, whether or not it ran before; the stages after it count as not done until they run.

    Raises:
        RunError: a stage whose artifacts it reads is not finished.
        TfbertEdgeError: the stage failed; its earlier artifacts are kept.
    """
    missing = [need for need in NEEDS[stage] if not run.record.finished(need)]
    if missing == ["compress"] and not run.recipe.compress:
        run.record.finish("compress", [])
    elif missing:
        raise RunError(
            f"stage '{stage}' reads what '{missing[0]}' writes, which is not finished in {run.folder}. "
            f"Run all of it: tfbert-edge run {run.folder / RECIPE_FILE} --output {run.folder} --resume"
        )
    if run.record.forget(stage):
        run.record.save()
    run.console.say(f"{stage}: {run.folder / stage}")
    module = importlib.import_module(STAGE_MODULES[stage])
    work: Callable[[Run], Any] = getattr(module, f"{stage}_stage")
    start = time.monotonic()
    figures = work(run)
    if isinstance(figures, dict):
        figures = {"seconds": round(time.monotonic() - start, 2), **figures}
    run.record.finish(stage, figures)
    if run.record.on_disk:
        _clear_scaffolding(run, stage)


def _clear_scaffolding(run: Run, stage: str) -> None:
    for path in SCAFFOLDING.get(stage, ()):
        shutil.rmtree(run.folder / path, ignore_errors=True)


def _train_along(recipe: Recipe, folder: Path, console: Console) -> Run:
    """The part of a worker that is not the first: it trains, and leaves all writing to the first."""
    record = RunRecord.new(folder, name=recipe.name, seed=recipe.seed, on_disk=False)
    run = Run(folder=folder, recipe=recipe, record=record, console=console)
    run_stage(run, "train")
    return run


def _take_up(
    recipe: Recipe,
    folder: Path,
    record: RunRecord,
    console: Console,
    command: str | None,
    *,
    measures: bool = True,
) -> Run:
    text = dump_recipe(recipe)
    record.content.update(name=recipe.name, seed=recipe.seed)
    record.describe(
        command=command or shlex.join(["tfbert-edge", *sys.argv[1:]]), recipe_text=text, measures=measures
    )
    # The record first: what it forgot must not be taken for done under the new recipe.
    record.save()
    write_text(folder / RECIPE_FILE, text)
    return Run(folder=folder, recipe=recipe, record=record, console=console)


def _holds_run(folder: Path) -> bool:
    return (folder / FILE_NAME).is_file() or (folder / RECIPE_FILE).is_file()


def _remove_run(folder: Path) -> None:
    """Remove what a run writes, and nothing else. The record goes first: without it nothing counts as done."""
    for name in (FILE_NAME, RECIPE_FILE, "bundle.zip"):
        (folder / name).unlink(missing_ok=True)
    for stage in STAGES:
        shutil.rmtree(folder / stage, ignore_errors=True)


def _stored_recipe(folder: Path) -> dict[str, Any]:
    path = folder / RECIPE_FILE
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise RunError(
            f"{path}, the recipe of this run, cannot be read. Start anew with --overwrite."
        ) from error
    return with_defaults(stored) if isinstance(stored, dict) else {}
