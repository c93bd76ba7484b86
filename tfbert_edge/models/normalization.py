"""LayerNorm (Ba et al. 2016) spelled out in operators that integer runtimes have fast kernels for.

    d = x - mean(x),   y = gamma * d * rsqrt(<d, d> / h + epsilon) + beta

Each step is a layer of its own, so that each can carry its own quantizer. In the fake-quantized network the sum of squares
is a matrix product, which accumulates in 32 bits: squares stored as int8 would lose every channel but the largest.
All steps compute in float32 whatever the precision policy, as mixed-precision practice has it.
"""

from __future__ import annotations

import math
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.elementwise import InverseRoot, Offset, Rescale


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelMean(keras.layers.Layer):
    """Mean over the last axis: float ``(..., h)`` -> ``(..., 1)``."""

    def call(self, inputs: Any) -> Any:
        return tf.reduce_mean(inputs, axis=-1, keepdims=True)


@keras.utils.register_keras_serializable("tfbert_edge")
class InnerProduct(keras.layers.Layer):
    """Sum of products over the last axis: two float ``(b, n, h)`` -> ``(b, n, 1)``.

    With ``matrix`` as one batched matrix product of rows and columns, the form for integer arithmetic: it has no tensor of
    products to round. In float, multiplying and summing takes half the time.
    """

    def __init__(self, matrix: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.matrix = matrix

    def call(self, inputs: Any) -> Any:
        left, right = inputs
        if not self.matrix:
            return tf.reduce_sum(left * right, axis=-1, keepdims=True)
        product = tf.matmul(tf.expand_dims(left, 2), tf.expand_dims(right, 2), transpose_b=True)
        return tf.squeeze(product, axis=-1)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"matrix": self.matrix}


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelScale(keras.layers.Layer):
    """Multiply by a learned ``gamma`` ``(h,)``: float ``(..., h)`` -> ``(..., h)``."""

    def build(self, input_shape: Any) -> None:
        self.gamma = self.add_weight(name="gamma", shape=(input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        return inputs * self.gamma


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelShift(keras.layers.Layer):
    """Add a learned ``beta`` ``(h,)``: float ``(..., h)`` -> ``(..., h)``."""

    def build(self, input_shape: Any) -> None:
        self.beta = self.add_weight(name="beta", shape=(input_shape[-1],), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        return inputs + self.beta


def layer_norm(inputs: Any, *, epsilon: float, name: str) -> Any:
    """Normalize float ``(b, n, h)`` over its last axis with learned ``gamma`` and ``beta``; returns float32 ``(b, n, h)``."""

    def step(layer: type, suffix: str, **kwargs: Any) -> Any:
        return layer(name=f"{name}.{suffix}", dtype="float32", **kwargs)

    mean = step(ChannelMean, "mean")(inputs)
    centred = step(keras.layers.Subtract, "centre")([inputs, mean])
    squares = step(InnerProduct, "squares")([centred, centred])
    # rsqrt(<d, d> / h + epsilon) = sqrt(h) * rsqrt(<d, d> + h * epsilon)
    channels = int(inputs.shape[-1])
    root = step(InverseRoot, "root")(step(Offset, "epsilon", amount=channels * epsilon)(squares))
    inverse = step(Rescale, "inverse", factor=math.sqrt(channels))(root)
    normal = step(keras.layers.Multiply, "normal")([centred, inverse])
    return step(ChannelShift, "shift")(step(ChannelScale, "scale")(normal))
