"""The form in which a network is quantized: what linear layers can take over is in their weights.

Attention's 1/sqrt(d) is in the query's kernel and bias:

    (x W + b) / sqrt(d) = x (W / sqrt(d)) + b / sqrt(d)

A norm's beta is in the biases of what reads it: y = z + beta is multiplied by kernels, and added to a sublayer's output:

    y W + b = z W + (b + beta W),        (u W + b) + y = (u W + (b + beta)) + z

One operator and one rounding less each, and the same numbers. The converter does the first to float networks by itself, but
not past a fake quantization. Training other than quantization-aware, and saved weights, know nothing of it. A beta stays where
layers share their weights, or where something else reads it, as poolings of the last states do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.models.elementwise import Rescale
from tfbert_edge.models.normalization import ChannelShift

QUERY, RESCALE = ".attention.query", ".attention.rescale"

_PASSING = frozenset({"CountedDropout", "FirstToken", "OnlyToken"})
"""Layers that hand on some or all of their only input's rows, each channel in its place."""


@keras.utils.register_keras_serializable("tfbert_edge")
class Folded(keras.layers.Layer):
    """Stands where a factor or a shift was that is in other weights now: float ``(...)`` passes, at no operator."""

    def call(self, inputs: Any) -> Any:
        return inputs


def folded(model: Any) -> Any:
    """Return a copy of ``model``, weights and all, whose factors and shifts are in its Dense layers.

    Layers keep their names; a :class:`Folded` takes the place of each ``Rescale``, and of each ``ChannelShift`` that can be
    had without. A network that has none of these is returned itself.
    """
    factors, shifts = rescaled(model), shifted(model)
    if not factors and not shifts:
        return model

    def clone(layer: Any) -> Any:
        if isinstance(layer, Rescale) or layer.name in shifts:
            return Folded(name=layer.name, dtype=layer.get_config()["dtype"])
        return type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone)
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    for name, (readers, before_sums) in shifts.items():
        (beta,) = model.get_layer(name).get_weights()
        for reader in readers:
            kernel, bias = copy.get_layer(reader).get_weights()
            # float64: the bias of a reader is summed over all channels.
            moved = bias + beta.astype(np.float64) @ kernel
            copy.get_layer(reader).set_weights([kernel, moved.astype(np.float32)])
        for output in before_sums:
            kernel, bias = copy.get_layer(output).get_weights()
            copy.get_layer(output).set_weights([kernel, bias + beta])
    for name, factor in factors.items():
        layer = copy.get_layer(name)
        layer.set_weights([weight * factor for weight in layer.get_weights()])
    return copy


def rescaled(model: Any) -> dict[str, float]:
    """The Dense layers of ``model`` whose output a ``Rescale`` multiplies, and by what; none where it is folded."""
    return {
        layer.inbound_nodes[0].inbound_layers.name: layer.factor
        for layer in model.layers
        if isinstance(layer, Rescale)
    }


def shifted(model: Any) -> dict[str, tuple[list[str], list[str]]]:
    """The ``ChannelShift`` layers of ``model`` that its Dense layers can take over; none where they are folded.

    Of each, the names of the Dense layers that read it, and of those whose output it is added to.
    """
    found = {}
    for layer in model.layers:
        if isinstance(layer, ChannelShift) and layer.foldable:
            taken = _takers(layer, set(model.layers))
            if taken is not None:
                found[layer.name] = taken
    return found


def folded_ranges(ranges: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return ``ranges``, also those of a network that was not folded: its queries get the ranges that they had rescaled."""
    return {
        name: ranges.get(name.removesuffix(QUERY) + RESCALE, interval) if name.endswith(QUERY) else interval
        for name, interval in ranges.items()
        if not name.endswith(RESCALE)
    }


def _takers(shift: Any, layers: set[Any]) -> tuple[list[str], list[str]] | None:
    """What takes over the layer ``shift``, as :func:`shifted` has it; None where a reader cannot."""
    readers: list[str] = []
    before_sums: list[str] = []
    waiting = [shift]
    while waiting:
        current = waiting.pop()
        following = [node.outbound_layer for node in current.outbound_nodes if node.outbound_layer in layers]
        if not following:
            return None  # an output of the network
        for layer in following:
            kind = type(layer).__name__
            if kind in _PASSING:
                waiting.append(layer)
            elif kind == "Dense" and layer.use_bias:
                readers.append(layer.name)
            elif kind == "Add" and (output := _other_input(layer, current)) is not None:
                before_sums.append(output)
            else:
                return None
    return readers, before_sums


def _other_input(total: Any, one: Any) -> str | None:
    """The Dense layer with a bias that ``total`` adds to the output of ``one``; None where it adds something else."""
    others = [layer for layer in total.inbound_nodes[0].inbound_layers if layer is not one]
    if len(others) != 1:
        return None
    layer = others[0]
    while type(layer).__name__ in _PASSING:
        layer = layer.inbound_nodes[0].inbound_layers
    return layer.name if type(layer).__name__ == "Dense" and layer.use_bias else None
