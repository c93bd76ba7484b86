"""The network as a device calls it: one example, a fixed length, int32 inputs, no dropout."""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import ConversionError

INPUT_NAMES = ("ids", "segment_ids", "mask")
"""In the order of the network's own input_ids, token_type_ids, attention_mask."""

OUTPUT_NAME = "scores"

OUTPUT_ACTIVATIONS = ("softmax", "sigmoid", "linear")


def freeze(model: Any, *, sequence_length: int, output_activation: str) -> Any:
    """Wrap ``model`` for conversion; its weights are shared, not copied.

    The result has int32 inputs ``ids``, ``segment_ids`` and ``mask`` of shape (1, sequence_length), and one
    float32 output ``scores`` of shape (1, outputs): the logits under ``output_activation`` (softmax, sigmoid
    or linear).

    Raises:
        ConversionError: an activation that is not known, a length the position table does not
            reach, or a model with other than three inputs.
    """
    if output_activation not in OUTPUT_ACTIVATIONS:
        raise ConversionError(
            f"output_activation must be one of {', '.join(OUTPUT_ACTIVATIONS)}, it is '{output_activation}'."
        )
    if len(model.inputs) != len(INPUT_NAMES):
        names = ", ".join(tensor.name for tensor in model.inputs)
        raise ConversionError(
            f"the model must have the inputs input_ids, token_type_ids, attention_mask; it has {names}."
        )
    positions = _positions(model, sequence_length)
    if not 1 <= sequence_length <= positions:
        raise ConversionError(
            f"sequence_length must be 1 to {positions}, the rows of the position table; "
            f"it is {sequence_length}. Set export.sequence_length."
        )
    inputs = [
        keras.Input(batch_shape=(1, sequence_length), dtype=tf.int32, name=name) for name in INPUT_NAMES
    ]
    logits = model(inputs, training=False)
    return keras.Model(
        inputs, keras.layers.Activation(output_activation, name=OUTPUT_NAME)(logits), name="frozen"
    )


def _positions(model: Any, otherwise: int) -> int:
    for weight in model.weights:
        if weight.name.startswith("embeddings.position/"):
            return int(weight.shape[0])
    return otherwise
