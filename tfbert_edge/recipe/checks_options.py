"""Options that would do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tfbert_edge.recipe.contradiction import Contradiction, contradiction

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

# (method, option) -> what it is of use for, and whether a step has that.
USES: dict[tuple[str, str], tuple[str, Callable[[Any], bool]]] = {
    ("prune_layers", "examples"): ("choice: greedy", lambda step: step.choice == "greedy"),
    ("replace_blocks", "examples"): (
        "normalization: no_norm or activation",
        lambda step: step.normalization == "no_norm" or step.activation is not None,
    ),
    ("mixed_precision", "draws"): ("by: hessian", lambda step: step.by == "hessian"),
}

TASKS_OF_ORDERED_PAIRS = ("classification", "regression", "multi_label")
"""Tasks whose network reads two texts one after the other, and whose label may be of both orders."""


def options_do_something(recipe: Recipe) -> Iterator[Contradiction]:
    """Options that are given and that nothing would read."""
    for at, step in enumerate(recipe.compress):
        for (method, option), (use, is_used) in USES.items():
            if step.method == method and getattr(step, option) is not None and not is_used(step):
                yield contradiction(
                    f"compress.{at}.{option}", f"is of use with {use} alone: leave it out, or set that"
                )
        if step.method == "quantize_aware" and step.replace_pieces and step.task_weight:
            yield contradiction(
                f"compress.{at}.replace_pieces",
                "makes other texts, whose labels nobody knows: set task_weight to 0, or leave it out",
                f"compress.{at}.task_weight",
            )


def orders_do_something(recipe: Recipe) -> Iterator[Contradiction]:
    """Pairs in both orders where there are no pairs, or where their order has no part in anything."""
    if not recipe.data.both_orders:
        return
    if recipe.task.type not in TASKS_OF_ORDERED_PAIRS:
        yield contradiction(
            "data.both_orders",
            f"is of use in tasks of type {', '.join(TASKS_OF_ORDERED_PAIRS)} alone: leave it out",
            "task",
        )
    elif recipe.data.text_pair_column is None:
        yield contradiction(
            "data.both_orders", "is for pairs: name the second text's column", "data.text_pair_column"
        )


def unlabelled_pairs(recipe: Recipe) -> Iterator[Contradiction]:
    """Texts without labels that are not of the kind that the task's network reads: pairs, or single texts."""
    data = recipe.data
    reads_pairs = recipe.task.type in TASKS_OF_ORDERED_PAIRS and data.text_pair_column is not None
    for at, step in enumerate(recipe.compress):
        source = getattr(step, "unlabelled", None)
        if source is None:
            continue
        place = f"compress.{at}.unlabelled.pair_column"
        if reads_pairs and source.pair_column is None:
            yield contradiction(
                place, "must name the second text's column, as this task reads pairs", "data.text_pair_column"
            )
        elif source.pair_column is not None and not reads_pairs:
            yield contradiction(place, "is of use in tasks that read pairs alone: leave it out", "task")
        elif source.pair_column is not None and source.pair_column == source.column:
            yield contradiction(
                place,
                f"must be another column than the first text's, '{source.column}'; correct one of the two",
            )
        elif source.pair_column is not None and source.cut == "sentences":
            yield contradiction(
                f"compress.{at}.unlabelled.cut", "would take pairs apart: set it to none", "compress"
            )
