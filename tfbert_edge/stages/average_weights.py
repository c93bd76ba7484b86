"""The recipe's step ``average_weights``: the mean of what the steps before left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.compress.average_weights import average_weights
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import changed_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL, step_folder
from tfbert_edge.training.precision import precision


def average_weights_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Average the networks that the last ``step.steps`` steps left, ``source`` the newest of them; writes and returns what
    :func:`tfbert_edge.stages.prune.changed_network` does.
    """
    steps = run.recipe.compress
    at = next(place for place, one in enumerate(steps) if one is step)
    older = [
        step_folder(run, number, steps[number - 1].method) / MODEL
        for number in range(at - step.steps + 1, at)
    ]
    with precision("float32"):
        network = saved_network(run, source)
        mean = average_weights([saved_network(run, path).model for path in [*older, source]])
    return changed_network(
        run, network, Network(mean, network.config, network.tokenizer, network.task), folder
    )
