"""The ``task`` block of texts with any number of labels."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block, Text


def _different(labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if labels is not None and (not labels or len(set(labels)) < len(labels)):
        raise PydanticCustomError("labels", "must be null, or labels that are all different")
    return labels


class MultiLabelTask(Block):
    """Any number of labels out of several for a text or a pair of texts."""

    TAG: ClassVar[str] = "multi_label"
    WINDOWS: ClassVar[bool] = False

    type: Literal["multi_label"]
    labels: Annotated[tuple[Text, ...] | None, AfterValidator(_different)] = None
    """The labels in the order of the model's outputs; null: those of the data, sorted, or data.label_columns.
    Where the data holds the numbers 0, 1, ..., they stand for these labels in order."""
    pooling: Literal["cls", "mean"] = "cls"
    """What the answer is read from: the state of [CLS], or the mean over the text's pieces, which embedding models learnt."""
