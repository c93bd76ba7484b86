"""A network with other word pieces: the embedding keeps the rows of some, and makes those of new ones from theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import WORDS
from tfbert_edge.models.heads import build_model, head_outputs


def change_vocabulary(
    model: Any,
    config: EncoderConfig,
    rows: Sequence[tuple[int, ...]],
    *,
    head: str = "classification",
    seed: int = 0,
) -> tuple[Any, EncoderConfig]:
    """Build the network anew with row i of the word embedding the mean of the rows ``rows[i]``; copy the rest.

    ``rows``: for each new id, ids of the model's vocabulary: one where its piece is kept, several for the pieces that spelled
    a new one. Returns the new model and its configuration (vocab_size ``len(rows)``, pad_token_id moved with its row). On
    texts made of kept pieces the outputs equal those of ``model``.

    Raises:
        CheckpointError: ids out of range, a row of none, one row kept twice, or that of the padding id not kept.
    """
    kept = [one[0] for one in rows if len(one) == 1]
    if len(set(kept)) != len(kept):
        raise CheckpointError(
            f"rows that are kept must be distinct, {len(kept) - len(set(kept))} are repeated."
        )
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    ids = np.fromiter((at for one in rows for at in one), np.int64, int(lengths.sum()))
    if not len(rows) or lengths.min() == 0 or ids.min() < 0 or ids.max() >= config.vocab_size:
        raise CheckpointError(
            f"each of rows must be of ids from 0 to {config.vocab_size - 1}, the rows of {WORDS}."
        )
    if config.pad_token_id not in kept:
        raise CheckpointError(f"rows must keep that of the padding id {config.pad_token_id}, they do not.")
    padding = [tuple(one) for one in rows].index((config.pad_token_id,))
    changed_config = dataclasses.replace(config, vocab_size=len(rows), pad_token_id=padding)
    changed = build_model(changed_config, head=head, num_outputs=head_outputs(model), seed=seed)
    starts = np.cumsum(lengths) - lengths
    for layer in changed.layers:
        weights = model.get_layer(layer.name).get_weights()
        if layer.name == WORDS:
            weights = [np.add.reduceat(weights[0][ids], starts) / lengths[:, np.newaxis].astype(np.float32)]
        layer.set_weights(weights)
    return changed, changed_config
