"""A dense layer that computes with the weights whose scores reach a threshold, and learns the scores by going straight through.

    W' = W * M,  M = 1 where S >= t, else 0,  y = x W' + b
    dL/dW = dL/dW' * M,  dL/dS = dL/dW' * W        (Sanh et al. 2020, "Movement pruning")

A weight that is masked stands still, but its score moves on, and may bring it back.
"""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf


@keras.utils.register_keras_serializable("tfbert_edge")
class MaskedDense(keras.layers.Layer):
    """float ``(..., n)`` -> ``(..., units)``, in the layer's compute type; kernel, scores and threshold are float32.

    The threshold, a scalar that does not train, starts at minus infinity: every weight stays.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = int(units)

    def build(self, input_shape: Any) -> None:
        def weight(name: str, shape: tuple[int, ...], start: float = 0.0, **kwargs: Any) -> Any:
            return self.add_weight(
                name=name, shape=shape, initializer=keras.initializers.Constant(start), **kwargs
            )

        shape = (int(input_shape[-1]), self.units)
        # Scores are compared, and change by less than bfloat16 can tell apart.
        self.kernel = weight("kernel", shape, experimental_autocast=False)
        self.scores = weight("scores", shape, experimental_autocast=False)
        self.threshold = weight("threshold", (), float("-inf"), trainable=False, experimental_autocast=False)
        self.bias = weight("bias", (self.units,))
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        kernel, scores, threshold = (
            tf.convert_to_tensor(one) for one in (self.kernel, self.scores, self.threshold)
        )
        masked = tf.cast(_masked(kernel, scores, threshold), self.compute_dtype)
        return tf.nn.bias_add(tf.tensordot(inputs, masked, 1), self.bias)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"units": self.units}


@tf.autograph.experimental.do_not_convert
@tf.custom_gradient
def _masked(kernel: Any, scores: Any, threshold: Any) -> Any:
    mask = scores >= threshold

    def gradient(upstream: Any) -> Any:
        return tf.where(mask, upstream, 0.0), upstream * kernel, None

    return tf.where(mask, kernel, 0.0), gradient
