"""The compression step that swaps the network's building blocks for ones that integers are fast at."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import Block, PositiveInt


class ReplaceBlocks(Block):
    """Other blocks with the same weights, fitted on examples; a distill_ step after it makes them usable (Sun et al. 2020).

    rms_norm alone changes answers so little that quantize_aware, or nothing, may follow.
    """

    TAG: ClassVar[str] = "replace_blocks"

    method: Literal["replace_blocks"]
    normalization: Literal["rms_norm", "no_norm"] | None = None
    """In place of every LayerNorm. rms_norm: the same without its mean, which goes into the weights but for a small rest.
    no_norm: a scale and a shift of each channel."""
    activation: Literal["relu"] | None = None
    """relu: in place of GELU."""
    heads: PositiveInt | None = None
    """Heads of each layer, fewer and wider; must divide the number that there is."""
    examples: PositiveInt | None = None
    """Training examples on which normalization and activation are fitted; null: 512."""
