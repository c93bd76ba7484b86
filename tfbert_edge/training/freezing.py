"""Which variables train, by depth: embeddings 0, layer i at i + 1, the head above them all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tfbert_edge.errors import TrainingError

# Layers wrapped for quantization carry a prefix of TF-MOT's.
_PLACE = re.compile(r"^(?:quant_|prune_low_magnitude_)*(?:(embeddings)\.|layer_(\d+)\.)")


def variable_depths(model: Any) -> list[tuple[Any, int]]:
    """Return each trainable variable with its depth: 0 embeddings, ``i + 1`` layer i, layers + 1 the head and
    all else.
    """
    found: list[tuple[Any, int | None]] = []
    seen: set[Any] = set()
    for layer in model._flatten_layers(include_self=False, recursive=True):
        for variable in layer.trainable_variables:
            if variable.ref() not in seen:
                seen.add(variable.ref())
                found.append((variable, _depth(layer.name)))
    top = 1 + max((depth for _, depth in found if depth is not None), default=0)
    return [(variable, top if depth is None else depth) for variable, depth in found]


def _depth(layer_name: str) -> int | None:
    match = _PLACE.match(layer_name)
    if match is None:
        return None
    return 0 if match[1] else int(match[2]) + 1


@dataclass(frozen=True)
class Freezing:
    """What stays as it is: the embeddings, the first ``layers`` layers, and what is not yet released.

    With ``unfreeze_per_epoch`` k, the first epoch trains the head alone, and each later one releases the next
    k layers from the top (Howard and Ruder 2018, section 3.3); the embeddings count as the lowest layer. 0:
    all train from the start.
    """

    embeddings: bool = False
    layers: int = 0
    unfreeze_per_epoch: int = 0

    def trained_variables(self, model: Any, epoch: int) -> list[Any]:
        """Return the variables that train in ``epoch`` (from 0), in the model's order.

        Raises:
            TrainingError: more layers are to be frozen than the model has.
        """
        depths = variable_depths(model)
        top = max(depth for _, depth in depths)
        if self.layers > top - 1:
            raise TrainingError(
                f"freeze.layers must be at most the model's {top - 1} layers, was {self.layers}. Lower it."
            )
        released = top - self.unfreeze_per_epoch * epoch if self.unfreeze_per_epoch else 0
        return [
            variable
            for variable, depth in depths
            if depth >= released and not (depth == 0 and self.embeddings) and not 1 <= depth <= self.layers
        ]
