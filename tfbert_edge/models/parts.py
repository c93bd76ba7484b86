"""A smaller network of another's layers, heads and neurons: less to multiply, not zeros in the same matrices."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import build_model, head_outputs

Kept = Sequence[Sequence[int]]
"""For each layer, the places of what stays, rising."""


def keep_parts(
    model: Any,
    config: EncoderConfig,
    *,
    layers: Sequence[int] | None = None,
    heads: Kept | None = None,
    neurons: Kept | None = None,
    head: str = "classification",
    seed: int = 0,
) -> tuple[Any, EncoderConfig]:
    """Build the network anew with the parts that stay, and copy their weights; None keeps all of a kind.

    ``layers`` are places in ``model``, from 0; ``heads`` and ``neurons`` have one entry for each of the model's layers,
    also for those that go. The outputs equal those of ``model`` with the other heads' contexts and the other neurons'
    activations set to zero, and the other layers skipped.

    Raises:
        CompressionError: a place that is not there, is named twice, or a layer left without a head or neuron; or no layer;
            or layers that share weights keep unequal parts.
    """
    layers = list(range(config.num_layers)) if layers is None else list(layers)
    heads = [range(count) for count in config.num_heads] if heads is None else heads
    neurons = [range(count) for count in config.intermediate_sizes] if neurons is None else neurons
    _check("layers", layers, config.num_layers)
    for kind, kept, counts in (
        ("heads", heads, config.num_heads),
        ("neurons", neurons, config.intermediate_sizes),
    ):
        if len(kept) != config.num_layers:
            raise CompressionError(
                f"{kind} must have one entry for each of {config.num_layers} layers, has {len(kept)}."
            )
        for index, (places, count) in enumerate(zip(kept, counts, strict=True)):
            _check(f"{kind} of layer {index}", places, count)
            first = config.layer_groups.index(config.layer_groups[index]) if config.layer_groups else index
            if list(kept[first]) != list(places):
                raise CompressionError(
                    f"layers {first} and {index} share weights and must keep the same {kind}. Prune before sharing."
                )
    groups = config.layer_groups
    smaller = dataclasses.replace(
        config,
        layer_groups=None if groups is None else tuple(groups[layer] for layer in layers),
        num_heads=tuple(len(heads[layer]) for layer in layers),
        intermediate_sizes=tuple(len(neurons[layer]) for layer in layers),
    )
    built = build_model(smaller, head=head, num_outputs=head_outputs(model), seed=seed)
    channels = [_channels(kept, config.head_size) for kept in heads]
    for layer in built.layers:
        if not layer.weights:  # the last layer of all has steps that another one lacks
            continue
        source, part = _source(layer.name, layers)
        weights = model.get_layer(source[1]).get_weights()
        if part in ("attention.query", "attention.key", "attention.value"):
            weights = _columns(weights, channels[source[0]])
        elif part == "attention.output":
            weights = _rows(weights, channels[source[0]])
        elif part == "ffn.intermediate":
            weights = _columns(weights, np.asarray(neurons[source[0]]))
        elif part == "ffn.output":
            weights = _rows(weights, np.asarray(neurons[source[0]]))
        layer.set_weights(weights)
    return built, smaller


def _source(name: str, layers: Sequence[int]) -> tuple[tuple[int, str], str]:
    """The old layer's number and the Keras layer's name in it, and its name inside a layer; -1 and "" outside of layers."""
    if not name.startswith("layer_"):
        return (-1, name), ""
    number, _, part = name.removeprefix("layer_").partition(".")
    old = layers[int(number)]
    return (old, f"layer_{old}.{part}"), part


def _channels(heads: Sequence[int], head_size: int) -> np.ndarray:
    return (np.asarray(heads)[:, np.newaxis] * head_size + np.arange(head_size)).ravel()


def _columns(weights: list[np.ndarray], places: np.ndarray) -> list[np.ndarray]:
    kernel, bias = weights
    return [kernel[:, places], bias[places]]


def _rows(weights: list[np.ndarray], places: np.ndarray) -> list[np.ndarray]:
    kernel, bias = weights
    return [kernel[places], bias]


def _check(what: str, places: Sequence[int], count: int) -> None:
    if not len(places):
        raise CompressionError(f"{what}: at least one of {count} must stay, none does. Remove fewer.")
    if list(places) != sorted(set(places)) or places[0] < 0 or places[-1] >= count:
        raise CompressionError(
            f"{what}: must be rising places from 0 to {count - 1}, are {', '.join(map(str, places))}."
        )
