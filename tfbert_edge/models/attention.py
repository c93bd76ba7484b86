"""Scaled dot-product self-attention (Vaswani et al. 2017, eq. 1) of plain layers.

The mask is an int32 look-up in the table ``[-MASK_PENALTY, 0]``: no cast and no float input, so the graph can be integer to
the last tensor. The penalty is large enough to give a padded key a weight below 1e-12 and small enough for an int8 scale.
"""

from __future__ import annotations

import math
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.elementwise import Rescale

MASK_PENALTY = 30.0


@keras.utils.register_keras_serializable("tfbert_edge")
class MaskBias(keras.layers.Layer):
    """int32 mask ``(b, n)`` of 0 and 1 -> float32 ``(b, 1, 1, n)``: ``-penalty`` where the mask is 0, else 0."""

    def __init__(self, penalty: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.penalty = float(penalty)

    def call(self, inputs: Any) -> Any:
        table = tf.constant([-self.penalty, 0.0], tf.float32)
        bias = tf.gather(table, inputs)
        return tf.expand_dims(tf.expand_dims(bias, 1), 1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        # Keras infers shapes with a float input, which a look-up refuses.
        return tf.TensorShape((input_shape[0], 1, 1, input_shape[1]))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"penalty": self.penalty}


@keras.utils.register_keras_serializable("tfbert_edge")
class SplitHeads(keras.layers.Layer):
    """float ``(b, n, heads * d)`` -> ``(b, heads, n, d)``."""

    def __init__(self, heads: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads

    def call(self, inputs: Any) -> Any:
        batch, length = _batch_and_length(inputs, axis=1)
        split = tf.reshape(inputs, (batch, length, self.heads, inputs.shape[-1] // self.heads))
        return tf.transpose(split, (0, 2, 1, 3))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"heads": self.heads}


@keras.utils.register_keras_serializable("tfbert_edge")
class MergeHeads(keras.layers.Layer):
    """float ``(b, heads, n, d)`` -> ``(b, n, heads * d)``."""

    def call(self, inputs: Any) -> Any:
        batch, length = _batch_and_length(inputs, axis=2)
        return tf.reshape(
            tf.transpose(inputs, (0, 2, 1, 3)), (batch, length, inputs.shape[1] * inputs.shape[3])
        )


@keras.utils.register_keras_serializable("tfbert_edge")
class MatMul(keras.layers.Layer):
    """Batched matrix product of two float tensors ``(b, heads, n, k)`` and ``(b, heads, k, m)`` (or its transpose)."""

    def __init__(self, transpose_b: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.transpose_b = transpose_b

    def call(self, inputs: Any) -> Any:
        return tf.matmul(inputs[0], inputs[1], transpose_b=self.transpose_b)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"transpose_b": self.transpose_b}


def self_attention(
    inputs: Any,
    mask_bias: Any,
    *,
    queries: Any,
    dense: Any,
    dropout: Any,
    heads: int,
    head_size: int,
    name: str,
) -> Any:
    """Attend from ``queries``, float ``(b, m, h)``, over ``inputs``, float ``(b, n, h)``, with bias ``(b, 1, 1, n)``.

    Returns the heads' contexts, float ``(b, m, heads * d)``.

    ``dense(units, name)`` and ``dropout(name)`` make the layers, so that their initializers and rates are the caller's.
    """
    width = heads * head_size
    query = Rescale(1.0 / math.sqrt(head_size), name=f"{name}.rescale")(
        dense(width, f"{name}.query")(queries)
    )
    key = dense(width, f"{name}.key")(inputs)
    value = dense(width, f"{name}.value")(inputs)
    query, key, value = (
        SplitHeads(heads, name=f"{name}.split_{part}")(tensor)
        for part, tensor in (("query", query), ("key", key), ("value", value))
    )
    scores = MatMul(transpose_b=True, name=f"{name}.scores")([query, key])
    masked = keras.layers.Add(name=f"{name}.masked", dtype="float32")([scores, mask_bias])
    weights = keras.layers.Activation("softmax", name=f"{name}.softmax", dtype="float32")(masked)
    context = MatMul(name=f"{name}.context")([dropout(f"{name}.softmax_dropout")(weights), value])
    return MergeHeads(name=f"{name}.merge")(context)


def _batch_and_length(tensor: Any, axis: int) -> tuple[Any, Any]:
    dynamic = tf.shape(tensor)
    batch, length = tensor.shape[0], tensor.shape[axis]
    if batch is None and length is None:
        return dynamic[0], dynamic[axis]
    return (-1, length) if batch is None else (batch, -1 if length is None else length)
