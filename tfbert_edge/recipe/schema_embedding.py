"""The ``task`` block of vectors of texts."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import Block, Limits


class EmbeddingTask(Block):
    """A vector for a text; the angle between two says how alike the texts are."""

    TAG: ClassVar[str] = "embedding"
    WINDOWS: ClassVar[bool] = False

    type: Literal["embedding"]
    pooling: Literal["mean", "cls"] = "mean"
    """What of the encoder's states is the vector: the mean over a text's pieces, or the state of [CLS]."""
    range: Limits = (0.0, 1.0)
    """The scores of pairs that stand for cosines of 0 and 1."""
