"""Compression steps that change what the network computes with to what integers are fast and exact at."""

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


class TameActivations(Block):
    """What a few neurons write at [CLS] far above all else is scaled down before the norm (Sun et al. 2024), for finer steps
    of 8 bits; answers change a little."""

    TAG: ClassVar[str] = "tame_activations"

    method: Literal["tame_activations"]
    examples: PositiveInt = 512
    """Training examples on which activations are measured."""
