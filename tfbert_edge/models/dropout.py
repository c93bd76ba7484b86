"""Dropout whose masks are a function of its name, a seed and a counter, so that a resumed run draws the same ones."""

from __future__ import annotations

import zlib
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models import fused


class CountedDraws(keras.layers.Layer):
    """A layer that draws while it trains, by a stateless generator from (name, seed, replica, counter).

    The counter is a weight, saved and restored with the model.
    """

    def __init__(self, rate: float, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = float(rate)
        self.seed = int(seed)

    def build(self, input_shape: Any) -> None:
        self.counter = self.add_weight(
            name="counter",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        super().build(input_shape)

    def next_seed(self) -> Any:
        """Count one up, and return the seed of this draw, int64 ``(2,)``."""
        context = tf.distribute.get_replica_context()
        replica = (
            tf.cast(context.replica_id_in_sync_group, tf.int64)
            if context is not None
            else tf.constant(0, tf.int64)
        )
        stream = zlib.crc32(f"{self.name}/{self.seed}".encode())
        self.counter.assign_add(1)
        return tf.stack(
            [tf.constant(stream, tf.int64) + replica, tf.cast(self.counter.read_value(), tf.int64)]
        )

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"rate": self.rate, "seed": self.seed}


@keras.utils.register_keras_serializable("tfbert_edge")
class CountedDropout(CountedDraws):
    """Zero each element with probability ``rate`` while training and scale the rest by ``1 / (1 - rate)``.

    Input and output: float ``(...)``.
    """

    def call(self, inputs: Any, training: Any = None) -> Any:
        if self.rate == 0.0 or not training:
            return inputs
        # 16 random bits decide on an element: half the drawing, and the rate is met to 1 in 65,536.
        size = tf.size(inputs)
        words = tf.random.stateless_uniform(
            ((size + 1) // 2,), self.next_seed(), None, None, tf.uint32, alg="philox"
        )
        halves = tf.reshape(tf.bitcast(words, tf.uint16), (-1,))[:size]
        threshold = tf.constant(round(self.rate * 65536), tf.uint16)
        return fused.keep(inputs, halves, threshold, tf.constant(1.0 / (1.0 - self.rate)))


@keras.utils.register_keras_serializable("tfbert_edge")
class LayerDrop(CountedDraws):
    """Skip a transformer layer with probability ``rate`` while training (Fan et al. 2020, "Reducing transformer depth on
    demand with structured dropout", section 3): one draw for the whole batch, and nothing is rescaled.

    Inputs: the layer's input and its output, float ``(b, n, h)`` each; returns one of them. Both are computed.
    """

    def call(self, inputs: Any, training: Any = None) -> Any:
        before, after = inputs
        if self.rate == 0.0 or not training:
            return after
        drawn = tf.random.stateless_uniform((), self.next_seed(), alg="philox")
        return tf.where(drawn < self.rate, before, after)


def without_dropout(model: Any) -> Any:
    """Return a copy of ``model``, weights and all, whose dropout is inert."""

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        return type(layer).from_config(config | {"rate": 0.0} if isinstance(layer, CountedDraws) else config)

    copy = keras.models.clone_model(model, clone_function=clone)
    copy.set_weights(model.get_weights())
    return copy
