"""Options of compression steps that would do nothing."""

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
        "normalization or activation",
        lambda step: step.normalization is not None or step.activation is not None,
    ),
    ("mixed_precision", "draws"): ("by: hessian", lambda step: step.by == "hessian"),
}


def options_do_something(recipe: Recipe) -> Iterator[Contradiction]:
    """Options that are given and that nothing would read."""
    for at, step in enumerate(recipe.compress):
        for (method, option), (use, is_used) in USES.items():
            if step.method == method and getattr(step, option) is not None and not is_used(step):
                yield contradiction(
                    f"compress.{at}.{option}", f"is of use with {use} alone: leave it out, or set that"
                )
