"""Whether what the recipe's steps read beside the run's own data and model can be read; found out before any of them trains."""

from __future__ import annotations

from tfbert_edge.stages.run import Run
from tfbert_edge.stages.teachers import check_teacher, other_teachers
from tfbert_edge.stages.texts import unlabelled_texts


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
            unlabelled_texts(run, step)
