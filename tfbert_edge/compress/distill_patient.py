"""Patient distillation (Sun et al. 2019, "Patient knowledge distillation for BERT model compression", section 3.2).

    L = L_outputs + patient_weight * mean_j || h_j / |h_j| - h_t,I(j) / |h_t,I(j)| ||^2

``h_j`` is the state of [CLS] after layer j, for all of the student's layers but the last, whose state the outputs teach
already; ``I`` maps these to the teacher's layers: ``skip`` to every (n / k)-th (PKD-skip), ``last`` to those just before
its last one (PKD-last). ``L_outputs`` are :func:`distill_outputs.output_terms`. Layers are averaged where the paper sums,
so that the weight means the same at any depth; the outputs' KL is scaled by T^2, as everywhere here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.distill_layers import layer_map
from tfbert_edge.compress.distill_outputs import OutputSettings
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.training.losses import Loss

MAPS = {"skip": "uniform", "last": "last"}


@dataclass(frozen=True)
class PatientSettings(OutputSettings):
    """The weights of the loss's terms, and the temperature T of the outputs."""

    patient_weight: float = 1.0


def patient_layers(kind: str | Sequence[int], *, student: int, teacher: int) -> list[int]:
    """Return which of the teacher's layers, from 0, each of the student's but the last learns from.

    Raises:
        CompressionError: the student has one layer only, or more than the teacher; or a list of another length than its
            layers but one, or with a layer that the teacher lacks.
    """
    if student < 2:
        raise CompressionError(
            f"distill_patient compares layers before the last, so the student needs at least 2, it has {student}. "
            "Use distill_outputs."
        )
    if isinstance(kind, str):
        return layer_map(MAPS[kind], student=student, teacher=teacher)[:-1]
    found = list(kind)
    if len(found) != student - 1 or not all(0 <= one < teacher for one in found):
        raise CompressionError(
            f"layer_map must be one of {', '.join(MAPS)}, or name a layer from 0 to {teacher - 1} for each of the student's "
            f"{student} but the last, was {found}."
        )
    return found


def check_widths(student: int, teacher: int) -> None:
    """Refuse widths that cannot be compared.

    Raises:
        CompressionError: they differ.
    """
    if student != teacher:
        raise CompressionError(
            f"distill_patient compares states of equal width, but the student is {student} wide and the teacher {teacher}. "
            "Use distill_layers or distill_relations."
        )


def first_token_states(model: Any, layers: Sequence[int]) -> Any:
    """The states of [CLS] after ``layers``, a Keras tensor, float32 ``(b, layers, h)``."""
    hidden = layer_outputs(model)
    stack = keras.layers.Lambda(
        lambda states: tf.stack([tf.cast(state[:, 0], tf.float32) for state in states], axis=1),
        dtype="float32",
    )
    return stack([hidden[layer] for layer in layers])


def patient_loss(
    teacher: Any, layers: Sequence[int], *, output_loss: Loss, settings: PatientSettings
) -> Loss:
    """Return the loss above for a student whose outputs are its logits and its states, ``(b, layers, h)``.

    ``layers`` is what :func:`patient_layers` returned, ``output_loss`` is that of the logits.
    """
    reference = keras.Model(teacher.inputs, first_token_states(teacher, layers), name="teacher")

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        logits, states = outputs
        theirs = reference([batch[name] for name in reference.input_names], training=False)
        return output_loss(batch, logits) + settings.patient_weight * patient_distance(
            states, tf.stop_gradient(theirs)
        )

    return loss


def patient_distance(states: Any, teacher_states: Any) -> Any:
    """Squared distance of the directions, averaged over layers: float32 ``(b, layers, h)`` twice -> ``(b,)``."""
    ours, theirs = (tf.math.l2_normalize(one, axis=-1) for one in (states, teacher_states))
    return tf.reduce_mean(tf.reduce_sum(tf.square(ours - theirs), axis=-1), axis=-1)
