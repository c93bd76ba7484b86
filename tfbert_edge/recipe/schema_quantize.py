"""Compression steps that make the network ready for integers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tfbert_edge.recipe.block import (
    Block,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Probability,
)
from tfbert_edge.recipe.schema_training import WARMUP_RATIO
from tfbert_edge.recipe.schema_unlabelled import Unlabelled


class MixedPrecision(Block):
    """4 bits for the weight matrices of the encoder that mind it least, 8 for all else (Q-BERT; HAWQ-V2)."""

    TAG: ClassVar[str] = "mixed_precision"

    method: Literal["mixed_precision"]
    by: Literal["hessian", "loss"] = "hessian"
    """hessian: the trace of the loss's Hessian times the rounding's square; loss: how far the outputs move."""
    size_bytes: PositiveInt | None = None
    """What all matrices and tables may take together; biases, scales, graph and vocabulary come on top."""
    int4_share: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """The share of the encoder's weights that gets 4 bits, in place of size_bytes."""
    examples: PositiveInt = 256
    """Training examples on which sensitivity is measured."""
    draws: PositiveInt | None = None
    """Random vectors for each batch by which hessian estimates traces; null: 8."""


class QuantizeAware(Block):
    """Training with fake quantization, the float model as teacher."""

    TAG: ClassVar[str] = "quantize_aware"

    method: Literal["quantize_aware"]
    epochs: PositiveInt = 1
    examples: PositiveInt | None = None
    """A seeded subset of the training examples of this size makes an epoch; null: all do."""
    unlabelled: Unlabelled | None = None
    """Texts without labels to learn on, beside data.train or in its place: the float network says what they mean."""
    replace_pieces: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """The share of word pieces that are replaced by others of the training texts, anew in each epoch: the float network says
    what such texts mean, and answers to texts that it was not fitted to come out alike too."""
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 2e-5
    range_learning_rate: PositiveFloat = 1e-3
    """How fast the activation ranges move, as a share of their width a step."""
    percentile: Annotated[float, Field(gt=50.0, le=100.0)] = 99.9
    """The share of each activation's values that its range covers at the start."""
    task_weight: NonNegativeFloat = 0.0
    """The weight of the task's own loss. Above 0, the epoch with the best figures is kept, else the last one."""
    distill_weight: NonNegativeFloat = 1.0
    """The weight of the distance between the float network's outputs and the student's."""
    hidden_weight: NonNegativeFloat = 1.0
    """The weight of the relative distance between their hidden states, averaged over layers."""
    temperature: PositiveFloat = 1.0
    """Both networks' logits are divided by this in the distance of outputs."""
    weight_decay: NonNegativeFloat = 0.0
    warmup_ratio: Probability = WARMUP_RATIO
