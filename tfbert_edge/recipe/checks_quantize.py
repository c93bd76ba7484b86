"""Contradictions about weights of 4 bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe


def mixed_precision_planned(recipe: Recipe) -> Iterator[Contradiction]:
    """The step ``mixed_precision`` without a budget, without training after it, or without the form that it is for."""
    methods = [step.method for step in recipe.compress]
    for at, step in enumerate(recipe.compress):
        if step.method != "mixed_precision":
            continue
        if (step.size_bytes is None) == (step.int4_share is None):
            given = "neither is" if step.size_bytes is None else "both are"
            yield contradiction(
                f"compress.{at}", f"one of size_bytes and int4_share must be given, {given}", "compress"
            )
        if methods[at + 1 :] != ["quantize_aware"]:
            yield contradiction(
                f"compress.{at}",
                "mixed_precision must stand right before quantize_aware, the last step: weights of 4 bits need the training, "
                "and a change of the network would undo the plan",
                "compress",
            )
        if "int4" not in recipe.export.forms:
            yield contradiction(
                f"compress.{at}",
                "mixed_precision is for the form int4: add it to export.forms",
                "compress",
                "export.forms",
            )
