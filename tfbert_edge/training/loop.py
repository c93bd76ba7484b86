"""Fine-tuning: epochs of batches of similar length, figures after each, resumable after any update."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.callbacks import BestEpoch, OnProgress, TensorBoard
from tfbert_edge.training.checkpoints import Snapshots
from tfbert_edge.training.distribution import is_chief
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.hooks import StepHook, keys
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW
from tfbert_edge.training.step import TrainStep
from tfbert_edge.training.ties import Ties
from tfbert_edge.training.trainer import Batches, History, Trainer

__all__ = ["Batches", "History", "fine_tune", "updates_per_epoch"]


def updates_per_epoch(batches: Batches, accumulate: int = 1) -> int:
    """Return how often the weights move in an epoch; the last update of an epoch may join fewer batches."""
    return math.ceil(batches.steps_per_epoch / accumulate)


def fine_tune(
    model: Any,
    *,
    loss: Loss,
    batches: Batches,
    optimizer: AdamW,
    epochs: int,
    evaluate: Callable[[Any], Mapping[str, Any]] | None = None,
    metric: str | None = None,
    mode: str = "max",
    patience: int = 0,
    first_best: int = 0,
    accumulate: int = 1,
    adversarial: float = 0.0,
    freezing: Freezing | None = None,
    hooks: Sequence[StepHook] = (),
    ties: Sequence[Sequence[Any]] = (),
    strategy: Any = None,
    folder: Path | None = None,
    resume: bool = False,
    snapshot_seconds: float = 60.0,
    settings: Mapping[str, Any] | None = None,
    tensorboard: Path | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> History:
    """Train ``model`` in place and return its history; with ``evaluate``, the model ends with its best
    epoch's weights.

    Args:
        model: functional, with int32 ``(b, n)`` inputs named as in the batches; built inside
            ``strategy.scope()``.
        loss: ``loss(batch, outputs) -> (b,) float32``, see :mod:`tfbert_edge.training.losses`.
        batches: the training data, with as many shards as the strategy has replicas.
        optimizer: of :func:`tfbert_edge.training.optimizer.make_optimizer`, its schedule counted in updates.
        epochs: how often the data is seen.
        evaluate: the model's figures, measured after each epoch.
        metric: the figure that decides which epoch is best, the highest (``mode`` max) or the lowest (min).
        patience: epochs without a better figure before training ends; 0: never.
        first_best: the first epoch, from 0, that may be the best: a network that is still being pruned is
            better than the one that was asked for. Where none may be, the last epoch's weights stay.
        accumulate: batches that make one update.
        adversarial: train also at the worst change of the word embeddings, of this share of their length, see
            :mod:`tfbert_edge.training.adversarial`; 0: do not.
        freezing: what does not train.
        hooks: what else happens at each update.
        ties: groups of variables that stay equal, see :mod:`tfbert_edge.training.ties`.
        strategy: of :func:`tfbert_edge.training.distribution.make_strategy`.
        folder: where snapshots are written every ``snapshot_seconds`` and after each epoch; None: nowhere.
        resume: continue from the newest snapshot in ``folder``, where there is one; else snapshots there are
            deleted.
        settings: what a resumed training must have in common with the killed one, beside what is known here.
        tensorboard: where scalars are written.
        seed: of TensorFlow's, numpy's and Python's global generators.

    Raises:
        TrainingError: the loss is not finite, the settings contradict each other (tied variables that are frozen in
            part, too), the metric is not measured,
            or the snapshot to resume from is of other settings.
    """
    strategy = strategy or tf.distribute.get_strategy()
    _check(batches, strategy, evaluate, metric, epochs, accumulate)
    keras.utils.set_random_seed(seed)
    known = {
        "epochs": epochs,
        "accumulate": accumulate,
        "adversarial": adversarial,
        "seed": seed,
        "metric": metric,
        "mode": mode,
        "patience": patience,
        "first_best": first_best,
        "freezing": vars(freezing) if freezing else None,
        "hooks": keys(hooks),
        "ties": [len(group) for group in ties],
        "steps_per_epoch": batches.steps_per_epoch,
        "optimizer": optimizer.get_config(),
        "variables": _fingerprint(model),
    }
    tied, freezing = Ties(ties), freezing or Freezing()
    for epoch in range(epochs if len(tied) else 0):
        tied.leaders(freezing.trained_variables(model, epoch))  # refuses what a later epoch would meet
    training = Trainer(
        model=model,
        step=TrainStep(
            model, loss, optimizer, strategy, accumulate=accumulate, adversarial=adversarial, ties=tied
        ),
        batches=batches,
        epochs=epochs,
        evaluate=evaluate,
        best=BestEpoch(metric or "", mode=mode, patience=patience, first=first_best),
        freezing=freezing,
        hooks=hooks,
        snapshots=Snapshots(folder, {**known, **(settings or {})}) if folder else None,
        snapshot_seconds=snapshot_seconds,
        board=TensorBoard(tensorboard) if tensorboard and is_chief(strategy) else None,
        on_progress=on_progress,
    )
    return training.run(resume=resume)


def _check(
    batches: Batches, strategy: Any, evaluate: Any, metric: str | None, epochs: int, accumulate: int
) -> None:
    if epochs < 1 or accumulate < 1:
        raise TrainingError(
            f"epochs and accumulate must be at least 1, were {epochs} and {accumulate}. Raise them."
        )
    if batches.steps_per_epoch < 1:
        raise TrainingError("the training data must make at least one batch, makes none. Check data.train.")
    if evaluate is not None and metric is None:
        raise TrainingError(
            "metric must name the figure that decides which epoch is best, was None. Give one."
        )
    replicas = strategy.num_replicas_in_sync
    shards = getattr(batches, "shards", replicas)
    if shards != replicas:
        raise TrainingError(
            f"batches must have one shard for each of the strategy's {replicas} replicas, have {shards}. "
            "Make them with shards=strategy.num_replicas_in_sync."
        )


def _fingerprint(model: Any) -> str:
    # Without names: Keras numbers some by how many models the process made before.
    shapes = [
        (tuple(variable.shape), variable.dtype.name, variable.trainable) for variable in model.variables
    ]
    return hashlib.sha256(repr(shapes).encode()).hexdigest()
