"""The float network that is compressed and exported, with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run
from tfbert_edge.tasks.base import Task


@dataclass(frozen=True)
class Network:
    """A Keras model (logits, float32), and the tokenizer whose ids index its embeddings."""

    model: Any
    config: EncoderConfig
    tokenizer: Tokenizer
    task: Task


def saved_network(run: Run, folder: Path) -> Network:
    """The model that a stage has saved in ``folder``."""
    task = run.data.task
    loaded = load_checkpoint(folder, head=task.head, num_outputs=task.num_outputs)
    return Network(loaded.model, loaded.config, Tokenizer.from_folder(folder), task)
