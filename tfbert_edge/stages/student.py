"""The training that all steps share in which a student learns from the fine-tuned network."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tfbert_edge.compress.keep_zeros import keep_zeros
from tfbert_edge.compress.kernels import sparsity
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.models.sharing import tied_variables
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import measured, save_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.hooks import StepHook
from tfbert_edge.training.loop import History, fine_tune, updates_per_epoch
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW, make_optimizer
from tfbert_edge.training.precision import precision, resolve_precision
from tfbert_edge.training.schedules import make_schedule

SNAPSHOTS = "snapshots"


def trainable_network(run: Run, source: Path) -> Network:
    """The model in ``source`` in the precision in which the recipe trains."""
    with precision(resolve_precision(run.recipe.training.precision)):
        return saved_network(run, source)


def settings_of(kind: Any, step: Any, **given: Any) -> Any:
    """Return the dataclass ``kind`` with what ``step`` says of its fields, ``given`` first; null leaves a field's default."""
    names = [field.name for field in dataclasses.fields(kind) if field.name not in given]
    said = {name: getattr(step, name) for name in names}
    return kind(**{name: value for name, value in said.items() if value is not None}, **given)


def student_updates(step: Any, train: Features) -> int:
    """How often :func:`train_student` moves the weights in all."""
    return updates_per_epoch(_batches(step, train, seed=0)) * int(step.epochs)


def _batches(step: Any, train: Features, *, seed: int) -> LengthBucketedBatches:
    return LengthBucketedBatches(train, batch_size=step.batch_size, seed=seed)


def train_student(
    run: Run,
    step: Any,
    source: Path,
    folder: Path,
    student: Network,
    both: Any,
    train: Features,
    loss: Loss,
    settings: dict[str, Any],
    *,
    optimizer: Callable[[Any, Any], AdamW] | None = None,
    freezing: Freezing | None = None,
    hooks: Sequence[StepHook] = (),
    first_best: int = 0,
    finish: Callable[[Network], Network] | None = None,
) -> dict[str, Any]:
    """Train ``both``, the student with all outputs that ``loss`` compares; writes ``model`` into ``folder``.

    Pruned weights stay zero, and shared ones equal. ``freezing``, ``hooks`` and ``first_best`` are those of
    :func:`tfbert_edge.training.loop.fine_tune`. ``optimizer(both, schedule)`` makes another one than AdamW at one rate for all.
    ``finish`` turns the trained student into the network to save, such as one without masks, which is loaded and measured.
    Returns ``before`` and ``after`` as the pruning steps do, ``history``, ``figures`` (of the weights that were kept) and
    ``tokens_per_second``.
    """
    recipe, task = run.recipe, run.data.task
    validation = run.trial_features(student.tokenizer)
    with precision("float32"):
        before = measured(run, saved_network(run, source))
    batches = _batches(step, train, seed=recipe.seed + 3)
    schedule = make_schedule(
        "linear",
        learning_rate=step.learning_rate,
        total_steps=student_updates(step, train),
        warmup_ratio=step.warmup_ratio,
    )
    make = optimizer or partial(make_optimizer, weight_decay=step.weight_decay)

    say_zeros(run, student.model)
    with run.console.training() as on_progress:
        history = fine_tune(
            both,
            loss=loss,
            batches=batches,
            optimizer=make(both, schedule),
            epochs=step.epochs,
            adversarial=step.adversarial,
            evaluate=lambda _: say_metrics(run, student.model, validation),
            metric=task.primary_metric,
            mode="min" if task.primary_metric in task.lower_is_better else "max",
            freezing=freezing,
            folder=folder / SNAPSHOTS,
            resume=True,
            snapshot_seconds=recipe.training.checkpoint_seconds,
            settings={step.method: settings},
            seed=recipe.seed,
            hooks=[*hooks, *keep_zeros(student.model)],
            ties=tied_variables(student.model, student.config.layer_groups),
            first_best=first_best,
            on_progress=on_progress,
        )
    save_network(run, finish(student) if finish else student, folder / MODEL)
    figures = training_figures(history)
    after = {**before, "sparsity": sparsity(student.model), "metrics": figures["figures"]}
    if finish is not None:
        with precision("float32"):
            after = measured(run, saved_network(run, folder / MODEL))
        figures["figures"] = after["metrics"]
    shutil.rmtree(folder / SNAPSHOTS, ignore_errors=True)
    return {"before": before, "after": after, **figures}


def say_zeros(run: Run, model: Any) -> None:
    """Say how many weights training keeps at zero, where there are any."""
    for hook in keep_zeros(model):
        run.console.say(
            f"  {hook.count:,} pruned weights stay zero, {sparsity(model):.1%} of the encoder's kernels"
        )


def say_metrics(run: Run, model: Any, validation: Features, *, note: str = "") -> dict[str, Any]:
    """The task's metrics of ``model`` on the validation set; says them."""
    task = run.data.task
    outputs = predict(model, validation, batch_size=run.recipe.data.batch_size)
    metrics = task.metrics(task.activated(outputs), validation.known_truth)
    shown = ", ".join(f"{name} {metrics[name]:.4f}" for name in task.metric_names)
    run.console.say(f"  validation{note}: {shown}")
    return metrics


def training_figures(history: History) -> dict[str, Any]:
    """``history``, ``figures`` of the weights that were kept, ``seconds`` and ``tokens_per_second``."""
    best = history.best or history[-1]
    seconds = sum(record["seconds"] for record in history)
    return {
        "history": list(history),
        "figures": best["metrics"],
        "seconds": seconds,
        "tokens_per_second": sum(record["tokens"] for record in history) / seconds if seconds else None,
    }
