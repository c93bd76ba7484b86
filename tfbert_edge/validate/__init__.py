"""Measure every form of a model where it runs: answers, quality, latency, memory, size. No TensorFlow.

The names are imported on first use, so that the process that measures memory loads the interpreter alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfbert_edge.validate.evaluation_set import EvaluationSet
    from tfbert_edge.validate.forms import read_outputs, validate_forms
    from tfbert_edge.validate.gates import check_gates, evaluate_gates
    from tfbert_edge.validate.latency import measure_latency
    from tfbert_edge.validate.memory import measure_memory
    from tfbert_edge.validate.parity import check_outputs, compare_outputs
    from tfbert_edge.validate.quality import changed_decisions, run_model
    from tfbert_edge.validate.steps import measure_steps

_HOMES = {
    "EvaluationSet": "evaluation_set",
    "changed_decisions": "quality",
    "check_gates": "gates",
    "check_outputs": "parity",
    "compare_outputs": "parity",
    "evaluate_gates": "gates",
    "measure_latency": "latency",
    "measure_memory": "memory",
    "measure_steps": "steps",
    "read_outputs": "forms",
    "run_model": "quality",
    "validate_forms": "forms",
}

__all__ = [
    "EvaluationSet",
    "changed_decisions",
    "check_gates",
    "check_outputs",
    "compare_outputs",
    "evaluate_gates",
    "measure_latency",
    "measure_memory",
    "measure_steps",
    "read_outputs",
    "run_model",
    "validate_forms",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
