"""Elementwise arithmetic of training that XLA compiles to one loop.

TensorFlow's own kernels go through memory once for each operator, and those for bfloat16 are slow. Compiling takes about
0.1 s for each shape that a training meets. Matrix products stay outside: XLA's are slower than TensorFlow's on CPUs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tfbert_edge._keras import tf


def _fused(function: Callable[..., Any]) -> Any:
    return tf.function(function, jit_compile=True, reduce_retracing=True, autograph=False)


@tf.autograph.experimental.do_not_convert
@tf.custom_gradient
def gelu(inputs: Any) -> Any:
    """``x Phi(x)`` with the standard normal distribution Phi (Hendrycks and Gimpel 2016): float ``(...)``, same shape.

    Computed in float32, in either direction: ``d/dx x Phi(x) = Phi(x) + x phi(x)`` with the density phi.
    """
    return _gelu(inputs), lambda upstream: _gelu_gradient(inputs, upstream)


@tf.autograph.experimental.do_not_convert
@tf.custom_gradient
def keep(inputs: Any, drawn: Any, threshold: Any, scale: Any) -> Any:
    """``inputs * scale`` where ``drawn >= threshold``, else 0: float ``(...)``, as many uint16 ``(n,)``, uint16, float32."""
    return _keep(inputs, drawn, threshold, scale), lambda upstream: (
        _keep(upstream, drawn, threshold, scale),
        None,
        None,
        None,
    )


@_fused
def error_sum(weights: Any, rounded: Any, inputs: Any) -> Any:
    """``sum(weights * (rounded - inputs))``: float32 ``(...)``, three of one shape -> ``()``; without a gradient of its own.

    An input may be infinite where its weight is 0, as ``1 / sqrt(0)`` is, of which a range cuts off almost everything.
    """
    return tf.reduce_sum(tf.math.multiply_no_nan(rounded - inputs, weights))


def _distribution(x: Any) -> Any:
    return 0.5 * (1.0 + tf.math.erf(x * math.sqrt(0.5)))


@_fused
def _gelu(inputs: Any) -> Any:
    x = tf.cast(inputs, tf.float32)
    return tf.cast(x * _distribution(x), inputs.dtype)


@_fused
def _gelu_gradient(inputs: Any, upstream: Any) -> Any:
    x = tf.cast(inputs, tf.float32)
    slope = _distribution(x) + x * tf.exp(-0.5 * tf.square(x)) / math.sqrt(2.0 * math.pi)
    return tf.cast(tf.cast(upstream, tf.float32) * slope, upstream.dtype)


@_fused
def _keep(inputs: Any, drawn: Any, threshold: Any, scale: Any) -> Any:
    kept = tf.reshape(drawn, tf.shape(inputs)) >= threshold
    return tf.where(kept, inputs * tf.cast(scale, inputs.dtype), tf.zeros((), inputs.dtype))
