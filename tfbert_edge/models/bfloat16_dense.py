"""A Dense layer whose products are of bfloat16 numbers while it trains, several times as fast where the hardware has them.

bfloat16 holds 8 significant bits, as many as what fake quantization leaves of weights and activations: the product differs
from the float32 one by less than a step of its output. Everything around it stays float32, and so does inference.
"""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf


@keras.utils.register_keras_serializable("tfbert_edge")
class Bfloat16Dense(keras.layers.Dense):
    """``activation(x W + b)``: float32 ``(..., inputs)`` -> float32 ``(..., units)``; with ``training``, in bfloat16."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        if not training:
            return super().call(inputs)
        axis = inputs.shape.rank - 1
        product = tf.tensordot(tf.cast(inputs, tf.bfloat16), tf.cast(self.kernel, tf.bfloat16), [[axis], [0]])
        product.set_shape([*inputs.shape[:-1], self.units])
        return self.activation(tf.nn.bias_add(tf.cast(product, tf.float32), self.bias))
