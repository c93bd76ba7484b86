"""How much a trained network's loss depends on each of its heads and neurons.

First-order Taylor importance: the loss changes by about ``a * dL/da`` when the value ``a`` is set to zero, so

    I = mean over examples of | sum over the part's values of a * dL/da |

For a head, ``a`` is its context at all positions: Michel et al. 2019, "Are sixteen heads really better than one?", eq. 2
(there as the derivative by a mask on the head, which is the same sum). For a neuron of the feed-forward network, ``a`` is its
activation at all positions: Molchanov et al. 2019, "Importance estimation for neural network pruning", with the absolute
value of Michel et al. instead of the square.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.training.losses import Loss

HEADS, NEURONS = "attention.context", "ffn.activation"


def taylor_importance(
    model: Any, batches: Iterable[Mapping[str, np.ndarray]], loss: Loss, *, part: str
) -> list[np.ndarray]:
    """Return the importance of each of a kind's parts: for every layer, float64 ``(heads,)`` or ``(neurons,)``.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; run without dropout.
        batches: with labels and ``example_weight``, as training has them.
        loss: ``loss(batch, outputs) -> (b,)``, see :mod:`tfbert_edge.training.losses`.
        part: ``HEADS`` or ``NEURONS``.
    """
    depth = sum(layer.name.endswith(f".{part}") for layer in model.layers)
    values = [model.get_layer(f"layer_{index}.{part}").output for index in range(depth)]
    probe = keras.Model(model.inputs, [model.output, *values], name="probe")
    # Heads stand on axis 1 of (b, heads, n, d), neurons on axis 2 of (b, n, neurons).
    others = (2, 3) if part == HEADS else (1,)

    @tf.function(reduce_retracing=True, autograph=False)
    def sums(batch: Any) -> list[Any]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(model.trainable_variables)
            logits, *found = probe([batch[name] for name in model.input_names], training=False)
            weighted = tf.reduce_sum(loss(batch, logits) * batch["example_weight"])
        slopes = tape.gradient(weighted, found)
        changes = [
            tf.abs(tf.reduce_sum(tf.cast(value, tf.float32) * tf.cast(slope, tf.float32), axis=others))
            for value, slope in zip(found, slopes, strict=True)
        ]
        return [tf.reduce_sum(change, axis=0) for change in changes]

    totals, count = [np.zeros(1)] * depth, 0.0
    for batch in batches:
        tensors = {name: tf.convert_to_tensor(array) for name, array in batch.items()}
        totals = [
            total + part_sum.numpy().astype(np.float64)
            for total, part_sum in zip(totals, sums(tensors), strict=True)
        ]
        count += float(batch["example_weight"].sum())
    return [total / count for total in totals]


def normalized(importance: list[np.ndarray]) -> list[np.ndarray]:
    """Divide each layer's importance by its length (Michel et al. 2019, section 4.1), so that layers can be compared."""
    return [layer / max(float(np.linalg.norm(layer)), 1e-30) for layer in importance]


def most_important(
    importance: list[np.ndarray], count: int, *, multiple: int = 1, minimum: int = 1
) -> list[list[int]]:
    """Return the places of the ``count`` most important parts over all layers, for each layer, rising.

    Each layer keeps at least ``minimum``, and a multiple of ``multiple``: its number is rounded to the nearest, so that the
    whole may differ from ``count`` by half a ``multiple`` a layer.
    """
    ranked = [np.argsort(-layer, kind="stable") for layer in importance]
    floor = max(minimum, multiple)
    # The first of each layer stay in any case; the others compete.
    kept = [min(floor, len(layer)) for layer in importance]
    rest = sorted(
        (
            (-float(importance[at][place]), at)
            for at, order in enumerate(ranked)
            for place in order[kept[at] :]
        )
    )
    for _, at in rest[: max(0, count - sum(kept))]:
        kept[at] += 1
    if multiple > 1:
        kept = [
            min(len(layer), max(floor, round(size / multiple) * multiple))
            for size, layer in zip(kept, importance, strict=True)
        ]
    return [sorted(order[:size].tolist()) for order, size in zip(ranked, kept, strict=True)]
