"""The network whose weights a pruning step takes away as it trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.stages.network import Network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import trainable_network
from tfbert_edge.stages.train import pretrained_network
from tfbert_edge.training.precision import precision, resolve_precision


def starting_network(run: Run, step: Any, source: Path) -> Network:
    """The model in ``source`` or, where ``step.start`` is pretrained, the one that training started from; to be trained."""
    if step.start == "previous":
        return trainable_network(run, source)
    with precision(resolve_precision(run.recipe.training.precision)):
        return pretrained_network(run)
