"""Norms for integers of 16 bits, where the mean squares of tokens lie far apart.

In a trained BERT one channel of what is summed up at [CLS] is 200 where others are about 1 (massive activations, Sun et al.
2024): its mean square v is 130, that of other tokens about 0.5. The same numbers are computed in another way:

    v = x x^T / h                                              in place of mean(x * x)
    1 / sqrt(v) = 1 / sqrt(min(v, c)) * 1 / sqrt(max(v, c) / c)

Squares of 16 bits have steps of 200^2 / 2^15 = 1.2, and most become 0: a matrix product sums them up before it rounds. And
LiteRT's RSQRT of 16 bits is a table of 512 straight lines over its whole input, each 0.5 wide here: about 0.5 it is wrong by
6%. Of two, the first has narrow ones for most tokens, and the second is 1 for these. c, in the middle of both, is measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.elementwise import InverseRoot

WIDE = 16.0
"""How many times the median the greatest mean square is, from where on the root is taken in two."""

BATCH = 16


@keras.utils.register_keras_serializable("tfbert_edge")
class MeanSquare(keras.layers.Layer):
    """Mean of squares over the last axis: float ``(b, n, h)`` -> ``(b, n, 1)``."""

    def call(self, inputs: Any) -> Any:
        product = tf.matmul(inputs[..., tf.newaxis, :], inputs[..., tf.newaxis, :], transpose_b=True)
        return product[..., 0] * tf.constant(1.0 / inputs.shape[-1], inputs.dtype)


@keras.utils.register_keras_serializable("tfbert_edge")
class Unsquared(keras.layers.Layer):
    """Stands where squares were that are in the next layer now: of two equal inputs, float ``(...)``, the first passes."""

    def call(self, inputs: Any) -> Any:
        return inputs[0]


@keras.utils.register_keras_serializable("tfbert_edge")
class SplitInverseRoot(keras.layers.Layer):
    """``1 / sqrt(x)`` of positive float ``(...)``, as a product of the root below ``limit`` and that above."""

    def __init__(self, limit: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = float(limit)

    def call(self, inputs: Any) -> Any:
        limit = tf.constant(self.limit, inputs.dtype)
        above = tf.maximum(inputs, limit)
        # min(x, c) without MINIMUM, of which there is no quantized form.
        below = inputs - (above - limit)
        return tf.math.rsqrt(below) * tf.math.rsqrt(above * (1.0 / limit))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"limit": self.limit}


def root_limits(model: Any, examples: Sequence[Mapping[str, np.ndarray]]) -> dict[str, float]:
    """Return c, the geometric mean of the median and the greatest mean square, of each norm where these lie far apart.

    ``examples`` are int32 arrays ``(1, n)``, all of one length, by input name; padding is not counted. Keys are names of
    ``InverseRoot`` layers.
    """
    roots = [layer for layer in model.layers if isinstance(layer, InverseRoot)]
    if not roots or not examples:
        return {}
    squares = keras.Model(model.inputs, [layer.input for layer in roots])
    batch = {name: np.concatenate([one[name] for one in examples]) for name in examples[0]}
    real = batch["attention_mask"].astype(bool)
    parts = []
    for at in range(0, len(real), BATCH):
        some = squares(
            [tf.constant(batch[name][at : at + BATCH]) for name in squares.input_names], training=False
        )
        parts.append(some if len(roots) > 1 else [some])
    limits = {}
    for layer, *values in zip(roots, *parts, strict=True):
        mean_squares = np.concatenate(values)[..., 0]
        # The last layer may compute [CLS] alone.
        seen = mean_squares[real[:, : mean_squares.shape[1]]]
        middle, greatest = float(np.median(seen)), float(seen.max())
        if greatest > WIDE * middle:
            limits[layer.name] = math.sqrt(middle * greatest)
    return limits


def with_wide_norms(model: Any, limits: Mapping[str, float]) -> Any:
    """Return a copy of ``model``, weights and all, whose norms are computed as above; ``limits`` as :func:`root_limits` has it.

    Layers keep their names; the numbers are the same, to rounding. A network without such norms is returned itself.
    """
    norms = {layer.name.rpartition(".")[0] for layer in model.layers if isinstance(layer, InverseRoot)}
    if not norms:
        return model

    def clone(layer: Any) -> Any:
        norm, _, part = layer.name.rpartition(".")
        if norm in norms and part == "square":
            return Unsquared(name=layer.name, dtype="float32")
        if norm in norms and part == "variance":
            return MeanSquare(name=layer.name, dtype="float32")
        if layer.name in limits:
            return SplitInverseRoot(limits[layer.name], name=layer.name, dtype="float32")
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone)
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy
