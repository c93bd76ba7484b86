"""The recipe's step ``distill_progressive``: a network's layers learn one after the other from the fine-tuned one's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import plain, write_arrays
from tfbert_edge.compress.distill_layers import check_heads, layer_map
from tfbert_edge.compress.distill_progressive import (
    ProgressiveSettings,
    layer_training,
    progressive_loss,
    up_to_layer,
    width_projection,
)
from tfbert_edge.compress.keep_zeros import keep_zeros
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.network import saved_network
from tfbert_edge.stages.prune import measured, save_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL
from tfbert_edge.stages.student import SNAPSHOTS, say_zeros, settings_of, trainable_network, training_figures
from tfbert_edge.stages.texts import training_features
from tfbert_edge.training.checkpoints import assign_arrays, read_arrays
from tfbert_edge.training.loop import History, fine_tune, updates_per_epoch
from tfbert_edge.training.precision import precision, resolve_precision
from tfbert_edge.training.schedules import make_schedule

PROGRESS = "progress.npz"


def distill_progressive_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the layers of the model in ``source`` in turn; writes ``model`` into ``folder``, and ``progress.npz`` till then.

    Returns what :func:`train_student` does; a record of ``history`` says which ``layer`` learned, from 0.
    """
    recipe = run.recipe
    student = trainable_network(run, source)
    with precision("float32"):
        before = measured(run, saved_network(run, source))
    teacher = trainable_network(run, run.model_folder)
    layers = transfers(step, student.config, teacher.config)
    run.console.say(f"  the student's layers learn from the teacher's {', '.join(map(str, layers))}")
    say_zeros(run, student.model)
    train = training_features(run, step, student.tokenizer)
    settings = settings_of(ProgressiveSettings, step)
    with precision(resolve_precision(recipe.training.precision)):
        projection = width_projection(student.config.hidden_size, teacher.config.hidden_size)
        parts = [up_to_layer(student.model, layer, projection=projection) for layer in range(len(layers))]
    variables = [*student.model.variables, *(projection.variables if projection else ())]
    history = _progress(folder / PROGRESS, variables)
    batches = LengthBucketedBatches(train, batch_size=step.batch_size, seed=recipe.seed + 3)
    updates = updates_per_epoch(batches) * step.epochs
    for layer in range(len(history) // step.epochs, len(layers)):
        schedule = make_schedule(
            "linear", learning_rate=step.learning_rate, total_steps=updates, warmup_ratio=step.warmup_ratio
        )
        optimizer, freezing = layer_training(
            parts[layer], schedule, layer, lower_rate=step.lower_rate, weight_decay=step.weight_decay
        )
        run.console.say(f"  layer {layer}")
        with run.console.training() as on_progress:
            learned = fine_tune(
                parts[layer],
                loss=progressive_loss(teacher.model, layers[layer], settings=settings),
                batches=batches,
                optimizer=optimizer,
                epochs=step.epochs,
                adversarial=step.adversarial,
                freezing=freezing,
                hooks=keep_zeros(parts[layer]),
                folder=folder / SNAPSHOTS / str(layer),
                resume=True,
                snapshot_seconds=recipe.training.checkpoint_seconds,
                settings={step.method: {**vars(settings), "layers": layers}},
                seed=recipe.seed + layer,
                on_progress=on_progress,
            )
        history += [{**record, "layer": layer} for record in learned]
        _save_progress(folder / PROGRESS, variables, history)
    save_network(run, student, folder / MODEL)
    with precision("float32"):
        after = measured(run, saved_network(run, folder / MODEL))
    shutil.rmtree(folder / SNAPSHOTS, ignore_errors=True)
    (folder / PROGRESS).unlink(missing_ok=True)
    return {"before": before, "after": after, **training_figures(history), "figures": after["metrics"]}


def transfers(step: Any, student: EncoderConfig, teacher: EncoderConfig) -> list[int]:
    """Which layers the step's student learns from; errors as :func:`layer_map` and :func:`check_heads`."""
    if step.attention_weight:
        check_heads(student, teacher)
    return layer_map(step.layer_map, student=student.num_layers, teacher=teacher.num_layers)


def _save_progress(path: Path, variables: list[Any], history: History) -> None:
    arrays = {f"variable_{place:05d}": array for place, array in enumerate(read_arrays(variables))}
    write_arrays(path, {**arrays, "history": np.array(json.dumps(plain(list(history))))})


def _progress(path: Path, variables: list[Any]) -> History:
    """The history of the layers that have learned; ``variables`` are set as they were then."""
    if not path.is_file():
        return History()
    with np.load(path) as stored:
        assign_arrays(variables, [stored[name] for name in sorted(stored.files) if name != "history"])
        return History(json.loads(str(stored["history"])))
