"""Output distillation (Hinton et al. 2015; Sanh et al. 2019, "DistilBERT").

    L = task_weight * task(y, z) + distill_weight * T^2 * KL(softmax(z_t / T) || softmax(z / T))
        + cosine_weight * (1 - cos(h, h_t))

``z`` are logits, ``h`` is the last layer's state of [CLS]: DistilBERT compares the states of all tokens, but a classifier
here computes only this one. Other kinds of outputs have other distances in place of KL, as regression the squared difference;
see :mod:`tfbert_edge.compress.output_distance`. The task's own loss is 0 for
examples without a label. The teacher's answers are computed once; see :class:`TeacherAnswers`.
The first two terms are shared by every method that teaches outputs; see :func:`output_terms`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.output_distance import output_distance
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.training.evaluation import forward
from tfbert_edge.training.losses import Loss


@dataclass(frozen=True)
class OutputSettings:
    """The weights of the terms on the outputs, and the temperature T."""

    task_weight: float = 0.5
    distill_weight: float = 0.5
    temperature: float = 2.0


@dataclass(frozen=True)
class DistillSettings(OutputSettings):
    """And the weight of the term on the last states."""

    cosine_weight: float = 0.0


@dataclass(frozen=True)
class TeacherAnswers:
    """What a teacher says to N examples: logits, float32 ``(N, c)`` or ``(N, n, c)``, and last states of [CLS], float16
    ``(N, h)``, or None.
    """

    logits: np.ndarray
    states: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        teacher: Any,
        features: Any,
        *,
        batch_size: int = 64,
        states: bool = False,
        on_progress: Callable[[int], None] | None = None,
    ) -> TeacherAnswers:
        """Run ``teacher``, without dropout, over ``features``; ``states`` says whether those are wanted.

        ``on_progress`` is called with how many examples are answered.
        """
        outputs = [teacher.output]
        if states:
            outputs.append(keras.layers.Lambda(lambda state: state[:, 0])(layer_outputs(teacher)[-1]))
        answering = keras.Model(teacher.inputs, outputs)
        run = forward(answering)
        pieces = int(features.lengths.max())
        found = [
            np.zeros(
                (len(features), *((pieces,) if len(tensor.shape) == 3 else ()), int(tensor.shape[-1])), kind
            )
            for tensor, kind in zip(outputs, (np.float32, np.float16), strict=False)
        ]
        done = 0
        for indices, batch in evaluation_batches(features, batch_size=batch_size):
            answers = run([tf.convert_to_tensor(batch[name]) for name in answering.input_names])
            for array, rows in zip(found, answers if states else [answers], strict=True):
                if array.ndim == 3:
                    array[indices, : rows.shape[1]] = rows.numpy()
                else:
                    array[indices] = rows.numpy()
            done += len(indices)
            if on_progress is not None:
                on_progress(done)
        return cls(*found)


def output_terms(
    logits: np.ndarray | None, task_loss: Loss, *, distance: str, settings: OutputSettings
) -> Loss:
    """Return the first two terms above for a student's logits, ``(b, c)`` or ``(b, n, c)``; ``distance`` is the task's.

    ``logits``, float ``(N, c)`` or ``(N, n, c)``, are the teacher's; None where ``settings`` give them no weight. Batches must
    hold ``index``, int32 ``(b,)``: which of the N examples each one is.
    """
    known = tf.constant(logits, tf.float32) if settings.distill_weight else None

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        ours = tf.cast(outputs, tf.float32)
        total = tf.zeros(tf.shape(ours)[:1])
        if settings.task_weight:
            hard = task_loss(batch, ours)
            total += settings.task_weight * (hard * batch["labelled"] if "labelled" in batch else hard)
        if known is None:
            return total
        theirs = tf.gather(known, batch["index"])
        soft = output_distance(distance, ours, theirs, batch, settings.temperature)
        return total + settings.distill_weight * soft

    return loss


def output_distillation_loss(
    answers: TeacherAnswers | None, task_loss: Loss, *, distance: str, settings: DistillSettings
) -> Loss:
    """Return the loss above for a student whose outputs are its logits, ``(b, c)``, and its last state, ``(b, m, h)``.

    Batches must hold ``index``, int32 ``(b,)``: which of the teacher's examples each one is. ``answers`` may be None where only
    the task's own loss has a weight.

    Raises:
        CompressionError: no term has a weight.
    """
    if not (settings.task_weight or settings.distill_weight or settings.cosine_weight):
        raise CompressionError(
            "one of task_weight, distill_weight and cosine_weight must be above 0, all are 0. Raise one."
        )
    terms = output_terms(answers.logits if answers else None, task_loss, distance=distance, settings=settings)
    states = tf.constant(answers.states) if answers and settings.cosine_weight else None

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        logits, hidden = outputs
        total = terms(batch, logits)
        if states is not None:
            state = tf.cast(tf.gather(states, batch["index"]), tf.float32)
            total += settings.cosine_weight * cosine_distance(tf.cast(hidden[:, 0], tf.float32), state)
        return total

    return loss


def cosine_distance(states: Any, teacher_states: Any) -> Any:
    """``1 - cos(h, h_t)``: two float ``(b, h)`` -> ``(b,)``."""
    ours, theirs = (tf.math.l2_normalize(one, axis=-1) for one in (states, teacher_states))
    return 1.0 - tf.reduce_sum(ours * theirs, axis=-1)
