"""Which weight matrices become int4 under a budget of bytes: the cheapest by sensitivity for each byte saved.

A knapsack by ratio (Dantzig 1957): matrices in the order of ``sensitivity / bytes saved``, until the budget is met; then those
that it does not need go back to int8, the most sensitive first. HAWQ-V2 picks from the Pareto front of size and summed
sensitivity instead, among mixtures in which no layer has fewer bits than one with a smaller mean trace.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tfbert_edge.errors import CompressionError


@dataclass(frozen=True)
class PlannedWeight:
    """One matrix or table: how many weights, at how many bits, and its sensitivity where it might have become int4."""

    name: str
    weights: int
    bits: int
    sensitivity: float | None = None

    @property
    def size_bytes(self) -> int:
        """Of the weights alone, without scales."""
        return self.weights * self.bits // 8

    def as_dict(self) -> dict[str, Any]:
        """The fields and ``size_bytes``, as JSON types."""
        return {**asdict(self), "size_bytes": self.size_bytes}


def weight_counts(model: Any, *, length: int) -> dict[str, int]:
    """Return how many weights each matrix and table has, in the order of the network; of positions, the first ``length``."""
    counts = {}
    for layer in model.layers:
        matrix = getattr(layer, "kernel", None)
        matrix = getattr(layer, "embeddings", None) if matrix is None else matrix
        if matrix is not None:
            rows, columns = (int(size) for size in matrix.shape)
            counts[layer.name] = (
                min(rows, length) if type(layer).__name__ == "PositionEmbedding" else rows
            ) * columns
    return counts


def int4_candidates(model: Any) -> list[str]:
    """Return the layers whose kernel may become int4: the encoder's Dense layers with an even number of inputs.

    Tables stay int8: no runtime looks rows up in an int4 table without float numbers. The head stays int8 too: it is
    small and the answer depends on it directly. With an odd number of inputs a byte would hold values of two channels.
    """
    return [
        layer.name
        for layer in model.layers
        if type(layer).__name__ == "Dense"
        and layer.name.startswith(("layer_", "embeddings."))
        and int(layer.kernel.shape[0]) % 2 == 0
    ]


def bytes_to_save(
    counts: Mapping[str, int], candidates: list[str], *, size_bytes: int | None, int4_share: float | None
) -> int:
    """Return by how many bytes int4 must make the weights smaller than int8 does; one of the two budgets is given.

    Args:
        counts: weights by layer, of :func:`weight_counts`.
        candidates: layers of ``counts`` that may become int4.
        size_bytes: what all matrices and tables may take together.
        int4_share: the least share of the candidates' weights that becomes int4.

    Raises:
        CompressionError: the budget cannot be met, is met without any int4, or there is none.
    """
    most = sum(counts[name] for name in candidates)
    if int4_share is not None:
        return math.ceil(int4_share * most / 2)
    if size_bytes is None:
        raise CompressionError("one of size_bytes and int4_share must be given, neither is. Give one.")
    total = sum(counts.values())
    if size_bytes < total - most // 2:
        raise CompressionError(
            f"size_bytes must be at least {total - most // 2:,}, which the weights take with every matrix of the encoder in "
            f"int4 (the embedding tables and the head stay int8), was {size_bytes:,}. Raise it, or remove more before."
        )
    if size_bytes >= total:
        raise CompressionError(
            f"size_bytes must be below {total:,}, which the weights take in int8, was {size_bytes:,}. "
            "Lower it, or leave mixed_precision out."
        )
    return total - size_bytes


def plan_precision(
    counts: Mapping[str, int], sensitivity: Mapping[str, float], *, save_bytes: int
) -> list[PlannedWeight]:
    """Give 4 bits to as few and as insensitive matrices as save ``save_bytes`` against int8, 8 bits to all else.

    Args:
        counts: weights by layer, of :func:`weight_counts`.
        sensitivity: of each layer that may become int4; their bytes suffice.
        save_bytes: what is to be saved.

    Returns:
        An entry for each of ``counts``, in its order; the same for the same figures.
    """
    order = sorted(sensitivity, key=lambda name: (sensitivity[name] / counts[name], name))
    chosen: list[str] = []
    saved = 0
    for name in order:
        if saved >= save_bytes:
            break
        chosen.append(name)
        saved += counts[name] // 2
    for name in sorted(chosen, key=lambda name: (-sensitivity[name], name)):
        if saved - counts[name] // 2 >= save_bytes:
            chosen.remove(name)
            saved -= counts[name] // 2
    return [
        PlannedWeight(name, weights, 4 if name in chosen else 8, sensitivity.get(name))
        for name, weights in counts.items()
    ]
