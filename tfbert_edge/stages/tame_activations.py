"""The recipe's step ``tame_activations``: what is massive at [CLS] before a norm is scaled down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.compress.tame_activations import tame_activations
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.prune import prune_step
from tfbert_edge.stages.run import Run


def tame_activations_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Scale massive activations of the network in ``source`` down; writes and returns what :func:`prune_step` does."""

    def tame(model: Any, config: EncoderConfig, *, loss: Any, **given: Any) -> tuple[Any, EncoderConfig]:
        changed, tamed = tame_activations(model, config, **given)
        for one in tamed:
            run.console.say(f"  {one.name}: [CLS] {one.before:.1f} before, {one.after:.1f} after")
        if not tamed:
            run.console.say("  nothing is massive: the network stays as it is")
        return changed, config

    # The embeddings' sum and each layer's.
    return prune_step(run, step, source, folder, tame, lambda config: config.num_layers + 1)
