"""Weights that were pruned stay pruned while the network learns on (Han et al. 2015, "Learning both weights and connections").

    w <- w * [w_0 != 0]        after each update, with w_0 the weights before training

Exact zeros are what makes the file compress, and symmetric int8 has an exact zero: a weight of 0.0 is the integer 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfbert_edge._keras import tf
from tfbert_edge.compress.kernels import encoder_kernels, word_table
from tfbert_edge.models.embeddings import WORDS


class KeepZeros:
    """The hook that keeps the encoder's kernels and the word table zero where they are now; ``count`` says at how many places.

    Rows of the table that are zero as a whole are no sign of pruning: a checkpoint may have one for [PAD].
    """

    def __init__(self, model: Any) -> None:
        masks = {name: (kernel, kernel.numpy() != 0.0) for name, kernel in encoder_kernels(model).items()}
        table = word_table(model)
        left = table.numpy() != 0.0
        if not left[left.any(axis=1)].all():
            masks[WORDS] = (table, left)
        pruned = {name: pair for name, pair in masks.items() if not pair[1].all()}
        self.count = sum(int((~mask).sum()) for _, mask in pruned.values())
        self.key: Mapping[str, Any] = {"zeros": self.count}
        self._pruned = [(kernel, tf.constant(mask)) for kernel, mask in pruned.values()]
        self._apply = tf.function(self._set_zeros)

    def before_update(self, update: int) -> None:
        """Do nothing."""

    def after_update(self, update: int) -> None:
        """Set to zero what was zero."""
        self._apply()

    def _set_zeros(self) -> None:
        for kernel, mask in self._pruned:
            kernel.assign(tf.where(mask, kernel, tf.zeros_like(kernel)))


def keep_zeros(model: Any) -> list[KeepZeros]:
    """The hooks that keep the pruned weights of ``model``, plain or fake-quantized, at zero; none if it has none."""
    hook = KeepZeros(model)
    return [hook] if hook.count else []
