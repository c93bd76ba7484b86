"""The task's metrics through LiteRT, and the examples on which a form decides otherwise than Keras."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.reading import Reader
from tfbert_edge.tasks.base import Task
from tfbert_edge.validate.evaluation_set import EvaluationSet

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much of it is done, and how much there is."""


def no_progress(doing: str, done: int, total: int) -> None:
    """Say nothing."""


def run_model(
    model: Path | bytes,
    evaluation: EvaluationSet,
    reader: Reader,
    *,
    threads: int = 1,
    doing: str = "running",
    on_progress: Progress = no_progress,
) -> np.ndarray:
    """Dequantized outputs of ``model`` for every row, joined by the task's ``reader``: float32 (R, K), or (R, n, K).

    ``threads`` interpreters run side by side, each in one thread and on rows of its own: that is faster than one in several
    threads, as operators that are not delegated have but one.

    Raises:
        DataError: the model takes another sequence length than the evaluation set has.
        BundleError: the model has not the outputs that the task reads.
    """
    interpreter = EdgeInterpreter(model, threads=1)
    if interpreter.sequence_length != evaluation.sequence_length:
        raise DataError(
            f"the model takes {interpreter.sequence_length} tokens, the evaluation set has examples of "
            f"{evaluation.sequence_length}. Export again, so that both are of one recipe."
        )
    order = reader.order(interpreter.outputs)
    free: SimpleQueue[EdgeInterpreter] = SimpleQueue()
    for one in (interpreter, *(EdgeInterpreter(model, threads=1) for _ in range(threads - 1))):
        free.put(one)

    def outputs(index: int) -> np.ndarray:
        mine = free.get()
        try:
            values = mine.dequantize(mine.run(*evaluation.inputs(index)))
        finally:
            free.put(mine)
        joined = reader.join([values[place][0] for place in order])
        # What stands at padding means nothing.
        return joined * evaluation.attention_mask[index][:, None] if joined.ndim == 2 else joined

    rows = []
    with ThreadPoolExecutor(threads) as workers:
        try:
            for row in workers.map(outputs, range(len(evaluation))):
                rows.append(row)
                on_progress(doing, len(rows), len(evaluation))
        except BaseException:
            workers.shutdown(cancel_futures=True)
            raise
    return np.stack(rows)


def changed_decisions(
    outputs: np.ndarray, evaluation: EvaluationSet, task: Task, *, limit: int | None = 200
) -> list[dict[str, Any]]:
    """Examples on which the decision differs from Keras's, the widest change first, at most ``limit`` of them.

    Decisions are ``task.answers``, and differ where ``task.same`` says no: for a classification the label with the highest
    score, for a regression the value.

    Each entry holds ``id``, ``text`` (``text_pair`` where there is one), ``label`` (the true one), ``keras`` and
    ``form`` (what each decides), ``keras_score`` and ``form_score`` (the probability of that decision, or the value, or None).
    """
    reference = evaluation.keras_outputs
    ours, theirs = (task.answers(one, evaluation.truth) for one in (outputs, reference))
    starts = evaluation.truth.starts
    wide = np.abs(outputs.astype(np.float64) - reference).reshape(len(outputs), -1).max(axis=1)
    width = np.maximum.reduceat(wide, starts[:-1])
    changes = []
    for place in np.argsort(-width, kind="stable"):
        if task.same(ours[place], theirs[place]):
            continue
        rows = slice(starts[place], starts[place + 1])
        form, form_score = task.shown(ours[place], outputs[rows])
        keras, keras_score = task.shown(theirs[place], reference[rows])
        change: dict[str, Any] = {"id": evaluation.ids[place], "text": evaluation.texts[place]}
        if evaluation.pairs is not None:
            change["text_pair"] = evaluation.pairs[place]
        changes.append(
            {
                **change,
                "label": task.shown_label(evaluation.truth.labels[place], evaluation.texts[place]),
                "keras": keras,
                "form": form,
                "keras_score": keras_score,
                "form_score": form_score,
            }
        )
    return changes[:limit]
