"""Which stages a changed recipe leaves standing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from tfbert_edge.recipe import Recipe

STAGES = ("train", "compress", "export", "validate", "report", "bundle")

# The first stage that a field bears on; the longest matching prefix counts. None: no stage's result depends on it.
FIRST_STAGE: dict[str, str | None] = {
    "": "train",
    "name": "export",
    "output": None,
    "training.checkpoint_seconds": None,
    "training.tensorboard": None,
    "data.batch_size": None,
    "data.calibration_examples": "compress",
    "compress": "compress",
    "export": "export",
    "validate": "validate",
    "validate.examples": "export",
    "bundle": "bundle",
}


def changed_fields(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> list[str]:
    """The dotted paths of the fields in which two recipes differ."""
    paths = []
    for key in sorted({*old, *new}):
        path, before, after = f"{prefix}{key}", old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            paths += changed_fields(before, after, f"{path}.")
        elif before != after:
            paths.append(path)
    return paths


def with_defaults(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored recipe with the fields that it lacks, because an earlier version wrote it, at their defaults.

    One that this version cannot read comes back as it is: whatever differs then shows.
    """
    try:
        return Recipe.model_validate(stored).model_dump(mode="json")
    except ValidationError:
        return stored


def first_stage(path: str) -> str | None:
    """The first stage on which the field ``path`` bears; None when no result depends on it."""
    parts = path.split(".")
    for length in range(len(parts), -1, -1):
        prefix = ".".join(parts[:length])
        if prefix in FIRST_STAGE:
            return FIRST_STAGE[prefix]
    raise AssertionError("the empty prefix matches every field")


def plans_bytes(steps: Iterable[Any]) -> bool:
    """Whether one of the compression ``steps`` plans how many bytes weights take: those of positions grow with the length."""
    return any(step.method == "mixed_precision" for step in steps)


def first_affected(paths: list[str], *, steps: Iterable[Any] = ()) -> str | None:
    """The first stage that has to run again when these fields changed, in a recipe with these steps; None when none has to."""
    stages = {stage for stage in map(first_stage, paths) if stage is not None}
    if "export.sequence_length" in paths and plans_bytes(steps):
        stages.add("compress")
    return min(stages, key=STAGES.index, default=None)
