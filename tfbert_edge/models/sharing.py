"""Layers that share weights: one Keras layer a place, of which those of a group are kept equal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tfbert_edge.models.quantization import PREFIX, range_variables

_PLACE = re.compile(rf"^(?:{PREFIX})?layer_(\d+)\.(.+)")


def tied_variables(model: Any, layer_groups: Sequence[int] | None) -> list[list[Any]]:
    """Return the groups of variables that must be equal, in the order of the layers; none where ``layer_groups`` is None.

    ``layer_groups`` has one number for each layer of ``model``, which is plain or fake-quantized: kernels, biases, scales and
    shifts of layers of the same number are tied, ranges of activations are not.
    """
    if layer_groups is None:
        return []
    ranges = {variable.ref() for variable in range_variables(model)}
    found: dict[tuple[int, str, str], list[tuple[int, Any]]] = {}
    for layer in model.layers:
        match = _PLACE.match(layer.name)
        if match is None:
            continue
        place = int(match[1])
        for variable in layer.trainable_variables:
            if variable.ref() not in ranges:
                key = (layer_groups[place], match[2], variable.name.rpartition("/")[2])
                found.setdefault(key, []).append((place, variable))
    ordered = [sorted(members, key=lambda member: member[0]) for members in found.values()]
    return [[variable for _, variable in members] for members in ordered if len(members) > 1]
