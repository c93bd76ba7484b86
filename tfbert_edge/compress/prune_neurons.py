"""Remove feed-forward neurons that matter least (Molchanov et al. 2019, "Importance estimation for neural network pruning").

    I_k = E_x | sum over positions of a_k * dL/da_k |       (with the absolute value in place of the square)

``a_k`` is a neuron's activation. The neurons of all layers compete; each layer keeps a multiple of 16.
Removal goes in rounds, and importance is measured anew before each. What is gone is gone from the matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tfbert_edge.compress.importance import NEURONS, most_important, taylor_importance
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.training.losses import Loss

MULTIPLE = 16


def prune_neurons(
    model: Any,
    config: EncoderConfig,
    *,
    amount: float,
    rounds: int,
    batches: Callable[[], Iterable[Mapping[str, np.ndarray]]],
    loss: Loss,
    head: str = "classification",
) -> tuple[Any, EncoderConfig]:
    """Return a network without a share ``amount`` of the feed-forward neurons, and its configuration.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; unchanged.
        amount: in (0, 1), of the neurons that ``model`` has; met to half of 16 neurons a layer, and 16 of each layer stay.
        rounds: in how many steps the neurons go.
        batches: returns labelled batches, the same each time it is called.
        loss: see :mod:`tfbert_edge.training.losses`.
    """
    total = sum(config.intermediate_sizes)
    for done in range(1, rounds + 1):
        importance = taylor_importance(model, batches(), loss, part=NEURONS)
        kept = most_important(importance, total - round(total * amount * done / rounds), multiple=MULTIPLE)
        model, config = keep_parts(model, config, neurons=kept, head=head)
    return model, config
