"""Compression steps in which the network that the steps before left learns from the fine-tuned one."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import (
    Block,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Probability,
)
from tfbert_edge.recipe.schema_training import WARMUP_RATIO
from tfbert_edge.recipe.schema_unlabelled import Unlabelled


class StudentTraining(Block):
    """What every step that trains a student says about its training."""

    epochs: PositiveInt = 3
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 1e-4
    warmup_ratio: Probability = WARMUP_RATIO
    weight_decay: NonNegativeFloat = 0.01
    adversarial: NonNegativeFloat = 0.0
    """Also at the worst change of the word embeddings, as in training.adversarial, towards the teacher's unchanged answers."""


class Distillation(StudentTraining):
    """What every step in which a student learns from a teacher says about the texts it learns on."""

    unlabelled: Unlabelled | None = None
    """Texts without labels to learn on, beside data.train or in its place."""


class OutputDistillation(Distillation):
    """What every such step says about the student's outputs, where it teaches them."""

    task_weight: NonNegativeFloat = 0.5
    """The weight of the task's own loss, of labelled examples."""
    distill_weight: NonNegativeFloat = 0.5
    """The weight of the distance between the teacher's outputs and the student's."""
    temperature: PositiveFloat = 2.0
    """Both networks' logits are divided by this in the distance of outputs."""


class DistillOutputs(OutputDistillation):
    """The network as the steps before left it learns the fine-tuned one's answers (Hinton et al. 2015; DistilBERT)."""

    TAG: ClassVar[str] = "distill_outputs"

    method: Literal["distill_outputs"]
    cosine_weight: NonNegativeFloat = 0.0
    """The weight of the angle between their last states of [CLS]."""


class DistillLayers(OutputDistillation):
    """The network as the steps before left it learns the fine-tuned one's hidden states, layer by layer (TinyBERT)."""

    TAG: ClassVar[str] = "distill_layers"

    method: Literal["distill_layers"]
    layer_map: Literal["uniform", "last"] | tuple[NonNegativeInt, ...] = "uniform"
    """Which of the teacher's layers each of the student's learns from; a list names them, from 0."""
    embedding_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their embeddings."""
    hidden_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their layers' outputs, averaged over layers."""
    attention_weight: NonNegativeFloat = 0.0
    """The weight of the distance between their attention scores; needs all heads of both."""
    task_weight: NonNegativeFloat = 0.0
    """The weight of the task's own loss, of labelled examples."""
    distill_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their outputs."""
    temperature: PositiveFloat = 1.0
    """Both networks' logits are divided by this in the distance of outputs."""
