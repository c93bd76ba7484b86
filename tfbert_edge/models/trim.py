"""A network with fewer word pieces: the embedding keeps the rows that a task's texts use."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import build_model, head_outputs

WORD_EMBEDDING = "embeddings.word"


def trim_embeddings(
    model: Any, config: EncoderConfig, kept_ids: np.ndarray, *, head: str = "classification", seed: int = 0
) -> tuple[Any, EncoderConfig]:
    """Build the network anew with row i of the word embedding taken from row ``kept_ids[i]``; copy the rest.

    ``kept_ids``: integers (k,), distinct ids of the model's vocabulary. Returns the new model and its
    configuration (vocab_size k, pad_token_id moved with its row). On texts made of kept pieces the outputs
    equal those of ``model``.

    Raises:
        CheckpointError: ids out of range or repeated, or the padding id is not among them.
    """
    kept_ids = np.asarray(kept_ids)
    if kept_ids.ndim != 1 or not np.issubdtype(kept_ids.dtype, np.integer):
        raise CheckpointError(
            f"kept_ids must be a list of ids, it is {kept_ids.dtype} of shape {kept_ids.shape}."
        )
    if np.unique(kept_ids).size != kept_ids.size:
        raise CheckpointError(
            f"kept_ids must be distinct, {kept_ids.size - np.unique(kept_ids).size} are repeated."
        )
    if kept_ids.size == 0 or kept_ids.min() < 0 or kept_ids.max() >= config.vocab_size:
        raise CheckpointError(
            f"kept_ids must be ids from 0 to {config.vocab_size - 1}, the rows of {WORD_EMBEDDING}."
        )
    if config.pad_token_id not in kept_ids:
        raise CheckpointError(f"kept_ids must hold the padding id {config.pad_token_id}, it does not.")
    padding = int(np.flatnonzero(kept_ids == config.pad_token_id)[0])
    trimmed_config = dataclasses.replace(config, vocab_size=int(kept_ids.size), pad_token_id=padding)
    trimmed = build_model(trimmed_config, head=head, num_outputs=head_outputs(model), seed=seed)
    for layer in trimmed.layers:
        weights = model.get_layer(layer.name).get_weights()
        layer.set_weights([weights[0][kept_ids]] if layer.name == WORD_EMBEDDING else weights)
    return trimmed, trimmed_config
