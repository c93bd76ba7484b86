"""The form in which a network is quantized: attention's 1/sqrt(d) is in the query's kernel and bias.

    (x W + b) / sqrt(d) = x (W / sqrt(d)) + b / sqrt(d)

One operator less a layer, and the same numbers. The converter does this to float networks by itself, but not past a fake
quantization. Training other than quantization-aware, and saved weights, know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfbert_edge._keras import keras
from tfbert_edge.models.elementwise import Rescale

QUERY, RESCALE = ".attention.query", ".attention.rescale"


@keras.utils.register_keras_serializable("tfbert_edge")
class Folded(keras.layers.Layer):
    """Stands where a factor was that is in the weights before it now: float ``(...)`` passes, at no operator."""

    def call(self, inputs: Any) -> Any:
        return inputs


def folded(model: Any) -> Any:
    """Return a copy of ``model``, weights and all, whose factors are in the Dense layers before them.

    Layers keep their names; a :class:`Folded` takes the place of each ``Rescale``. A network without one is returned itself.
    """
    factors = rescaled(model)
    if not factors:
        return model

    def clone(layer: Any) -> Any:
        return fold(layer) if isinstance(layer, Rescale) else type(layer).from_config(layer.get_config())

    copy = keras.models.clone_model(model, clone_function=clone)
    copy.set_weights(model.get_weights())
    for name, factor in factors.items():
        layer = copy.get_layer(name)
        layer.set_weights([weight * factor for weight in layer.get_weights()])
    return copy


def fold(layer: Any) -> Folded:
    """Return what takes the place of a ``Rescale`` layer."""
    return Folded(name=layer.name, dtype=layer.get_config()["dtype"])


def rescaled(model: Any) -> dict[str, float]:
    """The Dense layers of ``model`` whose output a ``Rescale`` multiplies, and by what; none where it is folded."""
    return {
        layer.inbound_nodes[0].inbound_layers.name: layer.factor
        for layer in model.layers
        if isinstance(layer, Rescale)
    }


def folded_ranges(ranges: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return ``ranges``, also those of a network that was not folded: its queries get the ranges that they had rescaled."""
    return {
        name: ranges.get(name.removesuffix(QUERY) + RESCALE, interval) if name.endswith(QUERY) else interval
        for name, interval in ranges.items()
        if not name.endswith(RESCALE)
    }
