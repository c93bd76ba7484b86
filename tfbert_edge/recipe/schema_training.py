"""The ``training`` block."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import (
    Block,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Probability,
)

WARMUP_RATIO = 0.1

METRICS = {
    "intent_slots": ("frame_accuracy", "intent_accuracy", "slot_f1", "slot_precision", "slot_recall"),
    "token_classification": ("f1", "precision", "recall"),
    "classification": ("accuracy", "precision_macro", "recall_macro", "f1_macro", "matthews"),
    "question_answering": ("f1", "exact_match"),
    "embedding": ("pearson", "spearman"),
    "multi_label": (
        "f1_micro",
        "f1_macro",
        "precision_micro",
        "recall_micro",
        "subset_accuracy",
        "mean_average_precision",
    ),
    "regression": ("pearson", "spearman", "mse"),
    "summarization": ("rouge1", "rouge2", "rougeL"),
}

Metric = Literal[
    "accuracy",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "matthews",
    "f1_micro",
    "precision_micro",
    "recall_micro",
    "subset_accuracy",
    "mean_average_precision",
    "pearson",
    "spearman",
    "mse",
    "f1",
    "exact_match",
    "rouge1",
    "rouge2",
    "rougeL",
    "precision",
    "recall",
    "frame_accuracy",
    "intent_accuracy",
    "slot_f1",
    "slot_precision",
    "slot_recall",
]


def _class_weights(value: Any) -> Any:
    if value is None or value == "balanced":
        return value
    number = (int, float)
    if not isinstance(value, dict) or not all(
        isinstance(weight, number) and not isinstance(weight, bool) and weight > 0
        for weight in value.values()
    ):
        raise PydanticCustomError(
            "class_weights", "must be null, balanced, or a map from label to a weight above 0"
        )
    return {str(label): float(weight) for label, weight in value.items()}


ClassWeights = Annotated[
    Literal["balanced"] | dict[str, float] | None,
    PlainValidator(_class_weights),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "balanced"},
                {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
                {"type": "null"},
            ],
        }
    ),
]


class Schedule(Block):
    """The learning rate over the steps of training."""

    type: Literal["linear", "cosine", "polynomial", "constant"] = "linear"
    """How the rate falls after warmup."""
    warmup_ratio: Probability | None = None
    """The share of all steps in which the rate rises from 0; 0.1 where warmup_steps is not given either."""
    warmup_steps: NonNegativeInt | None = None
    """The same as a number of steps."""
    power: PositiveFloat = 1.0
    """The exponent of a polynomial schedule."""
    end_factor: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """The last rate, as a share of learning_rate."""

    @model_validator(mode="before")
    @classmethod
    def _default_warmup(cls, value: Any) -> Any:
        if (
            isinstance(value, dict)
            and value.get("warmup_ratio") is None
            and value.get("warmup_steps") is None
        ):
            return {**value, "warmup_ratio": WARMUP_RATIO}
        return value


class Freeze(Block):
    """What does not train."""

    embeddings: bool = False
    """Whether the embeddings stay as they are."""
    layers: NonNegativeInt = 0
    """How many layers, from the first, stay as they are."""


class EarlyStopping(Block):
    """When training ends before its last epoch; the best checkpoint by this metric is kept in any case."""

    metric: Metric | None = None
    """null: the task's primary metric (accuracy, f1, f1_micro, spearman, rouge1)."""
    patience: NonNegativeInt = 0
    """Epochs without a better figure before training ends; 0: never."""


class TrainingConfig(Block):
    """Fine-tuning."""

    epochs: NonNegativeInt = 3
    """0: the checkpoint is taken as it is, and must bring the task's head."""
    batch_size: PositiveInt = 32
    """Examples in a step's batch, over all devices; times accumulate for an update."""
    learning_rate: PositiveFloat = 5e-5
    schedule: Schedule = Schedule()
    weight_decay: NonNegativeFloat = 0.01
    """Decoupled; not on biases and norms."""
    max_gradient_norm: PositiveFloat | None = 1.0
    """The gradients' global norm is cut to this; null: not cut."""
    accumulate: PositiveInt = 1
    """Batches whose gradients are averaged for one update."""
    label_smoothing: Probability = 0.0
    adversarial: NonNegativeFloat = 0.0
    """Each batch is also trained on at the worst change of its word embeddings, as long as this share of them; 0: not.
    Doubles the time (Miyato et al. 2017)."""
    layer_drop: Probability = 0.0
    """The share of batches in which a layer is skipped, each for itself, so that prune_layers costs less afterwards
    (Fan et al. 2020)."""
    class_weights: ClassWeights = None
    """null, balanced (inverse to frequency), or {label: weight}."""
    layer_learning_rate_decay: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Each layer's rate is this times that of the layer above it."""
    freeze: Freeze = Freeze()
    unfreeze_per_epoch: NonNegativeInt = 0
    """Layers released from the top at each epoch; 0: all train from the start."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """auto: bfloat16 where the hardware computes in it. Dense layers multiply in it in quantize_aware too."""
    early_stopping: EarlyStopping = EarlyStopping()
    evaluation_examples: PositiveInt | None = None
    """Validation examples, drawn by the seed, on which epochs and compression steps are compared; null: all.
    What the exported files are measured on, validate.examples says."""
    checkpoint_seconds: PositiveFloat = 60.0
    """How often a snapshot is written from which training resumes."""
    tensorboard: bool = False
    strategy: Literal["auto", "mirrored", "multi_worker", "tpu"] = "auto"
    """auto: one device, or multi_worker where TF_CONFIG is set."""
