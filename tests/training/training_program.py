"""A small training that a test can run in its own process, kill, resume, or give to several workers.

Usage: python training_program.py SETTINGS.json, with the arguments of :func:`train` and ``output``, the file
    for the results.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.training.distribution import make_strategy
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.loop import fine_tune, updates_per_epoch
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.schedules import make_schedule


def make_features(count: int, *, seed: int = 1, vocab_size: int = 128) -> Features:
    """Random examples of 4 to 20 pieces whose label says whether piece 7 is among them."""
    random = np.random.default_rng(seed)
    ids = [random.integers(8, vocab_size, random.integers(4, 21)).astype(np.int32) for _ in range(count)]
    labels = random.integers(0, 2, count).astype(np.int32)
    for row, label in zip(ids, labels, strict=True):
        row[1] = 7 if label else row[1]
    return Features(ids, [np.zeros_like(row) for row in ids], labels)


def make_model(*, dropout: float = 0.1, seed: int = 3, **fields: Any) -> Any:
    """A random two-layer BERT with two outputs."""
    keras.utils.set_random_seed(seed)
    rates = dict.fromkeys(("hidden_dropout", "attention_dropout", "classifier_dropout"), dropout)
    return build_model(preset("tiny", **{"max_position_embeddings": 32, **rates, **fields}), num_outputs=2)


def make_twin_model(*, dropout: float = 0.1, **fields: Any) -> Any:
    """The same, whose second layer has the weights of the first."""
    model = make_model(dropout=dropout, **fields)
    for layer in model.layers:
        if layer.name.startswith("layer_1.") and layer.trainable_weights:
            layer.set_weights(model.get_layer(layer.name.replace("layer_1.", "layer_0.")).get_weights())
    return model


def _mirrored_on_two() -> Any:
    """Two replicas in this process: the CPU as two devices."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def train(
    *,
    strategy: str = "auto",
    dropout: float = 0.1,
    examples: int = 46,
    epochs: int = 2,
    accumulate: int = 1,
    folder: str | None = None,
    resume: bool = False,
    kill_at: int | None = None,
    learning_rate: float = 1e-3,
    unfreeze_per_epoch: int = 0,
    adversarial: float = 0.0,
    layer_drop: float = 0.0,
    tied: bool = False,
) -> tuple[Any, list[float], list[dict[str, Any]]]:
    """Train a tiny model; returns it, the loss of each batch, and the history. ``kill_at``: die at this
    batch.
    """
    chosen = _mirrored_on_two() if strategy == "mirrored on two" else make_strategy(strategy)
    losses: list[float] = []

    def on_progress(progress: Any) -> None:
        losses.append(progress.loss)
        if progress.step == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    batches = LengthBucketedBatches(
        make_features(examples), batch_size=8, seed=5, shards=chosen.num_replicas_in_sync
    )
    with chosen.scope():
        make = make_twin_model if tied else make_model
        model = make(dropout=dropout, layer_drop=layer_drop)
        steps = epochs * updates_per_epoch(batches, accumulate)
        schedule = make_schedule("linear", learning_rate=learning_rate, total_steps=steps, warmup_ratio=0.2)
        optimizer = make_optimizer(model, schedule)
    history = fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=batches,
        optimizer=optimizer,
        epochs=epochs,
        accumulate=accumulate,
        adversarial=adversarial,
        ties=tied_variables(model, (0, 0) if tied else None),
        freezing=Freezing(unfreeze_per_epoch=unfreeze_per_epoch),
        strategy=chosen,
        folder=Path(folder) if folder else None,
        resume=resume,
        snapshot_seconds=0.0,
        on_progress=on_progress,
    )
    return model, losses, list(history)


def main() -> None:
    """Train as the file of settings says and write the results."""
    settings = json.loads(Path(sys.argv[1]).read_text())
    output = Path(settings.pop("output"))
    model, losses, _ = train(**settings)
    weights = {f"{i:03d}": variable.numpy() for i, variable in enumerate(model.trainable_variables)}
    np.savez(output, losses=np.array(losses), **weights)


if __name__ == "__main__":
    main()
