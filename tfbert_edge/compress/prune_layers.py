"""Remove whole layers (Fan et al. 2019, "Reducing transformer depth on demand with structured dropout").

``every_other`` keeps layers at even distances, from the first on (section 3.2.2, "every other"); ``first`` and ``last`` keep
one end (Sajjad et al. 2020, "Poor man's BERT", drop the top or the bottom); ``greedy`` removes, one at a time, the layer
without which the measured loss is least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.training.evaluation import forward
from tfbert_edge.training.losses import Loss

Batches = Callable[[], Iterable[Mapping[str, np.ndarray]]]

CHOICES: dict[str, Callable[[int, int], list[int]]] = {
    "every_other": lambda layers, keep: [place * layers // keep for place in range(keep)],
    "first": lambda layers, keep: list(range(keep)),
    "last": lambda layers, keep: list(range(layers - keep, layers)),
}


def prune_layers(
    model: Any,
    config: EncoderConfig,
    *,
    keep: int,
    choice: str,
    batches: Batches,
    loss: Loss,
    head: str = "classification",
) -> tuple[Any, EncoderConfig, list[int]]:
    """Return a network of ``keep`` of the layers, its configuration, and which layers these are, from 0.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; unchanged.
        keep: fewer than the layers of ``model``.
        choice: a key of ``CHOICES``, or ``greedy``.
        batches: returns labelled batches, the same each time it is called; read by ``greedy`` alone.
        loss: see :mod:`tfbert_edge.training.losses`.

    Raises:
        CompressionError: there are not that many layers to choose from.
    """
    if not 1 <= keep < config.num_layers:
        raise CompressionError(
            f"keep must be from 1 to {config.num_layers - 1}, fewer than the network's {config.num_layers} layers, was {keep}."
        )
    if choice != "greedy":
        layers = CHOICES[choice](config.num_layers, keep)
    else:
        layers = list(range(config.num_layers))
        while len(layers) > keep:
            losses = {
                gone: measured_loss(
                    keep_parts(model, config, layers=[one for one in layers if one != gone], head=head)[0],
                    batches(),
                    loss,
                )
                for gone in layers
            }
            layers.remove(min(losses, key=lambda gone: losses[gone]))
    smaller, reduced = keep_parts(model, config, layers=layers, head=head)
    return smaller, reduced, layers


def measured_loss(model: Any, batches: Iterable[Mapping[str, np.ndarray]], loss: Loss) -> float:
    """The mean loss over labelled batches, without dropout."""
    run, total, count = forward(model), 0.0, 0.0
    for batch in batches:
        outputs = run([tf.convert_to_tensor(batch[name]) for name in model.input_names])
        weights = batch["example_weight"]
        total += float(tf.reduce_sum(loss(batch, outputs) * weights))
        count += float(weights.sum())
    return total / count
