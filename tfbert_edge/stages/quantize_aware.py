"""The recipe's step ``quantize_aware``: weights and ranges for the integer-only form, beside the float model."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.atomic import write_json
from tfbert_edge.compress.quantize_aware import QuantizeAwareSettings, quantize_aware
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features
from tfbert_edge.data.replaced import ReplacedPieces
from tfbert_edge.models.dropout import without_dropout
from tfbert_edge.models.ranges import calibrate
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.network import saved_network
from tfbert_edge.stages.prune import save_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL, RANGES, int4_layers
from tfbert_edge.stages.student import SNAPSHOTS, say_metrics, say_zeros, training_figures
from tfbert_edge.stages.texts import with_texts
from tfbert_edge.training.loop import Batches
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.precision import precision, resolve_precision


def quantize_aware_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` with fake quantization.

    Writes ``model`` (a Hugging Face folder) and ``ranges.json`` into ``folder``.

    Returns ``history``, ``figures`` (of the fake-quantized network on the validation set) and ``tokens_per_second``.
    """
    recipe, task = run.recipe, run.data.task
    numbers = resolve_precision(recipe.training.precision)
    with precision(numbers):
        teacher = without_dropout(saved_network(run, source).model)
    # float32: what is rounded to 8 bits, and what ranges are measured on, must not be rounded before. See Bfloat16Dense.
    with precision("float32"):
        network = saved_network(run, source)
        model = without_dropout(network.model)
        train = run.training_features(network.tokenizer)
        validation = run.trial_features(network.tokenizer)
        if step.examples is not None:
            train = calibration_examples(train, step.examples, seed=recipe.seed + 1)
        train = with_texts(run, step, train, network.tokenizer)
        calibration = calibration_examples(train, recipe.data.calibration_examples, seed=recipe.seed)
        ranges = calibrate(model, unpadded(calibration), "percentile", percentile=step.percentile)

        def evaluate(student: Any) -> dict[str, Any]:
            logits = keras.Model(student.inputs, student.outputs[0])
            return say_metrics(run, logits, validation, note=", fake-quantized")

        say_zeros(run, model)
        with run.console.training() as on_progress:
            trained, history = quantize_aware(
                model,
                ranges=ranges,
                batches=_batches(run, step, train, network.tokenizer),
                task_loss=make_loss(task.loss),
                distance=task.distance,
                settings=QuantizeAwareSettings(
                    **step.model_dump(
                        exclude={
                            "method",
                            "examples",
                            "unlabelled",
                            "replace_pieces",
                            "batch_size",
                            "percentile",
                        }
                    )
                ),
                teacher=teacher,
                int4=int4_layers(run),
                precision=numbers,
                layer_groups=network.config.layer_groups,
                evaluate=evaluate,
                metric=task.primary_metric,
                mode="min" if task.primary_metric in task.lower_is_better else "max",
                # Where only the float network teaches, the last is nearest to it; by a metric, noise decides.
                first_best=0 if step.task_weight else step.epochs - 1,
                folder=folder / SNAPSHOTS,
                resume=True,
                snapshot_seconds=recipe.training.checkpoint_seconds,
                seed=recipe.seed,
                on_progress=on_progress,
            )
    save_network(run, dataclasses.replace(network, model=model), folder / MODEL)
    write_json(folder / RANGES, trained)
    shutil.rmtree(folder / SNAPSHOTS, ignore_errors=True)
    return training_figures(history)


def _batches(run: Run, step: Any, train: Features, tokenizer: Tokenizer) -> Batches:
    batches = LengthBucketedBatches(train, batch_size=step.batch_size, seed=run.recipe.seed + 1)
    if not step.replace_pieces:
        return batches
    special = [tokenizer.vocabulary.index(token) for token in tokenizer.settings.special_tokens]
    return ReplacedPieces(batches, share=step.replace_pieces, special=special)


def unpadded(features: Features) -> Iterator[dict[str, np.ndarray]]:
    """Batches of examples of the same length, so that nothing is padded."""
    lengths = features.lengths
    for length in np.unique(lengths):
        yield features.select(np.flatnonzero(lengths == length)).padded(int(length))
