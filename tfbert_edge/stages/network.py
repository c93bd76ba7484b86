"""The float network that is compressed and exported, with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfbert_edge.data.vocabulary import trimmed_vocabulary
from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.exporter import import_export
from tfbert_edge.stages.run import Run
from tfbert_edge.tasks.base import Task


@dataclass(frozen=True)
class Network:
    """A Keras model (logits, float32), and the tokenizer whose ids index its embeddings."""

    model: Any
    config: EncoderConfig
    tokenizer: Tokenizer
    task: Task
    vocabulary_sizes: dict[str, int]


def trained_network(run: Run) -> Network:
    """The fine-tuned model, with its vocabulary trimmed where the recipe asks for it."""
    network, settings = saved_network(run, run.model_folder), run.recipe.export.trim_vocabulary
    if not settings.enabled:
        return network
    # The training texts alone: what the trimmed vocabulary costs on other texts is then in the figures.
    trimmed = trimmed_vocabulary(
        network.tokenizer, run.data.train.all_texts(), keep=settings.keep, min_count=settings.min_count
    )
    model, config = import_export("export.trim").trim_embeddings(
        network.model, network.config, trimmed.kept_ids, head=network.task.head
    )
    tokenizer = Tokenizer.from_vocabulary(trimmed.pieces, network.tokenizer.settings)
    before, after = network.vocabulary_sizes["before"], len(trimmed.pieces)
    run.console.say(f"  vocabulary trimmed from {before:,} to {after:,} pieces")
    return Network(model, config, tokenizer, network.task, {"before": before, "after": after})


def saved_network(run: Run, folder: Path) -> Network:
    """The model in ``folder``, as it is."""
    task, tokenizer = run.data.task, Tokenizer.from_folder(folder)
    loaded = load_checkpoint(folder, head=task.head, num_outputs=task.num_outputs)
    size = len(tokenizer.vocabulary)
    return Network(loaded.model, loaded.config, tokenizer, task, {"before": size, "after": size})
