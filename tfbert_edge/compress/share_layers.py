"""Layers of a group become one (Lan et al. 2020, "ALBERT", section 3.1; Dehghani et al. 2019, "Universal Transformers").

    theta_l = theta_g(l)        for every layer l of group g

ALBERT shares all of its layers, or groups of them (section 4.5), and trains from scratch; here a trained network's layers are
brought together: the group starts as its first layer (``first``) or as the mean of its layers' weights (``mean``). The
network computes as many layers as before. Later trainings keep a group equal, see :mod:`tfbert_edge.training.ties`, and
the exported file holds its weights once. Activation ranges stay each layer's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import build_model, head_outputs
from tfbert_edge.models.sharing import tied_variables

INITS = ("first", "mean")


def layer_groups(groups: int | Sequence[Sequence[int]], layers: int) -> tuple[int, ...]:
    """Return the number of each layer's group, counted from 0 in the order of the groups.

    Args:
        groups: how many groups of neighbours of equal size, or the layers of each group, from 0.
        layers: how many layers there are.

    Raises:
        CompressionError: the layers do not divide into so many groups, a list does not name each layer once, or no two
            layers would share.
    """
    if isinstance(groups, int):
        if not 1 <= groups < layers or layers % groups:
            raise CompressionError(
                f"groups must be below {layers} and divide the {layers} layers, was {groups}. Or name the layers of each group."
            )
        return tuple(layer * groups // layers for layer in range(layers))
    named = sorted(layer for group in groups for layer in group)
    if named != list(range(layers)) or len(groups) >= layers or not all(groups):
        raise CompressionError(
            f"groups must name each layer from 0 to {layers - 1} once, and at least two in one group, were "
            f"{[list(group) for group in groups]}."
        )
    return tuple(
        next(number for number, group in enumerate(groups) if layer in group) for layer in range(layers)
    )


def share_layers(
    model: Any,
    config: EncoderConfig,
    *,
    groups: int | Sequence[Sequence[int]],
    init: str = "first",
    head: str = "classification",
    seed: int = 0,
) -> tuple[Any, EncoderConfig]:
    """Return a network whose layers of a group have equal weights, and its configuration; ``model`` stays as it is.

    ``groups`` is that of :func:`layer_groups`, ``init`` one of ``INITS``.

    Raises:
        CompressionError: groups that cannot be, an unknown ``init``, layers that share already, or a group whose layers
            have unequal heads or neurons.
    """
    if init not in INITS:
        raise CompressionError(f"init must be one of {', '.join(INITS)}, was '{init}'. Choose one.")
    if config.layer_groups is not None:
        raise CompressionError(
            f"the layers share weights already, in groups {config.layer_groups}: leave share_layers out."
        )
    numbers = layer_groups(groups, config.num_layers)
    _must_be_alike(config, numbers)
    shared = dataclasses.replace(config, layer_groups=numbers)
    built = build_model(shared, head=head, num_outputs=head_outputs(model), seed=seed)
    built.set_weights(model.get_weights())
    values = []
    for members in tied_variables(built, numbers):
        arrays = [variable.numpy() for variable in members]
        value = arrays[0] if init == "first" else np.mean(arrays, axis=0)
        values += [(variable, value) for variable in members]
    keras.backend.batch_set_value(values)
    return built, shared


def _must_be_alike(config: EncoderConfig, numbers: Sequence[int]) -> None:
    for number in set(numbers):
        members = [layer for layer, own in enumerate(numbers) if own == number]
        for what, counts in (("heads", config.num_heads), ("neurons", config.intermediate_sizes)):
            found = [counts[layer] for layer in members]
            if len(set(found)) > 1:
                raise CompressionError(
                    f"layers that share weights must have equally many {what}, but layers {', '.join(map(str, members))} have "
                    f"{', '.join(map(str, found))}. Group layers that are alike, or leave out the step that pruned {what}."
                )
