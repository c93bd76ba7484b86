"""Movement pruning (Sanh, Wolf and Rush 2020, "Movement pruning: adaptive sparsity by fine-tuning").

Each weight of the encoder's kernels has a score S that learns beside it, see :mod:`tfbert_edge.compress.masked_dense`: the
weights stay that move away from zero in training, not those that are far from it. Masks are

    hard:  M = Top_v(S), in each kernel the share v of the highest scores,
    soft:  M = (sigmoid(S) >= t), and lambda * mean(sigmoid(S)) is added to the loss.

With p = (u - begin) / (end - begin) at update u, held in [0, 1], the way to the final level is Zhu and Gupta's (2017)

    c = 1 - (1 - p)^3,  v = 1 - c (1 - remaining),  t = c * threshold,  lambda = c * penalty

so everything stays until ``begin``, and the network recovers at the final level from ``end`` on. Soft masks may leave
a share too:

    soft, v:  M = Top_v(S) over all kernels together, lambda = penalty from the first update on

In the paper this happens as the pretrained network is fine-tuned, and embeddings do not train. It departs from the paper in
four things: soft masks of a share are not in it; the penalty is the mean over all weights of all kernels, where the paper has
the sum, so that it does not depend on the network's size; the soft threshold is one of sigmoid(S), as in the authors' code,
where the paper has S; and v is met exactly at the end, equal scores being told apart by the weights' magnitudes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.kernels import encoder_kernels
from tfbert_edge.compress.masked_dense import MaskedDense
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.quantization import copy_weights
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW


@dataclass(frozen=True)
class MovementSettings:
    """How much stays: ``remaining`` with ``masking`` hard; with soft ``penalty`` and ``threshold`` decide, or ``penalty`` what
    stays and ``remaining`` how much.

    ``begin_ratio`` and ``end_ratio`` are shares of all updates; where a share stays, masks are chosen anew every ``frequency``
    updates.
    """

    masking: str = "hard"
    remaining: float | None = None
    penalty: float | None = None
    threshold: float = 0.1
    begin_ratio: float = 0.1
    end_ratio: float = 0.8
    frequency: int = 10
    score_learning_rate: float = 1e-2


def masked_network(model: Any) -> Any:
    """Return a copy of ``model``, weights and all, whose encoder kernels have masks that let everything stay."""

    kernels = encoder_kernels(model)

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if layer.name in kernels:
            return MaskedDense(config["units"], name=layer.name, dtype=config["dtype"])
        return type(layer).from_config(config)

    masked = keras.models.clone_model(model, clone_function=clone)
    copy_weights(model, masked)
    return masked


class MovementMasks:
    """The masks of a network of :func:`masked_network` over its training: a hook of the training loop."""

    def __init__(self, model: Any, settings: MovementSettings, *, updates: int) -> None:
        """``updates`` is how many there are in all.

        Raises:
            CompressionError: the settings lack what their masking needs, or begin after they end.
        """
        _check(settings)
        self.model, self.settings = model, settings
        self.begin = round(settings.begin_ratio * updates)
        # At least one update trains at the final level.
        self.end = min(round(settings.end_ratio * updates), updates - 1)
        self.key: Mapping[str, Any] = {**vars(settings), "updates": updates}
        self.layers = [layer for layer in model.layers if isinstance(layer, MaskedDense)]
        self._lambda = tf.Variable(0.0, trainable=False)

    def progress(self, update: int) -> float:
        """The share ``c`` of the way to the final level at ``update``, counted from 0."""
        if update >= self.end:
            return 1.0
        if update <= self.begin:
            return 0.0
        return 1.0 - (1.0 - (update - self.begin) / (self.end - self.begin)) ** 3

    def first_best(self, updates_per_epoch: int) -> int:
        """The first epoch, from 0, that ends at the final level."""
        return self.end // updates_per_epoch

    def before_update(self, update: int) -> None:
        """Set the thresholds, and lambda, of ``update``."""
        done, remaining = self.progress(update), self.settings.remaining
        if self.settings.masking == "soft":
            self._lambda.assign((done if remaining is None else 1.0) * float(self.settings.penalty or 0.0))
        if remaining is None:
            threshold = _logit(done * self.settings.threshold)
            for layer in self.layers:
                layer.threshold.assign(threshold)
        elif done and (update % self.settings.frequency == 0 or update == self.end):
            share = 1.0 - done * (1.0 - remaining)
            for layers in self._ranked():
                scores = np.concatenate([layer.scores.numpy().ravel() for layer in layers])
                place = scores.size - _count(share, scores.size)
                threshold = np.partition(scores, place)[place]
                for layer in layers:
                    layer.threshold.assign(threshold)

    def after_update(self, update: int) -> None:
        """Do nothing: scores and weights move by their gradients alone."""

    def penalized(self, loss: Loss) -> Loss:
        """Return ``loss`` with ``lambda * mean(sigmoid(S))`` added to each example's."""
        if self.settings.masking == "hard":
            return loss
        weights = sum(layer.scores.shape.num_elements() for layer in self.layers)

        def penalized(batch: Mapping[str, Any], outputs: Any) -> Any:
            total = tf.add_n([tf.reduce_sum(tf.sigmoid(layer.scores)) for layer in self.layers])
            return loss(batch, outputs) + self._lambda * total / weights

        return penalized

    def optimizer(self, schedule: Any, *, learning_rate: float, weight_decay: float) -> AdamW:
        """Return AdamW whose scores learn at ``score_learning_rate`` where weights learn at ``learning_rate``."""
        optimizer = AdamW(schedule, max_gradient_norm=1.0, weight_decay=weight_decay, epsilon=1e-8)
        scores = {layer.scores.ref() for layer in self.layers}
        faster = self.settings.score_learning_rate / learning_rate
        variables = self.model.trainable_variables
        optimizer.build_for(variables, [faster if one.ref() in scores else 1.0 for one in variables])
        return optimizer

    def finish(self, plain: Any) -> None:
        """Put the weights into ``plain``, the network that was copied, with exact zeros where the masks are 0."""
        copy_weights(self.model, plain)
        for layers in self._ranked():
            kernels = [layer.kernel.numpy() for layer in layers]
            scores = [layer.scores.numpy() for layer in layers]
            if self.settings.remaining is None:
                masks = [some >= layer.threshold.numpy() for some, layer in zip(scores, layers, strict=True)]
            else:
                masks = top_share(scores, [np.abs(kernel) for kernel in kernels], self.settings.remaining)
            for layer, kernel, mask in zip(layers, kernels, masks, strict=True):
                plain.get_layer(layer.name).kernel.assign(np.where(mask, kernel, np.float32(0)))

    def _ranked(self) -> list[list[MaskedDense]]:
        """The layers whose scores are ranked together: each alone with hard masks, all with soft ones."""
        return [self.layers] if self.settings.masking == "soft" else [[layer] for layer in self.layers]


