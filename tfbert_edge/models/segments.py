"""A network with more types of segments than its checkpoint has."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import SEGMENTS
from tfbert_edge.models.heads import build_model, head_outputs


def more_segments(
    model: Any, config: EncoderConfig, types: int, *, head: str = "classification", seed: int = 0
) -> tuple[Any, EncoderConfig]:
    """Build the network anew with a segment embedding of ``types`` rows; copy the rest.

    A new row i is that of ``i % type_vocab_size`` and, drawn with ``seed``, normal values of standard deviation
    ``initializer_range``: rows that began alike would hardly learn to differ. A network that has as many is returned as it is.

    Raises:
        CheckpointError: it has no segment embeddings, more of them than ``types``, or a number that does not divide ``types``.
    """
    has = config.type_vocab_size
    if has == types:
        return model, config
    if not has or types % has:
        raise CheckpointError(
            f"the checkpoint must have {types} types of segments, or a number that divides that, it has {has}. "
            "Start from another, or leave out task.frequency_levels."
        )
    changed_config = dataclasses.replace(config, type_vocab_size=types)
    changed = build_model(changed_config, head=head, num_outputs=head_outputs(model), seed=seed)
    for layer in changed.layers:
        weights = model.get_layer(layer.name).get_weights()
        if layer.name == SEGMENTS:
            rows = np.tile(weights[0], (types // has, 1))
            drawn = np.random.default_rng(seed).normal(0.0, config.initializer_range, rows.shape)
            drawn[:has] = 0.0
            weights = [rows + drawn.astype(np.float32)]
        layer.set_weights(weights)
    return changed, changed_config
