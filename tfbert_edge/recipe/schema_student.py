"""The compression step that puts an untrained network of another shape in the place of the fine-tuned one."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block, PositiveInt

_SHAPE = ("layers", "hidden_size", "heads", "neurons")


class NewStudent(Block):
    """An untrained network of another shape, to be taught by the fine-tuned one; it has its head's kind and vocabulary."""

    TAG: ClassVar[str] = "new_student"

    method: Literal["new_student"]
    preset: (
        Literal["tiny", "bert-mini", "bert-small", "tinybert-4", "minilm-l6-h384", "minilm-l3-h384"] | None
    ) = None
    """A published small network's shape; null: the four numbers below. With a preset, each of them that is given counts."""
    layers: PositiveInt | None = None
    hidden_size: PositiveInt | None = None
    heads: PositiveInt | None = None
    """Attention heads a layer; their number divides the hidden size."""
    neurons: PositiveInt | None = None
    """Feed-forward neurons a layer."""
    activation: Literal["gelu", "gelu_new", "relu"] | None = None
    """null: the fine-tuned network's."""
    embeddings: Literal["teacher", "random"] = "teacher"
    """teacher: the fine-tuned network's tables; in a narrower student, what of them lies in their main directions (SVD)."""

    @model_validator(mode="after")
    def _has_a_shape(self) -> NewStudent:
        missing = [name for name in _SHAPE if getattr(self, name) is None]
        if self.preset is None and missing:
            raise PydanticCustomError(
                "shape", f"must name a preset, or give {', '.join(_SHAPE)}; {', '.join(missing)} is missing"
            )
        if self.hidden_size and self.heads and self.hidden_size % self.heads:
            raise PydanticCustomError(
                "heads", f"heads must divide hidden_size {self.hidden_size}, was {self.heads}"
            )
        return self
