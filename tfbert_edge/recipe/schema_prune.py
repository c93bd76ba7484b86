"""Compression steps that remove parts or weights."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tfbert_edge.recipe.block import Block, PositiveInt

Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class PruneLayers(Block):
    """Whole layers go (Fan et al. 2019)."""

    TAG: ClassVar[str] = "prune_layers"

    method: Literal["prune_layers"]
    keep: PositiveInt
    """How many layers stay."""
    choice: Literal["every_other", "first", "last", "greedy"] = "every_other"
    """greedy: one at a time, the layer without which the measured loss is least."""
    examples: PositiveInt = 1024
    """Training examples on which greedy measures."""


class PruneHeads(Block):
    """The attention heads that matter least go (Michel et al. 2019)."""

    TAG: ClassVar[str] = "prune_heads"

    method: Literal["prune_heads"]
    amount: Share
    """The share of all heads that go; each layer keeps at least one."""
    rounds: PositiveInt = 4
    """In how many steps they go, importance being measured before each."""
    examples: PositiveInt = 1024
    """Training examples on which importance is measured."""


class PruneNeurons(Block):
    """The feed-forward neurons that matter least go (Molchanov et al. 2019)."""

    TAG: ClassVar[str] = "prune_neurons"

    method: Literal["prune_neurons"]
    amount: Share
    """The share of all neurons that go; each layer keeps a multiple of 16."""
    rounds: PositiveInt = 4
    """In how many steps they go, importance being measured before each."""
    examples: PositiveInt = 1024
    """Training examples on which importance is measured."""
