"""Compression steps after which fewer numbers do the same work."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import Block, NonNegativeInt, PositiveInt


class FactorizeEmbeddings(Block):
    """The word table becomes a narrow one times a matrix (Lan et al. 2020, ALBERT), by singular value decomposition."""

    TAG: ClassVar[str] = "factorize_embeddings"

    method: Literal["factorize_embeddings"]
    size: PositiveInt
    """The narrow table's width; below the width of the embeddings."""
    weighting: Literal["counts", "equal"] = "counts"
    """counts: word pieces matter as often as the training texts use them; equal: all the same."""


class ShareLayers(Block):
    """The layers of a group become one, called several times (ALBERT; Dehghani et al. 2019, Universal Transformers)."""

    TAG: ClassVar[str] = "share_layers"

    method: Literal["share_layers"]
    groups: PositiveInt | tuple[tuple[NonNegativeInt, ...], ...]
    """How many groups of neighbours of equal size; or the layers of each group, from 0."""
    init: Literal["first", "mean"] = "first"
    """What a group starts as: its first layer, or the mean of its layers' weights."""
