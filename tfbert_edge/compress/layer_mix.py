"""Learned layer maps (Passban et al. 2021, "ALP-KD: attention-based layer projection for knowledge distillation").

Each of the student's layers learns from a mixture of all of the teacher's instead of one of them:

    c_j = sum_i a_ji H_t,i,    a_j = softmax_i(h_j M h_t,i / sqrt(d))

``h`` are states of [CLS] (the student's projected to the teacher's width d), ``H`` those of all tokens, and ``M``, d x d, is
learned with the student, one for all pairs of layers. Each example has weights of its own. Two things depart from the paper:
the products are divided by sqrt(d) and M begins as the identity, so that training begins with soft weights that prefer alike
layers; and a classifier's last layer, which computes [CLS] alone, is mixed in for the student's last layer alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tfbert_edge._keras import keras, tf


def layer_queries(hidden: Sequence[Any]) -> list[Any]:
    """``h_j M`` of each of the student's layers, Keras tensors float32 ``(b, d)``, from its states ``(b, m, d)``."""
    width = int(hidden[0].shape[-1])
    learned = keras.layers.Dense(
        width, use_bias=False, kernel_initializer="identity", name="distill.layer_map", dtype="float32"
    )
    first = keras.layers.Lambda(lambda states: tf.cast(states[:, 0], tf.float32), dtype="float32")
    return [learned(first(states)) for states in hidden]


def layer_targets(queries: Sequence[Any], hidden: Sequence[Any]) -> list[Any]:
    """``c_j`` for each of the student's queries, float32 ``(b, d)``, from the teacher's states, float32 ``(b, m, d)`` a layer.

    The last query's is ``(b, 1, d)``, of all layers; the others' are of all tokens, and of all layers but the last.
    """
    inner = [mixed_states(query, hidden[:-1]) for query in queries[:-1]]
    return [*inner, mixed_states(queries[-1], [states[:, :1] for states in hidden])]


def mixed_states(query: Any, hidden: Sequence[Any]) -> Any:
    """The mean of ``hidden``, float32 ``(b, m, d)`` a layer, under ``softmax(q . h_i / sqrt(d))`` of their first tokens."""
    states = tf.stack(list(hidden), axis=1)
    scores = tf.einsum("bd,bid->bi", query, states[:, :, 0]) / math.sqrt(states.shape[-1])
    return tf.einsum("bi,bimd->bmd", tf.nn.softmax(scores), states)
