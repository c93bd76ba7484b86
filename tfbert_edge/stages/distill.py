"""The recipe's steps ``distill_outputs`` and ``distill_layers``: the pruned network learns from the fine-tuned one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.atomic import sha256, write_arrays
from tfbert_edge.compress.distill_layers import (
    LayerDistillSettings,
    layer_distillation_loss,
    layer_map,
    student_outputs,
)
from tfbert_edge.compress.distill_outputs import (
    DistillSettings,
    TeacherAnswers,
    output_distillation_loss,
)
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import measured, save_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.loop import fine_tune, updates_per_epoch
from tfbert_edge.training.losses import Loss, make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.precision import precision, resolve_precision
from tfbert_edge.training.schedules import make_schedule

ANSWERS, SNAPSHOTS = "teacher.npz", "snapshots"


def distill_outputs_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on the answers of the fine-tuned one; writes ``teacher.npz``, and as `_train_student`."""
    student = _student(run, source)
    train = run.features(run.data.train, student.tokenizer)
    settings = DistillSettings(
        task_weight=step.task_weight,
        distill_weight=step.distill_weight,
        cosine_weight=step.cosine_weight,
        temperature=step.temperature,
    )
    loss = output_distillation_loss(
        _teacher_answers(run, train, folder),
        make_loss(run.task.loss),
        classification=run.task.output_activation == "softmax",
        settings=settings,
    )
    outputs = [student.model.output, layer_outputs(student.model)[-1]]
    both = keras.Model(student.model.inputs, outputs, name="student")
    return _train_student(run, step, source, folder, student, both, train, loss, vars(settings))


def distill_layers_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on the hidden states of the fine-tuned one; writes as `_train_student`."""
    student = _student(run, source)
    with precision("float32"):
        teacher = saved_network(run, run.model_folder)
    layers = layer_map(step.layer_map, student=student.config.num_layers, teacher=teacher.config.num_layers)
    run.console.say(f"  the student's layers learn from the teacher's {', '.join(map(str, layers))}")
    if step.attention_weight and set(student.config.num_heads) != set(teacher.config.num_heads):
        raise CompressionError(
            "attention_weight compares the heads of student and teacher one by one, but the student has "
            f"{', '.join(map(str, student.config.num_heads))} a layer and the teacher "
            f"{', '.join(map(str, teacher.config.num_heads))}. Set it to 0."
        )
    settings = LayerDistillSettings(
        embedding_weight=step.embedding_weight,
        hidden_weight=step.hidden_weight,
        attention_weight=step.attention_weight,
        distill_weight=step.distill_weight,
        temperature=step.temperature,
    )
    loss = layer_distillation_loss(
        teacher.model,
        layers,
        classification=run.task.output_activation == "softmax",
        settings=settings,
    )
    with precision(resolve_precision(run.recipe.training.precision)):
        both = student_outputs(student.model, teacher_width=teacher.config.hidden_size)
    train = run.features(run.data.train, student.tokenizer)
    return _train_student(
        run, step, source, folder, student, both, train, loss, {**vars(settings), "layers": layers}
    )


def _student(run: Run, source: Path) -> Network:
    with precision(resolve_precision(run.recipe.training.precision)):
        return saved_network(run, source)


def _train_student(
    run: Run,
    step: Any,
    source: Path,
    folder: Path,
    student: Network,
    both: Any,
    train: Features,
    loss: Loss,
    settings: dict[str, Any],
) -> dict[str, Any]:
    """Train ``both``, the student with all outputs that ``loss`` compares; writes ``model`` into ``folder``.

    Returns ``before`` and ``after`` as the pruning steps do, ``history``, ``figures`` (of the weights that were kept) and
    ``tokens_per_second``.
    """
    recipe, task = run.recipe, run.data.task
    validation = run.features(run.data.validation, student.tokenizer)
    with precision("float32"):
        before = measured(run, saved_network(run, source))
    batches = LengthBucketedBatches(train, batch_size=step.batch_size, seed=recipe.seed + 3)
    schedule = make_schedule(
        "linear",
        learning_rate=step.learning_rate,
        total_steps=updates_per_epoch(batches) * step.epochs,
        warmup_ratio=step.warmup_ratio,
    )

    def evaluate(_: Any) -> dict[str, Any]:
        outputs = predict(student.model, validation, batch_size=recipe.data.batch_size)
        metrics = task.metrics(outputs, np.asarray(validation.labels))
        shown = ", ".join(f"{name} {metrics[name]:.4f}" for name in task.metric_names)
        run.console.say(f"  validation: {shown}")
        return metrics

    with run.console.training() as on_progress:
        history = fine_tune(
            both,
            loss=loss,
            batches=batches,
            optimizer=make_optimizer(both, schedule, weight_decay=step.weight_decay),
            epochs=step.epochs,
            evaluate=evaluate,
            metric=task.primary_metric,
            mode="min" if task.primary_metric in task.lower_is_better else "max",
            folder=folder / SNAPSHOTS,
            resume=True,
            snapshot_seconds=recipe.training.checkpoint_seconds,
            settings={step.method: settings},
            seed=recipe.seed,
            on_progress=on_progress,
        )
    save_network(run, student, folder / MODEL)
    shutil.rmtree(folder / SNAPSHOTS, ignore_errors=True)
    best = history.best or history[-1]
    seconds = sum(record["seconds"] for record in history)
    return {
        "before": before,
        "after": {**before, "metrics": best["metrics"]},
        "history": list(history),
        "figures": best["metrics"],
        "seconds": seconds,
        "tokens_per_second": sum(record["tokens"] for record in history) / seconds if seconds else None,
    }


def _teacher_answers(run: Run, train: Features, folder: Path) -> TeacherAnswers:
    """The fine-tuned model's answers to the training examples, from disk where they are of this model and these examples."""
    path = folder / ANSWERS
    fingerprint = f"{sha256(run.model_folder / 'model.safetensors')} {len(train)}"
    if path.is_file():
        with np.load(path) as stored:
            if str(stored["fingerprint"]) == fingerprint:
                return TeacherAnswers(stored["logits"], stored["states"])
    run.console.say(f"  the teacher's answers to {len(train):,} examples")
    with precision("float32"):
        teacher = saved_network(run, run.model_folder)
    answers = TeacherAnswers.of(teacher.model, train, batch_size=run.recipe.data.batch_size)
    write_arrays(
        path, {"logits": answers.logits, "states": answers.states, "fingerprint": np.array(fingerprint)}
    )
    return answers
