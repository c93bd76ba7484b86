"""The whole recipe."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block, Limits, NonNegativeInt, Text
from tfbert_edge.recipe.schema_compress import CompressStep
from tfbert_edge.recipe.schema_data import DataConfig, Holdout, Source
from tfbert_edge.recipe.schema_delivery import BundleConfig, ExportConfig, Gates, ValidateConfig
from tfbert_edge.recipe.schema_embedding import EmbeddingTask
from tfbert_edge.recipe.schema_model import ModelConfig
from tfbert_edge.recipe.schema_multi_label import MultiLabelTask
from tfbert_edge.recipe.schema_question_answering import QuestionAnsweringTask
from tfbert_edge.recipe.schema_summarization import SummarizationTask
from tfbert_edge.recipe.schema_tags import IntentSlotsTask, TokenClassificationTask
from tfbert_edge.recipe.schema_training import METRICS, Schedule, TrainingConfig

__all__ = [
    "METRICS",
    "BundleConfig",
    "ClassificationTask",
    "DataConfig",
    "EmbeddingTask",
    "ExportConfig",
    "Gates",
    "Holdout",
    "IntentSlotsTask",
    "ModelConfig",
    "MultiLabelTask",
    "QuestionAnsweringTask",
    "Recipe",
    "RegressionTask",
    "Schedule",
    "Source",
    "SummarizationTask",
    "TaskConfig",
    "TokenClassificationTask",
    "TrainingConfig",
    "ValidateConfig",
]


def _distinct(labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if labels is not None and (len(set(labels)) < 2 or len(set(labels)) < len(labels)):
        raise PydanticCustomError("labels", "must be null, or at least two labels, all different")
    return labels


class ClassificationTask(Block):
    """One label out of several for a text or a pair of texts."""

    TAG: ClassVar[str] = "classification"
    WINDOWS: ClassVar[bool] = False

    type: Literal["classification"]
    labels: Annotated[tuple[Text, ...] | None, AfterValidator(_distinct)] = None
    """The labels in the order of the model's outputs; null: those of the data, sorted.
    Where the data holds the numbers 0, 1, ..., they stand for these labels in order."""
    positive_label: Text | None = None
    """The label that is looked for: its F1, f1, is then the primary metric, in place of accuracy."""
    pooling: Literal["cls", "mean"] = "cls"
    """What the answer is read from: the state of [CLS], or the mean over the text's pieces, which embedding models learnt."""


class RegressionTask(Block):
    """A number for a text or a pair of texts."""

    TAG: ClassVar[str] = "regression"
    WINDOWS: ClassVar[bool] = False

    type: Literal["regression"]
    range: Limits
    """The lowest and the highest score."""
    pooling: Literal["cls", "mean"] = "cls"
    """What the answer is read from: the state of [CLS], or the mean over the text's pieces, which embedding models learnt."""


TaskConfig = Annotated[
    ClassificationTask
    | EmbeddingTask
    | MultiLabelTask
    | IntentSlotsTask
    | QuestionAnsweringTask
    | RegressionTask
    | SummarizationTask
    | TokenClassificationTask,
    Field(discriminator="type"),
]


with warnings.catch_warnings():
    # pydantic's deprecated BaseModel.validate is of no use here, and the block is called after its stage.
    warnings.filterwarnings("ignore", message='Field name "validate"')

    class Recipe(Block):
        """Everything that a run needs to know."""

        name: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
        """Small letters, digits and hyphens; the run's folder is called so."""
        seed: NonNegativeInt = 17
        output: str | None = None
        """The run's folder; null: runs/<name>."""
        task: TaskConfig
        model: ModelConfig
        data: DataConfig
        training: TrainingConfig = TrainingConfig()
        compress: tuple[CompressStep, ...] = ()
        """Steps between training and export, in order."""
        export: ExportConfig = ExportConfig()
        validate: ValidateConfig = ValidateConfig()  # type: ignore[assignment]
        bundle: BundleConfig = BundleConfig()

        @property
        def output_folder(self) -> Path:
            """The run's folder."""
            return Path(self.output) if self.output else Path("runs") / self.name

        @property
        def sequence_length(self) -> int:
            """The fixed length of the exported model's input."""
            return self.export.sequence_length or self.data.max_length

        @property
        def stride(self) -> int:
            """The word pieces that neighbouring windows share; 0 where the task cuts long texts."""
            if not self.task.WINDOWS:
                return 0
            length = self.sequence_length
            # At most half of a length that data.max_length_percentile has found.
            return length // 4 if self.data.stride is None else min(self.data.stride, length // 2)

        @property
        def steps_form(self) -> Literal["dynamic", "int8", "float32"] | None:
            """The form in which the network is exported before and after each compression step; None: it is not."""
            if self.export.steps != "auto":
                return self.export.steps
            return "dynamic" if any(step.method != "quantize_aware" for step in self.compress) else None

        @model_validator(mode="after")
        def _blocks_agree(self, info: ValidationInfo) -> Recipe:
            from tfbert_edge.recipe.checks import contradictions

            if not (info.context or {}).get("collect"):
                found = [f"{'.'.join(map(str, one.path))}: {one.message}" for one in contradictions(self)]
                if found:
                    raise ValueError("; ".join(found))
            return self
