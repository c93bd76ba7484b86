"""Small elementwise layers with a constant, each one operator, so that each can carry its own quantizer."""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf


@keras.utils.register_keras_serializable("tfbert_edge")
class Rescale(keras.layers.Layer):
    """Multiply float ``(...)`` by a constant ``factor``."""

    def __init__(self, factor: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = float(factor)

    def call(self, inputs: Any) -> Any:
        return inputs * tf.constant(self.factor, inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"factor": self.factor}


@keras.utils.register_keras_serializable("tfbert_edge")
class Offset(keras.layers.Layer):
    """Add a constant ``amount`` to float ``(...)``."""

    def __init__(self, amount: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.amount = float(amount)

    def call(self, inputs: Any) -> Any:
        return inputs + tf.constant(self.amount, inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"amount": self.amount}


@keras.utils.register_keras_serializable("tfbert_edge")
class InverseRoot(keras.layers.Layer):
    """``1 / sqrt(x)`` of float ``(...)``."""

    def call(self, inputs: Any) -> Any:
        return tf.math.rsqrt(inputs)
