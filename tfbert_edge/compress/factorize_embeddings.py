"""Factorised word embeddings (Lan et al. 2020, "ALBERT", section 3.1), here of a trained table.

    E (V, h)  ~  A (V, k) B (k, h),   B = V_k^T,   A = E V_k,   min_B sum_i w_i ||E_i - A_i B||^2

``V_k`` are the first k right singular vectors of ``diag(sqrt(w)) E``, so the weighted squared error is the sum of the squares
of its other singular values (Eckart and Young 1936). With ``w_i`` one more than how often piece i is in the training texts,
the table is nearest where it is read. The rows of A are projections, so a piece that never occurs has one too.

ALBERT normalizes the narrow sum of words, positions and segments and projects it afterwards, as ELECTRA does, which a
trained network's LayerNorm cannot be moved behind. The matrix stands here between the word table and the sum: at full rank the
network is the same, and below it a short distillation repairs what is lost.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import EXPANSION, WORDS
from tfbert_edge.models.heads import build_model, head_outputs


def factorize_embeddings(
    model: Any,
    config: EncoderConfig,
    *,
    size: int,
    weights: np.ndarray | None = None,
    head: str = "classification",
    seed: int = 0,
) -> tuple[Any, EncoderConfig]:
    """Return a network whose word table has the width ``size``, and its configuration; ``model`` stays as it is.

    ``weights`` ``(V,)`` says how much each word piece's row counts; None: all the same.

    Raises:
        CompressionError: ``size`` is not below the width of the embeddings, or the table is factorised already.
    """
    if config.embedding_rank is not None:
        raise CompressionError(
            f"the word table is factorised already, with size {config.embedding_rank}: leave factorize_embeddings out."
        )
    if not 1 <= size < config.embedding_size:
        raise CompressionError(
            f"size must be from 1 to {config.embedding_size - 1}, below the width of the embeddings, was {size}."
        )
    narrow = dataclasses.replace(config, embedding_rank=size)
    built = build_model(narrow, head=head, num_outputs=head_outputs(model), seed=seed)
    table, matrix = factorize(model.get_layer(WORDS).get_weights()[0], size, weights=weights)
    own = {WORDS: [table], EXPANSION: [matrix]}
    for layer in built.layers:
        layer.set_weights(own[layer.name] if layer.name in own else model.get_layer(layer.name).get_weights())
    return built, narrow


def factorize(
    table: np.ndarray, size: int, *, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return float32 ``(V, size)`` and ``(size, h)`` whose product is the nearest to ``table`` ``(V, h)`` of that rank.

    ``weights`` ``(V,)``, not negative, are those of the rows' squared errors; None: all count the same.
    """
    values = np.asarray(table, np.float64)
    weighted = values if weights is None else values * np.asarray(weights, np.float64)[:, np.newaxis]
    # Of this (h, h) the eigenvectors are the weighted table's right singular vectors, the greatest value last.
    _, vectors = np.linalg.eigh(values.T @ weighted)
    matrix = vectors[:, : -size - 1 : -1].T
    return (values @ matrix.T).astype(np.float32), matrix.astype(np.float32)
