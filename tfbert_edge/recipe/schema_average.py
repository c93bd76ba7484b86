"""The compression step that makes one network of those that the steps before it left."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tfbert_edge.recipe.block import Block


class AverageWeights(Block):
    """The mean of the weights that the last distillations left, each a cycle of the learning rate (Izmailov et al. 2018)."""

    TAG: ClassVar[str] = "average_weights"

    method: Literal["average_weights"]
    steps: Annotated[int, Field(ge=2)] = 2
    """How many steps before it: the first of them may prune weights, the others must distil what it left."""
