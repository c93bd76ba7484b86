"""A Dense layer whose products are of bfloat16 numbers while it trains, faster where the hardware has them.

bfloat16 holds 8 significant bits, about what fake quantization leaves of weights and activations. Everything around the
product stays float32, and so does inference.
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
        outputs = tf.cast(product, tf.float32)
        return self.activation(tf.nn.bias_add(outputs, self.bias) if self.use_bias else outputs)
