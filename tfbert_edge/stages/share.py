"""The recipe's steps after which fewer numbers do the same work: a factorised word table, shared layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.compress.factorize_embeddings import factorize_embeddings
from tfbert_edge.compress.share_layers import share_layers
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import changed_network
from tfbert_edge.stages.run import Run
from tfbert_edge.training.precision import precision


def factorize_embeddings_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Factorise the word table of the network in ``source``; see :func:`tfbert_edge.stages.prune.changed_network`."""
    with precision("float32"):
        network = saved_network(run, source)
        weights = None
        if step.weighting == "counts":
            # One more, so that a piece that the texts lack still counts for a little.
            weights = 1 + np.bincount(
                np.concatenate(run.training_features(network.tokenizer).input_ids),
                minlength=network.config.vocab_size,
            )
        model, config = factorize_embeddings(
            network.model,
            network.config,
            size=step.size,
            weights=weights,
            head=run.task.head,
            seed=run.recipe.seed,
        )
    run.console.say(f"  word table: {config.vocab_size:,} x {config.embedding_size} of rank {step.size}")
    return changed_network(run, network, Network(model, config, network.tokenizer, network.task), folder)


def share_layers_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Make the layers of each group one; see :func:`tfbert_edge.stages.prune.changed_network`."""
    with precision("float32"):
        network = saved_network(run, source)
        model, config = share_layers(
            network.model,
            network.config,
            groups=step.groups,
            init=step.init,
            head=run.task.head,
            seed=run.recipe.seed,
        )
    run.console.say(f"  each layer's group: {', '.join(map(str, config.layer_groups or ()))}")
    return changed_network(run, network, Network(model, config, network.tokenizer, network.task), folder)
