"""The network as a device calls it: one example, a fixed length, int32 inputs, no dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.heads import output_tensors

INPUT_NAMES = ("ids", "segment_ids", "mask")
"""In the order of the network's own input_ids, token_type_ids, attention_mask."""

OUTPUT_NAMES = ("scores",)
"""Of a network with one output tensor."""

OUTPUT_ACTIVATIONS = ("softmax", "sigmoid", "linear")


def freeze(
    model: Any,
    *,
    sequence_length: int,
    output_activation: str,
    output_names: Sequence[str] = OUTPUT_NAMES,
) -> Any:
    """Wrap ``model`` for conversion; its weights are shared, not copied.

    The result has int32 inputs ``ids``, ``segment_ids`` and ``mask`` of shape (1, sequence_length), and float32 outputs
    called ``output_names``: the logits under ``output_activation`` (softmax, sigmoid or linear). What is said of the whole
    text is (1, k); of each token (1, sequence_length, k), or (1, sequence_length) where k is 1.

    Raises:
        ConversionError: an activation that is not known, a length the position table does not
            reach, or a model with other than three inputs or another number of outputs.
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
    tensors = output_tensors(model)
    if len(tensors) != len(output_names):
        raise ConversionError(
            f"the model has {len(tensors)} outputs, but output_names has {len(output_names)}: {', '.join(output_names)}."
        )
    if len(tensors) > 1:
        model = keras.Model(model.inputs, tensors)
    found = model(inputs, training=False)
    logits = found if len(tensors) > 1 else [found]
    outputs = [
        keras.layers.Activation(output_activation, name=name)(_without_ones(tensor))
        for name, tensor in zip(output_names, logits, strict=True)
    ]
    return keras.Model(inputs, outputs, name="frozen")


def _without_ones(tensor: Any) -> Any:
    """(1, n, 1) and (1, 1, k) -> (1, n) and (1, k); others as they are."""
    if len(tensor.shape) == 3 and 1 in tensor.shape[1:]:
        return keras.layers.Reshape((int(tensor.shape[1] * tensor.shape[2]),))(tensor)
    return tensor


def _positions(model: Any, otherwise: int) -> int:
    for weight in model.weights:
        if weight.name.startswith("embeddings.position/"):
            return int(weight.shape[0])
    return otherwise
