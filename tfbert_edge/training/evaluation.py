"""A model's outputs on a whole set, in the order of its examples."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError

# By model, so that each is traced once. The function must not hold its model, or neither would ever be freed.
_FORWARD: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def forward(model: Any) -> Any:
    """Return ``model`` without dropout as a function of a list of int32 ``(b, n)`` inputs, traced once for
    all shapes.
    """
    if model not in _FORWARD:
        reference: Any = weakref.ref(model)
        signature = [[tf.TensorSpec((None, None), tf.int32) for _ in model.input_names]]
        _FORWARD[model] = tf.function(
            lambda inputs: reference()(inputs, training=False), input_signature=signature, autograph=False
        )
    return _FORWARD[model]


def predict(model: Any, features: Any, *, batch_size: int = 64, length: int | None = None) -> np.ndarray:
    """Return the model's outputs on ``features`` (:class:`tfbert_edge.data.features.Features`), float32 ``(R, K)``, or ``(R,
    length, K)`` where it says something of each token, with zeros at padding.

    Batches hold rows of similar length; row i of the result belongs to row i of ``features``. ``length`` is by default that
    of the longest row.

    Raises:
        TrainingError: there are no examples.
    """
    from tfbert_edge.data.batching import evaluation_batches

    run = forward(model)
    outputs: np.ndarray | None = None
    for indices, batch in evaluation_batches(features, batch_size=batch_size):
        rows = run([tf.convert_to_tensor(batch[name]) for name in model.input_names]).numpy()
        per_piece = rows.ndim == 3
        if outputs is None:
            shape = (length or int(features.lengths.max()), rows.shape[-1]) if per_piece else rows.shape[1:]
            outputs = np.zeros((len(features.input_ids), *shape), np.float32)
        if per_piece:
            outputs[indices, : rows.shape[1]] = rows * batch["attention_mask"][:, :, None]
        else:
            outputs[indices] = rows[: len(indices)]
    if outputs is None:
        raise TrainingError(
            "the set to evaluate on must hold at least one example, holds none. Check data.validation."
        )
    return outputs
