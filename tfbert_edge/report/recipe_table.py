"""The recipe of a run as a table: what was trained from what, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfbert_edge.report.figures import Run
from tfbert_edge.report.tables import Table

# Stands in rows of its own, or decides nothing about the result.
ELSEWHERE = {
    "model": ("checkpoint", "revision"),
    "data": ("train", "validation", "test"),
    "training": ("checkpoint_seconds", "tensorboard"),
    "export": ("steps",),
}


def recipe_table(run: Run) -> Table | None:
    """Checkpoint, data sources, hyperparameters and compression steps; fields that are off (0, null, empty) are left out."""
    recipe = run.get("recipe")
    if not recipe:
        return None
    model, data = recipe.get("model") or {}, recipe.get("data") or {}
    revision = f", revision {model['revision']}" if model.get("revision") else ""
    rows = [
        ("Task", _listed(recipe.get("task"))),
        ("Checkpoint", f"{model.get('checkpoint', '')}{revision}"),
        ("Model", _listed(_without(recipe, "model"))),
        ("Training data", _source(data.get("train"))),
        ("Held-out data", _source(data.get("validation"))),
        ("Test data", _source(data.get("test"))),
        ("Data", _listed(_without(recipe, "data"))),
        ("Training", _listed(_without(recipe, "training"))),
        *(
            (f"Compression {at}", _step(step))
            for at, step in enumerate(recipe.get("compress") or [], start=1)
        ),
        ("Export", _listed(_without(recipe, "export"))),
    ]
    kept = [[name, value] for name, value in rows if value]
    return Table("Recipe", ["What", "Value"], kept, frozenset({0, 1}), prose=frozenset({1}))


def _without(recipe: Mapping[str, Any], block: str) -> dict[str, Any]:
    return {name: value for name, value in (recipe.get(block) or {}).items() if name not in ELSEWHERE[block]}


def _source(source: Mapping[str, Any] | None) -> str:
    if source and "holdout" in source:
        held = source["holdout"]
        return f"{held:,} of the training data" if held >= 1 else f"{held:.0%} of the training data"
    return ", ".join(
        filter(None, [str((source or {}).get("path", "")), _listed(source, leave_out=("path",))])
    )


def _step(step: Mapping[str, Any]) -> str:
    return f"{step['method']}: {_listed(step, leave_out=('method',))}"


def _listed(block: Mapping[str, Any] | None, prefix: str = "", leave_out: tuple[str, ...] = ()) -> str:
    """``name value`` of every field that is set, blocks inside it as ``block name value``."""
    parts = []
    for name, value in (block or {}).items():
        title = f"{prefix}{name.replace('_', ' ')}"
        off = isinstance(value, Mapping) and value.get("enabled") is False
        if name in leave_out or not value or off:
            continue
        if isinstance(value, Mapping):
            parts.append(_listed(value, f"{title} "))
        elif isinstance(value, list):
            parts.append(f"{title} {' '.join(map(str, value))}")
        else:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            parts.append(title if value is True else f"{title} {shown}")
    return ", ".join(part for part in parts if part)
