"""Whether what the recipe's steps read beside the run's own data and model can be read; found out before any of them trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.data.locations import locate
from tfbert_edge.models.checkpoint_files import SAFETENSORS
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.teachers import check_teacher, other_teachers
from tfbert_edge.stages.texts import setting_of, unlabelled_examples


def check_inputs(run: Run, *, first: int = 0) -> None:
    """Look at the other teachers and the unlabelled texts of the steps from place ``first`` on.

    Raises:
        CompressionError: a teacher is not there, or cannot teach this run's students.
        DataError: a step's texts cannot be had.
    """
    for step in run.recipe.compress[first:]:
        for folder in other_teachers(run, step):
            check_teacher(run, folder)
        if getattr(step, "unlabelled", None) is not None:
            unlabelled_examples(run, step)


def input_files(run: Run, step: Any) -> list[Path]:
    """The files that ``step`` reads beside the run's own: weights of its other teachers, and files of its unlabelled texts.

    Texts from a hub or a `save_to_disk` folder are known by their name alone.

    Raises:
        CompressionError: a teacher is not there.
        DataError: a file of texts is not there.
    """
    found = [folder / SAFETENSORS for folder in other_teachers(run, step)]
    source = getattr(step, "unlabelled", None)
    for path in source.path if source is not None else ():
        location = locate(path, setting=f"{setting_of(run, step)}.path")
        if location.kind == "file":
            found.append(Path(location.path))
    return found
