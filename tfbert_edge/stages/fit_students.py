"""Whether a step that makes or teaches a student fits the networks that it meets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfbert_edge.compress.distill_layers import check_heads, layer_map
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.distill_progressive import transfers
from tfbert_edge.stages.distill_states import patient_map, related
from tfbert_edge.stages.new_student import planned_student


def taught(step: Any, student: EncoderConfig, *, teacher: EncoderConfig, counted: bool) -> EncoderConfig:
    """Return the configuration of the student after ``step``: another one after ``new_student``, else the same.

    ``counted`` says whether the heads of ``student`` are known: after ``prune_heads`` each layer keeps as many as importance
    says, and what depends on that is found out when the step runs.

    Raises:
        CheckpointError, CompressionError: the step cannot make this student, or the teacher cannot teach it in this way.
    """
    if step.method == "new_student":
        return planned_student(step, student)
    if step.method in _NEEDS:
        _NEEDS[step.method](step, student, teacher, counted)
    return student


def _layers(step: Any, student: EncoderConfig, teacher: EncoderConfig, counted: bool) -> None:
    layer_map(step.layer_map, student=student.num_layers, teacher=teacher.num_layers)
    if step.attention_weight and counted:
        check_heads(student, teacher)


def _patient(step: Any, student: EncoderConfig, teacher: EncoderConfig, counted: bool) -> None:
    patient_map(step, student, teacher)


def _relations(step: Any, student: EncoderConfig, teacher: EncoderConfig, counted: bool) -> None:
    related(step, student if counted else teacher, teacher)


def _progressive(step: Any, student: EncoderConfig, teacher: EncoderConfig, counted: bool) -> None:
    # prune_heads before this step and its attention_weight is refused with the recipe.
    transfers(step, student, teacher)


_NEEDS: dict[str, Callable[[Any, EncoderConfig, EncoderConfig, bool], None]] = {
    "distill_layers": _layers,
    "distill_patient": _patient,
    "distill_relations": _relations,
    "distill_progressive": _progressive,
}
