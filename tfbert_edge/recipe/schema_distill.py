"""Compression steps in which the network that the steps before left learns from the fine-tuned one."""

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
    teachers: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Folders of other runs, or of their models: the outputs to learn are the mean of theirs and the fine-tuned network's."""


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
    layer_map: Literal["uniform", "last", "learned"] | tuple[NonNegativeInt, ...] = "uniform"
    """Which of the teacher's layers each of the student's learns from; a list names them, from 0; learned: a mixture of
    all, whose weights are learned (ALP-KD)."""
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


class DistillPatient(OutputDistillation):
    """The network learns the directions of the fine-tuned one's [CLS] states in layers before the last (BERT-PKD)."""

    TAG: ClassVar[str] = "distill_patient"

    method: Literal["distill_patient"]
    layer_map: Literal["skip", "last"] | tuple[NonNegativeInt, ...] = "skip"
    """Which of the teacher's layers each of the student's but the last learns from; a list names them, from 0."""
    patient_weight: NonNegativeFloat = 1.0
    """The weight of the distance between the states' directions, averaged over layers."""


Relation = Literal[
    "query-query",
    "key-key",
    "value-value",
    "query-key",
    "query-value",
    "key-query",
    "key-value",
    "value-query",
    "value-key",
]


class DistillRelations(OutputDistillation):
    """The network's last layer learns how queries, keys and values of the fine-tuned one's tokens relate (MiniLMv2)."""

    TAG: ClassVar[str] = "distill_relations"

    method: Literal["distill_relations"]
    teacher_layer: NonNegativeInt | None = None
    """The teacher's layer, from 0; null: its last."""
    relations: Annotated[tuple[Relation, ...], Field(min_length=1)] = (
        "query-query",
        "key-key",
        "value-value",
    )
    """What is related with what; query-key and value-value are MiniLM's own (version 1)."""
    relation_heads: PositiveInt | None = None
    """Into how many parts queries, keys and values of all heads are split; null: the teacher's heads."""
    relation_weight: NonNegativeFloat = 1.0
    """The weight of the divergence between the relations."""
    task_weight: NonNegativeFloat = 0.0
    """The weight of the task's own loss, of labelled examples."""
    distill_weight: NonNegativeFloat = 1.0
    """The weight of the distance between their outputs."""
    temperature: PositiveFloat = 1.0
    """Both networks' logits are divided by this in the distance of outputs."""


class DistillProgressive(Distillation):
    """The network's layers learn the fine-tuned one's one after the other, those below held (MobileBERT); its head does not."""

    TAG: ClassVar[str] = "distill_progressive"

    method: Literal["distill_progressive"]
    epochs: PositiveInt = 1
    """Of each layer."""
    layer_map: Literal["uniform", "last"] | tuple[NonNegativeInt, ...] = "uniform"
    """Which of the teacher's layers each of the student's learns from; a list names them, from 0."""
    feature_weight: NonNegativeFloat = 1.0
    """The weight of the distance between the layers' outputs."""
    attention_weight: NonNegativeFloat = 1.0
    """The weight of the divergence between their attention distributions; needs all heads of both."""
    lower_rate: Probability = 0.0
    """The share of the learning rate at which what lies below the layer learns; 0: it stays as it is."""
