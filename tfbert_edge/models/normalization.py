"""LayerNorm (Ba et al. 2016) spelled out in operators that integer runtimes have fast kernels for, RMSNorm and NoNorm.

    LayerNorm   d = x - mean(x),   y = gamma * d * rsqrt(mean(d * d) + epsilon) + beta
    RMSNorm     y = gamma * x * rsqrt(mean(x * x) + epsilon) + beta     (Zhang and Sennrich 2019, eq. 4, without the mean)
    NoNorm      y = gamma * x + beta        (Sun et al. 2020, "MobileBERT", section 3.3)

Each step is a layer of its own, so that each can carry its own quantizer. A square is a product of a tensor with itself:
SQUARED_DIFFERENCE has no fast integer kernel. The variance is a MEAN: LiteRT's reference kernel for an int8 SUM with unequal
scales in and out is wrong by tens of steps, while its MEAN is right.
All steps compute in float32 whatever the precision policy, as mixed-precision practice has it.
"""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.elementwise import InverseRoot, Offset


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelMean(keras.layers.Layer):
    """Mean over the last axis: float ``(..., h)`` -> ``(..., 1)``."""

    def call(self, inputs: Any) -> Any:
        return tf.reduce_mean(inputs, axis=-1, keepdims=True)


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelScale(keras.layers.Layer):
    """Multiply by a learned ``gamma`` ``(h,)``: float ``(..., h)`` -> ``(..., h)``; for ``foldable`` see layer_norm."""

    def __init__(self, foldable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.foldable = foldable

    def build(self, input_shape: Any) -> None:
        self.gamma = self.add_weight(name="gamma", shape=(input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        return inputs * (self.gamma if self.foldable else _like(inputs, self.gamma))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"foldable": self.foldable}


@keras.utils.register_keras_serializable("tfbert_edge")
class ChannelShift(keras.layers.Layer):
    """Add a learned ``beta`` ``(h,)``: float ``(..., h)`` -> ``(..., h)``; for ``foldable`` see layer_norm."""

    def __init__(self, foldable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.foldable = foldable

    def build(self, input_shape: Any) -> None:
        self.beta = self.add_weight(name="beta", shape=(input_shape[-1],), initializer="zeros")
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        return inputs + (self.beta if self.foldable else _like(inputs, self.beta))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"foldable": self.foldable}


def layer_norm(inputs: Any, *, epsilon: float, name: str, foldable: bool = True) -> Any:
    """Normalize float ``(b, n, h)`` over its last axis with learned ``gamma`` and ``beta``; returns float32 ``(b, n, h)``.

    The converter multiplies a float network's gamma into the kernels that read the result. Of kernels that several layers
    share, each would then be another; ``foldable=False`` gives gamma and beta the shape ``(1, 1, h)``, which it leaves alone.
    """

    mean = ChannelMean(name=f"{name}.mean", dtype="float32")(inputs)
    centred = keras.layers.Subtract(name=f"{name}.centre", dtype="float32")([inputs, mean])
    return rms_norm(centred, epsilon=epsilon, name=name, foldable=foldable)


def rms_norm(inputs: Any, *, epsilon: float, name: str, foldable: bool = True) -> Any:
    """Divide float ``(b, n, h)`` by the root of its mean square over the last axis, then scale and shift; returns float32.

    Of what has a mean of 0, it is LayerNorm. ``foldable`` is that of :func:`layer_norm`.
    """

    def step(layer: type, suffix: str, **kwargs: Any) -> Any:
        return layer(name=f"{name}.{suffix}", dtype="float32", **kwargs)

    mean_square = step(ChannelMean, "variance")(step(keras.layers.Multiply, "square")([inputs, inputs]))
    inverse = step(InverseRoot, "inverse")(step(Offset, "epsilon", amount=epsilon)(mean_square))
    normal = step(keras.layers.Multiply, "normal")([inputs, inverse])
    scaled = step(ChannelScale, "scale", foldable=foldable)(normal)
    return step(ChannelShift, "shift", foldable=foldable)(scaled)


def no_norm(inputs: Any, *, epsilon: float, name: str, foldable: bool = True) -> Any:
    """Scale and shift each channel of float ``(b, n, h)`` by learned ``gamma`` and ``beta``; returns float32 ``(b, n, h)``.

    ``epsilon`` has no effect: the two norms are called alike. ``foldable`` is that of :func:`layer_norm`.
    """
    scaled = ChannelScale(name=f"{name}.scale", dtype="float32", foldable=foldable)(inputs)
    return ChannelShift(name=f"{name}.shift", dtype="float32", foldable=foldable)(scaled)


NORMS = {"layer_norm": layer_norm, "rms_norm": rms_norm, "no_norm": no_norm}
"""``config.normalization`` -> what connects one; its last layers are called ``scale`` and ``shift`` in each."""


def _like(inputs: Any, vector: Any) -> Any:
    return tf.reshape(vector, [1] * (len(inputs.shape) - 1) + [-1])
