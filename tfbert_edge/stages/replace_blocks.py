"""The recipe's step ``replace_blocks``: other building blocks, fitted to what the network computed with its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.compress.replace_blocks import replace_blocks
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.prune import prune_step
from tfbert_edge.stages.run import Run


def replace_blocks_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Replace blocks of the network in ``source``; writes and returns what :func:`prune_step` does."""

    def replace(model: Any, config: EncoderConfig, *, loss: Any, **given: Any) -> tuple[Any, EncoderConfig]:
        built, changed = replace_blocks(
            model,
            config,
            normalization=step.normalization,
            activation=step.activation,
            heads=step.heads,
            **given,
        )
        run.console.say(
            f"  blocks: {changed.normalization}, {changed.hidden_act}, {changed.num_heads[0]} heads of {changed.head_size}"
        )
        return built, changed

    def passes(config: EncoderConfig) -> int:
        # Two norms a layer and that of the embeddings are fitted, and one activation a layer.
        norms = 2 * config.num_layers + 1 if step.normalization == "no_norm" else 0
        return norms + (config.num_layers if step.activation is not None else 0)

    return prune_step(run, step, source, folder, replace, passes, examples=512)
