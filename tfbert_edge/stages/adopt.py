"""The training of another run, taken over: one teacher for many compressions."""

from __future__ import annotations

import shutil
from pathlib import Path

from tfbert_edge.atomic import new_folder
from tfbert_edge.errors import RunError
from tfbert_edge.stages.changes import changed_fields, first_stage, with_defaults
from tfbert_edge.stages.lengths import as_resolved
from tfbert_edge.stages.record import RunRecord
from tfbert_edge.stages.run import Run

ANSWERS = "teacher-*.npz"
"""Named by a hash of all that they depend on; see stages.teachers."""


def adopt_training(run: Run, source: Path) -> None:
    """Copy the finished training of the run in ``source`` into ``run``, where none is finished yet.

    What the trained network said to training examples, which distillation keeps, comes along.

    Raises:
        RunError: ``source`` is no run, its training is not finished, or its recipe would train another model.
    """
    if run.record.finished("train"):
        return
    other = RunRecord.load(source)
    if not other.finished("train"):
        raise RunError(f"the training in {source} must be finished, it is not. Finish it with --resume.")
    recipe = as_resolved(run.recipe, other.content["data"])
    changed = changed_fields(with_defaults(other.content["recipe"]), recipe.model_dump(mode="json"))
    fields = [field for field in changed if first_stage(field) == "train"]
    if fields:
        raise RunError(
            f"the recipe must train the model of {source}, but differs from its recipe in: {', '.join(fields)}. "
            "Set these as there, or train anew without --trained."
        )
    with new_folder(run.folder / "train") as folder:
        shutil.copytree(source / "train" / "model", folder / "model")
        shutil.copy2(source / "train" / "history.json", folder / "history.json")
    for answers in sorted(source.glob(f"compress/{ANSWERS}")):
        (run.folder / "compress").mkdir(exist_ok=True)
        shutil.copy2(answers, run.folder / "compress" / answers.name)
    run.record.content["data"] = other.content["data"]
    run.resolve(recipe)
    run.record.finish("train", {**other.stages["train"], "adopted_from": other.content["name"]})
    run.console.say(f"train: taken from {source}")
