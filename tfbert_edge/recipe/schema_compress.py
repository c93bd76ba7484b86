"""The ``compress`` block: steps between training and export, in order."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from tfbert_edge.recipe.block import (
    Block,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Probability,
)
from tfbert_edge.recipe.schema_training import WARMUP_RATIO

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


class DistillOutputs(Block):
    """The network as the steps before left it learns the fine-tuned one's answers (Hinton et al. 2015; DistilBERT)."""

    TAG: ClassVar[str] = "distill_outputs"

    method: Literal["distill_outputs"]
    epochs: PositiveInt = 3
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 1e-4
    warmup_ratio: Probability = WARMUP_RATIO
    weight_decay: NonNegativeFloat = 0.01
    task_weight: NonNegativeFloat = 0.5
    """The weight of the task's own loss."""
    distill_weight: NonNegativeFloat = 0.5
    """The weight of the distance between the teacher's outputs and the student's."""
    cosine_weight: NonNegativeFloat = 0.0
    """The weight of the angle between their last states of [CLS]."""
    temperature: PositiveFloat = 2.0
    """Both networks' logits are divided by this in the distance of outputs."""


class DistillLayers(Block):
    """The network as the steps before left it learns the fine-tuned one's hidden states, layer by layer (TinyBERT)."""

    TAG: ClassVar[str] = "distill_layers"

    method: Literal["distill_layers"]
    epochs: PositiveInt = 3
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 1e-4
    warmup_ratio: Probability = WARMUP_RATIO
    weight_decay: NonNegativeFloat = 0.01
    layer_map: Literal["uniform", "last"] | tuple[NonNegativeInt, ...] = "uniform"
    """Which of the teacher's layers each of the student's learns from; a list names them, from 0."""
    embedding_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their embeddings."""
    hidden_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their layers' outputs, averaged over layers."""
    attention_weight: NonNegativeFloat = 0.0
    """The weight of the distance between their attention scores; needs all heads of both."""
    distill_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their outputs."""
    temperature: PositiveFloat = 1.0
    """Both networks' logits are divided by this in the distance of outputs."""


class QuantizeAware(Block):
    """Training with fake quantization, the float model as teacher."""

    TAG: ClassVar[str] = "quantize_aware"

    method: Literal["quantize_aware"]
    epochs: PositiveInt = 1
    examples: PositiveInt | None = None
    """A seeded subset of the training examples of this size makes an epoch; null: all do."""
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 2e-5
    range_learning_rate: PositiveFloat = 1e-2
    """How fast the activation ranges move, in units of the activations a step."""
    percentile: Annotated[float, Field(gt=50.0, le=100.0)] = 99.9
    """The share of each activation's values that its range covers at the start."""
    task_weight: NonNegativeFloat = 0.0
    """The weight of the task's own loss."""
    distill_weight: NonNegativeFloat = 1.0
    """The weight of the distance between the float network's outputs and the student's."""
    hidden_weight: NonNegativeFloat = 1.0
    """The weight of the relative distance between their hidden states, averaged over layers."""
    temperature: PositiveFloat = 1.0
    """Both networks' logits are divided by this in the distance of outputs."""
    weight_decay: NonNegativeFloat = 0.0
    warmup_ratio: Probability = WARMUP_RATIO


CompressStep = Annotated[
    PruneLayers | PruneHeads | PruneNeurons | DistillOutputs | DistillLayers | QuantizeAware,
    Field(discriminator="method"),
]
