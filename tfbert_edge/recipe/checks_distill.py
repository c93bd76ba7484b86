"""Steps of ``compress`` in which nobody teaches, or nobody can be taught, found before any training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe


def students_taught(recipe: Recipe) -> Iterator[Contradiction]:
    """New students without a lesson, and teachers without a pupil."""
    for check in (_untaught, _without_a_head, _no_use_of_teachers, _scores_mixed):
        yield from check(recipe)


def _untaught(recipe: Recipe) -> Iterator[Contradiction]:
    methods = [step.method for step in recipe.compress]
    for at, method in enumerate(methods):
        if method != "new_student":
            continue
        after = methods[at + 1] if at + 1 < len(methods) else None
        if after is None or not after.startswith("distill_"):
            yield contradiction(
                f"compress.{at}",
                "new_student knows nothing, so a distill_ step must teach it at once, "
                f"but {after or 'nothing'} follows; put one there",
                "compress",
            )
        if at:
            yield contradiction(
                f"compress.{at}",
                f"new_student would throw away what {methods[at - 1]} before it left: make it the first step",
                "compress",
            )


def _no_use_of_teachers(recipe: Recipe) -> Iterator[Contradiction]:
    for at, step in enumerate(recipe.compress):
        if getattr(step, "teachers", ()) and not getattr(step, "distill_weight", 0.0):
            yield contradiction(
                f"compress.{at}.teachers",
                "teach outputs alone, and distill_weight is 0: raise it, or leave them out",
                "compress",
            )


def _without_a_head(recipe: Recipe) -> Iterator[Contradiction]:
    steps = recipe.compress
    for at, step in enumerate(steps):
        after = [one for one in steps[at + 1 :] if one.method.startswith("distill_")]
        teaching = [getattr(one, "task_weight", 0.0) or getattr(one, "distill_weight", 0.0) for one in after]
        if step.method == "new_student" and after and not any(teaching):
            yield contradiction(
                f"compress.{at}",
                "new_student has an untrained head, which no step after it teaches: raise one's distill_weight, or add "
                "distill_outputs",
                "compress",
            )


def _scores_mixed(recipe: Recipe) -> Iterator[Contradiction]:
    for at, step in enumerate(recipe.compress):
        if getattr(step, "layer_map", None) == "learned" and getattr(step, "attention_weight", 0.0):
            yield contradiction(
                f"compress.{at}.attention_weight",
                "compares the scores of single layers, and a learned layer_map mixes layers; set it to 0",
                f"compress.{at}.layer_map",
            )
