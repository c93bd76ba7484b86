"""The task's metrics through LiteRT, and the examples on which a form decides otherwise than Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.tasks.base import Task
from tfbert_edge.validate.evaluation_set import EvaluationSet

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and how much there is."""


def no_progress(doing: str, done: int, total: int) -> None:
    """Say nothing."""


def run_model(
    model: Path | bytes,
    evaluation: EvaluationSet,
    *,
    threads: int = 1,
    doing: str = "running",
    on_progress: Progress = no_progress,
) -> np.ndarray:
    """Dequantized outputs of ``model`` for every example, float32 (N, C), in example order.

    Raises:
        DataError: the model takes another sequence length than the evaluation set has.
    """
    interpreter = EdgeInterpreter(model, threads=threads)
    if interpreter.sequence_length != evaluation.sequence_length:
        raise DataError(
            f"the model takes {interpreter.sequence_length} tokens, the evaluation set has examples of "
            f"{evaluation.sequence_length}. Export again, so that both are of one recipe."
        )
    rows = []
    for index in range(len(evaluation)):
        raw = interpreter.run(*evaluation.inputs(index))
        rows.append(interpreter.dequantize(raw[0]).reshape(-1))
        on_progress(doing, index + 1, len(evaluation))
    return np.stack(rows)


def changed_decisions(
    outputs: np.ndarray, evaluation: EvaluationSet, task: Task, *, limit: int | None = 200
) -> list[dict[str, Any]]:
    """Examples on which the decision differs from Keras's, the widest change first, at most ``limit`` of them.

    A decision of a classification is the label with the highest score, of a regression the value; a value has
    changed where ``task.agreement`` of that example alone is below 1.

    Each entry holds ``id``, ``text`` (``text_pair`` where there is one), ``label`` (the true one), ``keras`` and
    ``form`` (what each decides), ``keras_score`` and ``form_score`` (the probability of that decision, or the value).
    """
    reference = evaluation.keras_outputs
    width = np.abs(outputs.astype(np.float64) - reference).max(axis=1)
    if task.labels:
        different = np.asarray(task.decide(outputs)) != np.asarray(task.decide(reference))
    else:
        different = np.array(
            [task.agreement(outputs[i : i + 1], reference[i : i + 1]) < 1 for i in range(len(outputs))]
        )
    places = np.flatnonzero(different)
    places = places[np.argsort(-width[places], kind="stable")][:limit]
    return [_change(int(place), outputs, evaluation, task) for place in places]


def _change(index: int, outputs: np.ndarray, evaluation: EvaluationSet, task: Task) -> dict[str, Any]:
    keras, keras_score = _decision(evaluation.keras_outputs[index], task)
    form, form_score = _decision(outputs[index], task)
    label = evaluation.labels[index].item()
    change: dict[str, Any] = {"id": evaluation.ids[index], "text": evaluation.texts[index]}
    if evaluation.pairs is not None:
        change["text_pair"] = evaluation.pairs[index]
    return {
        **change,
        "label": task.labels[label] if task.labels else label,
        "keras": keras,
        "form": form,
        "keras_score": keras_score,
        "form_score": form_score,
    }


def _decision(scores: np.ndarray, task: Task) -> tuple[str | float, float]:
    decided = np.asarray(task.decide(scores[None, :]))[0]
    if task.labels:
        return task.labels[int(decided)], float(scores[int(decided)])
    return float(decided), float(decided)
