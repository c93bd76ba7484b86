"""Iterative magnitude pruning with rewinding (Chen et al. 2020, "The lottery ticket hypothesis for pre-trained BERT networks").

    m_0 = 1;   m_r = m_(r-1) without the weights of least |train(w_0 * m_(r-1))|, such that a share s r / R is gone

``w_0`` are the pretrained weights, the new head's among them. In each of R rounds the network trains on the task to the end,
the weights that are least then go, wherever in the encoder they are, and all others go back to what they were before it.
What is left, ``w_0 * m_R``, is the ticket; a last training makes a model of it. The paper removes a tenth of all weights in a
round. It prunes BERT's pooler as well, which belongs to the head here and stays whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tfbert_edge.compress.kernels import encoder_kernels

Masks = Mapping[str, np.ndarray]
"""For each of the encoder's kernels, by layer name, which weights are left: bool, of the kernel's shape."""


def find_ticket(
    model: Any,
    *,
    sparsity: float,
    rounds: int,
    train: Callable[[int], None],
    stored: Callable[[int], Masks | None],
    store: Callable[[int, Masks], None],
) -> None:
    """Find the ticket in ``model``, which holds the weights to rewind to, and leave it there.

    Args:
        model: the pretrained network; changed in place.
        sparsity: in (0, 1), the share of the encoder's kernels that is gone in the end, all together.
        rounds: in how many steps of equal size.
        train: ``train(round)`` trains ``model`` from its present weights, whose zeros stay; rounds count from 1.
        stored: returns what an earlier process stored for a round, or None; that round is not run again.
        store: takes the masks after each round.
    """
    initial = model.get_weights()
    masks: Masks = {name: np.ones(kernel.shape, bool) for name, kernel in encoder_kernels(model).items()}
    for number in range(1, rounds + 1):
        found = stored(number)
        if found is None:
            _rewind(model, initial, masks)
            train(number)
            trained = {name: kernel.numpy() for name, kernel in encoder_kernels(model).items()}
            found = prune_globally(trained, masks, sparsity * number / rounds)
            store(number, found)
        masks = found
    _rewind(model, initial, masks)


def prune_globally(kernels: Mapping[str, np.ndarray], masks: Masks, sparsity: float) -> Masks:
    """Return ``masks`` without the weights of least magnitude, such that a share ``sparsity`` of all kernels' is gone."""
    # What has gone stays gone: it comes before every magnitude.
    ranks = [np.where(masks[name], np.abs(kernel), -1.0).ravel() for name, kernel in kernels.items()]
    flat = np.concatenate(ranks)
    left = np.ones(flat.size, bool)
    left[np.argsort(flat, kind="stable")[: round(sparsity * flat.size)]] = False
    ends = np.cumsum([rank.size for rank in ranks])[:-1]
    parts = np.split(left, ends)
    return {
        name: part.reshape(kernel.shape) for (name, kernel), part in zip(kernels.items(), parts, strict=True)
    }


def _rewind(model: Any, initial: list[np.ndarray], masks: Masks) -> None:
    model.set_weights(initial)
    for name, kernel in encoder_kernels(model).items():
        kernel.assign(np.where(masks[name], kernel.numpy(), 0.0))
