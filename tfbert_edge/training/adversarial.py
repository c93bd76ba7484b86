"""Adversarial training on word embeddings (Miyato et al. 2017, "Adversarial training methods for semi-supervised text
classification", section 3, eq. 3 and 5).

    r = strength * ||s|| * g / ||g||,   g = d loss(s) / d s,   minimized: (loss(s) + loss(s + r)) / 2

``s`` are the word embeddings of one example, all of its real tokens' joined to one vector, and ``r`` is a constant for the
gradient. The paper fixes the length of ``r`` for a table normalized to unit variance; a pretrained table stays as it is here,
so the length is a share of that of ``s``.
Each batch takes two passes forward and backward, each with its own dropout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tfbert_edge._keras import keras, tf

WORDS = "embeddings.word"


class AdversarialGradients:
    """The gradients of a model's loss and of that at its worst small change of the word embeddings."""

    def __init__(self, model: Any, strength: float) -> None:
        """Split the functional ``model`` at its word embeddings; ``strength`` is the change's share of their length."""
        words = model.get_layer(WORDS).output
        self._lower = keras.Model(model.inputs, words, name="words")
        self._upper = keras.Model([words, *model.inputs], model.output, name="after_words")
        self._strength = strength

    def __call__(
        self,
        inputs: Sequence[Any],
        mask: Any,
        loss_sum: Callable[[Any], Any],
        variables: Sequence[Any],
    ) -> tuple[list[Any], Any]:
        """Return the gradients of both losses' mean by ``variables`` (None where there is none), and the unchanged loss.

        Args:
            inputs: the model's, int32 ``(b, n)`` each.
            mask: int32 ``(b, n)``, 1 for real tokens.
            loss_sum: of the model's outputs -> float32 ``()``; each example's loss depends on its own outputs alone.
            variables: what trains.
        """
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            words = self._lower(inputs, training=True)
            tape.watch(words)
            loss = loss_sum(self._upper([words, *inputs], training=True))
        *clean, slope = tape.gradient(loss, [*variables, words])
        change = worst_change(words, slope, mask, self._strength)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(variables)
            words = self._lower(inputs, training=True)
            changed_loss = loss_sum(self._upper([words + change, *inputs], training=True))
        changed = tape.gradient(changed_loss, variables)
        return [_mean(one, other) for one, other in zip(clean, changed, strict=True)], loss


def worst_change(words: Any, slope: Any, mask: Any, strength: float) -> Any:
    """Return ``r``, the formula above: float ``(b, n, h)`` twice, mask ``(b, n)`` -> float32 ``(b, n, h)``, 0 at padding."""
    real = tf.cast(mask, tf.float32)[:, :, tf.newaxis]
    slope = tf.cast(slope, tf.float32) * real

    def length(tensor: Any) -> Any:
        return tf.sqrt(tf.reduce_sum(tf.square(tensor), axis=(1, 2), keepdims=True))

    # An example of weight 0 has no slope, and then no change.
    return tf.stop_gradient(strength * length(words * real) * slope / tf.maximum(length(slope), 1e-30))


def _mean(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return None
    return 0.5 * (tf.convert_to_tensor(one) + tf.convert_to_tensor(other))
