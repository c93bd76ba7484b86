"""The recipe's steps ``distill_outputs`` and ``distill_layers``: a smaller network learns from the fine-tuned one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge._keras import keras
from tfbert_edge.compress.distill_layers import (
    LayerDistillSettings,
    check_heads,
    layer_distillation_loss,
    layer_map,
    student_outputs,
)
from tfbert_edge.compress.distill_outputs import DistillSettings, output_distillation_loss
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import settings_of, train_student, trainable_network
from tfbert_edge.stages.teachers import first_best, other_teachers, output_loss, teacher_answers
from tfbert_edge.stages.texts import training_features
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.precision import precision, resolve_precision


def distill_outputs_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on the fine-tuned one's answers; writes as :func:`train_student`."""
    student = trainable_network(run, source)
    train = training_features(run, step, student.tokenizer)
    settings = settings_of(DistillSettings, step)
    answers = None
    if step.distill_weight or step.cosine_weight:
        answers = teacher_answers(run, train, states=step.cosine_weight > 0, others=other_teachers(run, step))
    loss = output_distillation_loss(
        answers,
        make_loss(run.task.loss),
        distance=run.task.distance,
        settings=settings,
    )
    outputs = [student.model.output, layer_outputs(student.model)[-1]]
    both = keras.Model(student.model.inputs, outputs, name="student")
    return train_student(
        run, step, source, folder, student, both, train, loss, vars(settings), first_best=first_best(step)
    )


def distill_layers_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on the hidden states of the fine-tuned one; writes as :func:`train_student`."""
    student = trainable_network(run, source)
    teacher = trainable_network(run, run.model_folder)
    layers = layer_map(step.layer_map, student=student.config.num_layers, teacher=teacher.config.num_layers)
    named = ", ".join(map(str, layers)) or "mixed by learned weights"
    run.console.say(f"  the student's layers learn from the teacher's {named}")
    if step.attention_weight:
        check_heads(student.config, teacher.config)
    settings = settings_of(LayerDistillSettings, step)
    train = training_features(run, step, student.tokenizer)
    loss = layer_distillation_loss(
        teacher.model,
        layers,
        output_loss=output_loss(run, train, settings, others=other_teachers(run, step)),
        settings=settings,
    )
    with precision(resolve_precision(run.recipe.training.precision)):
        both = student_outputs(
            student.model, teacher_width=teacher.config.hidden_size, learned=step.layer_map == "learned"
        )
    given = {**vars(settings), "layers": layers}
    return train_student(
        run, step, source, folder, student, both, train, loss, given, first_best=first_best(step)
    )
