"""The recipe's step ``new_student``: an untrained network of another shape takes the fine-tuned one's place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.compress.new_student import new_student, student_config
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import changed_network
from tfbert_edge.stages.run import Run
from tfbert_edge.training.precision import precision


def new_student_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Write a network of the step's shape; see :func:`changed_network`."""
    task = run.data.task
    with precision("float32"):
        teacher = saved_network(run, source)
        config = planned_student(step, teacher.config)
        model = new_student(
            teacher.model, config, embeddings=step.embeddings, head=task.head, seed=run.recipe.seed
        )
        student = Network(model, config, teacher.tokenizer, task)
        return changed_network(run, teacher, student, folder)


def planned_student(step: Any, teacher: EncoderConfig) -> EncoderConfig:
    """The configuration of the network that the step will make; errors as :func:`student_config`."""
    return student_config(teacher, name=step.preset, **step.model_dump(exclude={"method", "preset"}))
