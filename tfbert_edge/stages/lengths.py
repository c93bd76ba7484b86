"""The maximum length of a run's examples: the recipe's, or the one that enough of them fit in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfbert_edge.recipe import Recipe
from tfbert_edge.stages.run import Run

if TYPE_CHECKING:
    from tfbert_edge.runtime.tokenizer import Tokenizer


def resolve_length(run: Run, tokenizer: Tokenizer) -> dict[str, Any]:
    """Where the recipe has ``data.max_length_percentile``, put the length that it means in ``data.max_length`` of the run's
    recipe, and write that; returns what run.json says of lengths in ``data``:

    - ``max_length``, with a percentile only: ``asked``, ``percentile`` and ``chosen``;
    - ``cut`` or, for a task that reads long texts in windows, ``windowed``: what lies beyond the length, of the ``training``
      and the ``evaluation`` examples; see `cut_figures`.
    """
    from tfbert_edge.data.lengths import cut_figures, example_lengths, length_for

    data = run.recipe.data
    task = run.data.task
    lengths = {
        "training": example_lengths(run.data.train, tokenizer, task),
        "evaluation": example_lengths(run.data.evaluation, tokenizer, task),
    }
    figures: dict[str, Any] = {}
    if data.max_length_percentile is not None:
        before = run.record.content["data"].get("max_length") or {}
        # Where the run is taken up again, the recipe has the length that was found before.
        again = (before.get("chosen"), before.get("percentile")) == (
            data.max_length,
            data.max_length_percentile,
        )
        asked = before["asked"] if again else data.max_length
        chosen = length_for(lengths["training"], data.max_length_percentile, at_most=asked)
        figures["max_length"] = {
            "asked": asked,
            "percentile": data.max_length_percentile,
            "chosen": chosen,
        }
        run.record.content["data"] |= figures
        run.resolve(with_length(run.recipe, chosen))
        run.console.say(
            f"  {data.max_length_percentile:g}% of the training examples fit in {chosen} word pieces"
        )
    figures["cut" if task.reader.cuts else "windowed"] = {
        role: cut_figures(found, run.recipe.data.max_length) for role, found in lengths.items()
    }
    return figures


def as_resolved(recipe: Recipe, recorded: Mapping[str, Any]) -> Recipe:
    """``recipe`` with the length that a run found for it; ``recorded`` is the ``data`` of that run's run.json.

    As it is, where that run was asked for another length or percentile, or has found none yet.
    """
    found = recorded.get("max_length")
    asked = (recipe.data.max_length, recipe.data.max_length_percentile)
    if not found or asked != (found["asked"], found["percentile"]):
        return recipe
    return with_length(recipe, found["chosen"])


def with_length(recipe: Recipe, max_length: int) -> Recipe:
    """``recipe`` with another ``data.max_length``."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"max_length": max_length})})
