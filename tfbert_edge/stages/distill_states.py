"""The recipe's steps ``distill_patient`` and ``distill_relations``: a network learns states inside the fine-tuned one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge._keras import keras
from tfbert_edge.compress.distill_patient import (
    PatientSettings,
    check_widths,
    first_token_states,
    patient_layers,
    patient_loss,
)
from tfbert_edge.compress.distill_relations import (
    RelationSettings,
    check_layer,
    check_relation_heads,
    relation_loss,
    student_vectors,
)
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import settings_of, train_student, trainable_network
from tfbert_edge.stages.teachers import first_best, other_teachers, output_loss
from tfbert_edge.stages.texts import training_features
from tfbert_edge.training.precision import precision, resolve_precision


def distill_patient_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on the fine-tuned one's [CLS] states; writes as :func:`train_student`."""
    student = trainable_network(run, source)
    teacher = trainable_network(run, run.model_folder)
    layers = patient_map(step, student.config, teacher.config)
    run.console.say(f"  the student's layers learn from the teacher's {', '.join(map(str, layers))}")
    settings = settings_of(PatientSettings, step)
    train = training_features(run, step, student.tokenizer)
    loss = patient_loss(
        teacher.model,
        layers,
        output_loss=output_loss(run, train, settings, others=other_teachers(run, step)),
        settings=settings,
    )
    states = first_token_states(student.model, range(len(layers)))
    both = keras.Model(student.model.inputs, [student.model.output, states], name="student")
    given = {**vars(settings), "layers": layers}
    return train_student(
        run, step, source, folder, student, both, train, loss, given, first_best=first_best(step)
    )


def patient_map(step: Any, student: EncoderConfig, teacher: EncoderConfig) -> list[int]:
    """Which layers the step's student learns from; errors as :func:`patient_layers` and :func:`check_widths`."""
    check_widths(student.hidden_size, teacher.hidden_size)
    return patient_layers(step.layer_map, student=student.num_layers, teacher=teacher.num_layers)


def distill_relations_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` on relations in one layer of the fine-tuned one; writes as :func:`train_student`."""
    student = trainable_network(run, source)
    teacher = trainable_network(run, run.model_folder)
    layer, heads = related(step, student.config, teacher.config)
    run.console.say(f"  the last layer learns from the teacher's {layer}, in {heads} relation heads")
    settings = settings_of(RelationSettings, step, relation_heads=heads)
    train = training_features(run, step, student.tokenizer)
    loss = relation_loss(
        teacher.model,
        layer,
        output_loss=output_loss(run, train, settings, others=other_teachers(run, step)),
        settings=settings,
    )
    with precision(resolve_precision(run.recipe.training.precision)):
        both = student_vectors(student.model)
    given = {**vars(settings), "layer": layer}
    return train_student(
        run, step, source, folder, student, both, train, loss, given, first_best=first_best(step)
    )


def related(step: Any, student: EncoderConfig, teacher: EncoderConfig) -> tuple[int, int]:
    """The teacher's layer and the relation heads of the step; errors as ``check_layer`` and ``check_relation_heads``."""
    layer = teacher.num_layers - 1 if step.teacher_layer is None else step.teacher_layer
    check_layer(layer, teacher=teacher.num_layers)
    heads = step.relation_heads or teacher.num_heads[layer]
    check_relation_heads(
        heads,
        student=student.num_heads[-1] * student.head_size,
        teacher=teacher.num_heads[layer] * teacher.head_size,
    )
    return layer, heads
