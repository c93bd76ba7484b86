"""Contradictions about factorised embeddings and shared layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_share import ShareLayers

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

LEAVE_ZEROS = ("prune_weights", "prune_movement", "lottery_ticket")


def keeps_sharing(method: str) -> bool:
    """Whether a step can follow where layers share weights: it treats them as one, or begins with another network.

    Each other step looks at every layer by itself.
    """
    return method in ("factorize_embeddings", "new_student", "average_weights", "quantize_aware") or (
        method.startswith("distill_") and method != "distill_progressive"
    )


def factorized_once(recipe: Recipe) -> Iterator[Contradiction]:
    """A second step ``factorize_embeddings``."""
    places = [at for at, step in enumerate(recipe.compress) if step.method == "factorize_embeddings"]
    for at in places[1:]:
        yield contradiction(
            f"compress.{at}", "factorize_embeddings has been a step before: leave one out", "compress"
        )


def shared_layers_stay_one(recipe: Recipe) -> Iterator[Contradiction]:
    """Steps that would take layers apart again, and means of what was pruned to zero."""
    methods = [step.method for step in recipe.compress]
    shared = methods.index("share_layers") if "share_layers" in methods else len(methods)
    for at, method in enumerate(methods[shared + 1 :], start=shared + 1):
        if method == "share_layers":
            yield contradiction(
                f"compress.{at}", "share_layers has been a step before: leave one out", "compress"
            )
        elif not keeps_sharing(method):
            yield contradiction(
                f"compress.{at}",
                f"{method} would take layers apart that share weights since compress.{shared}; move it before that",
                "compress",
            )
    zeros = next((method for method in methods[:shared] if method in LEAVE_ZEROS), None)
    means = any(isinstance(step, ShareLayers) and step.init == "mean" for step in recipe.compress)
    if zeros is not None and means:
        yield contradiction(
            f"compress.{shared}.init",
            f"the mean of layers would undo the zeros of {zeros}, which stand elsewhere in each; take first",
            "compress",
        )