def top_share(scores: Sequence[np.ndarray], ties: Sequence[np.ndarray], share: float) -> list[np.ndarray]:
    """Return where the ``round(share * n)`` highest of all ``scores`` are, the higher of ``ties`` first among equal ones.

    At least one is chosen. Scores and ties: float arrays, in pairs of one shape, which the boolean results have.
    """
    flat, second = (np.concatenate([one.ravel() for one in arrays]) for arrays in (scores, ties))
    mask = np.zeros(flat.size, bool)
    mask[np.lexsort((second, flat))[flat.size - _count(share, flat.size) :]] = True
    parts = np.split(mask, np.cumsum([one.size for one in scores])[:-1])
    return [part.reshape(one.shape) for part, one in zip(parts, scores, strict=True)]


def remaining_weights(model: Any) -> dict[str, float]:
    """Return the share of weights that are not zero: ``overall``, and in each kind of kernel (``attention.query``, ...)."""
    counts: dict[str, tuple[int, int]] = {}
    for name, variable in encoder_kernels(model).items():
        kind, kernel = name.split(".", 1)[1], variable.numpy()
        stays, size = counts.get(kind, (0, 0))
        counts[kind] = (stays + int(np.count_nonzero(kernel)), size + kernel.size)
    kept, size = (sum(column) for column in zip(*counts.values(), strict=True))
    return {"overall": kept / size, **{kind: stays / of for kind, (stays, of) in counts.items()}}


def emptied_kernels(model: Any) -> list[str]:
    """Return the names of the kernels that have no weight left, as one threshold for all may leave them."""
    return [name for name, variable in encoder_kernels(model).items() if not np.any(variable.numpy())]


def _count(share: float, size: int) -> int:
    return max(1, round(share * size))


def _logit(probability: float) -> float:
    return math.log(probability / (1.0 - probability)) if probability > 0.0 else -math.inf


def _check(settings: MovementSettings) -> None:
    needed = "remaining" if settings.masking == "hard" else "penalty"
    if getattr(settings, needed) is None:
        raise CompressionError(f"masking {settings.masking} needs {needed}, was None. Give it.")
    if settings.begin_ratio >= settings.end_ratio:
        raise CompressionError(
            f"begin_ratio must be below end_ratio, {settings.end_ratio}, was {settings.begin_ratio}. Lower it."
        )
