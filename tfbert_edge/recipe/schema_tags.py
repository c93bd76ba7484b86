"""The ``task`` blocks whose answers are parts of a text."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block, Text


def _iob2(labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if labels is None:
        return labels
    kinds = list(dict.fromkeys(label[2:] for label in labels if label != "O"))
    legal = ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]
    if not all(kinds) or len(legal) < 3 or sorted(labels) != sorted(legal) or labels[0] != "O":
        raise PydanticCustomError(
            "labels", "must be null, or O and then B-X and I-X of each type X, each once"
        )
    return labels


Tags = Annotated[tuple[Text, ...] | None, AfterValidator(_iob2)]
Scheme = Literal["IOB1", "IOB2", "BIOES"]
LabelPieces = Literal["all", "first"]


class TokenClassificationTask(Block):
    """Named entities: a tag for each token of a text."""

    TAG: ClassVar[str] = "token_classification"
    WINDOWS: ClassVar[bool] = True

    type: Literal["token_classification"]
    labels: Tags = None
    """The tags in the order of the model's outputs, in IOB2 whatever the data has; null: of all types in the training data."""
    scheme: Scheme | None = None
    """How the data's tags are written; null: as the training data looks."""
    label_pieces: LabelPieces = "all"
    """Which word pieces are trained: all, or the first of each word, which alone decides."""


def _different(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is not None and (len(names) < 2 or len(set(names)) < len(names)):
        raise PydanticCustomError("intents", "must be null, or at least two intents, all different")
    return names


class IntentSlotsTask(Block):
    """What a request wants, and the parts of it that say more: an intent for the text, and a tag for each token."""

    TAG: ClassVar[str] = "intent_slots"
    WINDOWS: ClassVar[bool] = True

    type: Literal["intent_slots"]
    intents: Annotated[tuple[Text, ...] | None, AfterValidator(_different)] = None
    """The intents in the order of the model's outputs; null: those of the training data, sorted."""
    slots: Tags = None
    """The tags in the order of the model's outputs, in IOB2 whatever the data has; null: of all types in the training data."""
    scheme: Scheme | None = None
    """How the data's tags are written; null: as the training data looks."""
    label_pieces: LabelPieces = "all"
    """Which word pieces are trained: all, or the first of each word, which alone decides."""
