"""Intermediate distillation (Jiao et al. 2020, "TinyBERT", section 3.1).

    L = embedding_weight * MSE(E W, E_t) + hidden_weight * mean_m MSE(H_m W, H_t,g(m))
        + attention_weight * mean_m MSE(A_m, A_t,g(m)) + L_outputs

``E`` are the embeddings, ``H_m`` the output of layer m, ``A_m`` the attention scores before softmax, over real tokens; ``W`` is
a learned matrix where the student's width is another than the teacher's, one for all layers, and nothing where it is
the same. ``g`` maps the student's layers to the teacher's; ``L_outputs`` are :func:`distill_outputs.output_terms`.
A learned map takes mixtures of the teacher's layers in the place of H_t,g(m), see :mod:`tfbert_edge.compress.layer_mix`.
Two things depart from the paper: the terms of layers are averaged and not summed, so that weights mean the same at any depth,
and the outputs are learned in the same step.
The last layer of a classifier computes the state and the scores of [CLS] alone, in teacher and student.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.distill_outputs import OutputSettings
from tfbert_edge.compress.layer_mix import layer_queries, layer_targets
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.training.losses import Loss

MAPS = ("uniform", "last", "learned")


@dataclass(frozen=True)
class LayerDistillSettings(OutputSettings):
    """The weights of the loss's terms, and the temperature T of the outputs."""

    embedding_weight: float = 1.0
    hidden_weight: float = 1.0
    attention_weight: float = 0.0
    task_weight: float = 0.0
    distill_weight: float = 1.0
    temperature: float = 1.0


def layer_map(kind: str | Sequence[int], *, student: int, teacher: int) -> list[int]:
    """Return which of the teacher's layers, from 0, each of the student's learns from.

    ``uniform``: layer m learns from the last of the m-th share of the teacher's (the paper's 3 m, where 4 learn
    from 12); ``last``: from the teacher's last ones in order; a list names them itself; ``learned`` names none, see
    :mod:`tfbert_edge.compress.layer_mix`.

    Raises:
        CompressionError: a list of another length than the student has layers, or a layer that the teacher lacks; or, with
            no list, a student of more layers than the teacher.
    """
    if isinstance(kind, str) and student > teacher:
        raise CompressionError(
            f"without a list, layer_map needs a student of at most the teacher's {teacher} layers, it has {student}. "
            "Name a layer of the teacher for each, or make the student shallower."
        )
    if kind == "learned":
        return []
    if kind == "uniform":
        return [(place + 1) * teacher // student - 1 for place in range(student)]
    if kind == "last":
        return list(range(teacher - student, teacher))
    found: list[Any] = list(kind)
    if len(found) != student or not all(isinstance(one, int) and 0 <= one < teacher for one in found):
        raise CompressionError(
            f"layer_map must be one of {', '.join(MAPS)}, or name a layer from 0 to {teacher - 1} for each of the student's "
            f"{student}, was {kind}."
        )
    return found


def check_heads(student: EncoderConfig, teacher: EncoderConfig) -> None:
    """Refuse networks whose heads cannot be compared one by one.

    Raises:
        CompressionError: a layer has other heads than another.
    """
    if {*student.num_heads} != {*teacher.num_heads} or len({*student.num_heads}) > 1:
        raise CompressionError(
            "attention_weight compares the heads of student and teacher one by one, but the student has "
            f"{', '.join(map(str, student.num_heads))} a layer and the teacher "
            f"{', '.join(map(str, teacher.num_heads))}. Set it to 0."
        )


def intermediates(model: Any) -> dict[str, Any]:
    """The tensors that are compared: ``embeddings``, ``hidden`` and ``scores``, a list of one a layer each."""
    names = {layer.name for layer in model.layers}
    first = "embeddings.projection" if "embeddings.projection" in names else "embeddings.norm.shift"
    hidden = layer_outputs(model)
    scores = [model.get_layer(f"layer_{index}.attention.scores").output for index in range(len(hidden))]
    return {"embeddings": model.get_layer(first).output, "hidden": hidden, "scores": scores}


def student_outputs(student: Any, *, teacher_width: int, learned: bool = False) -> Any:
    """Return a model of the student's inputs whose outputs are logits, embeddings, hidden states and attention scores.

    Embeddings and hidden states are projected to the teacher's width where the student has another. With ``learned``, the
    queries of :func:`tfbert_edge.compress.layer_mix.layer_queries` follow.
    """
    found = intermediates(student)
    states = [found["embeddings"], *found["hidden"]]
    if int(states[0].shape[-1]) != teacher_width:
        project = keras.layers.Dense(
            teacher_width, use_bias=False, name="distill.projection", dtype="float32"
        )
        states = [project(state) for state in states]
    queries = layer_queries(states[1:]) if learned else []
    return keras.Model(student.inputs, [student.output, *states, *found["scores"], *queries], name="student")


def layer_distillation_loss(
    teacher: Any, layers: Sequence[int], *, output_loss: Loss, settings: LayerDistillSettings
) -> Loss:
    """Return the loss above for :func:`student_outputs`; ``layers`` is what :func:`layer_map` returned, none if learned.

    ``output_loss`` is that of the student's logits. ``teacher`` is run on every batch, without dropout, and gets no
    gradient: its states of all tokens are too many to keep.
    """
    found = intermediates(teacher)
    wanted = [found["embeddings"]]
    wanted += [found["hidden"][layer] for layer in layers] or found["hidden"]
    wanted += [found["scores"][layer] for layer in layers]
    reference = keras.Model(teacher.inputs, wanted, name="teacher")
    reference.trainable = False

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        expected = reference([batch[name] for name in reference.input_names], training=False)
        expected = [tf.stop_gradient(tf.cast(tensor, tf.float32)) for tensor in expected]
        ours = [tf.cast(tensor, tf.float32) for tensor in outputs]
        mask = tf.cast(batch["attention_mask"], tf.float32)
        total = settings.embedding_weight * state_distance(ours[1], expected[0], mask)
        total += output_loss(batch, ours[0])
        depth = len(layers) or len(ours[2:]) // 3
        hidden, scores, queries = ours[2 : 2 + depth], ours[2 + depth : 2 + 2 * depth], ours[2 + 2 * depth :]
        if settings.hidden_weight:
            targets = expected[1 : 1 + depth] if layers else layer_targets(queries, expected[1:])
            distances = [state_distance(*pair, mask) for pair in zip(hidden, targets, strict=True)]
            total += settings.hidden_weight * tf.add_n(distances) / depth
        if settings.attention_weight:
            distances = [
                score_distance(*pair, mask) for pair in zip(scores, expected[1 + depth :], strict=True)
            ]
            total += settings.attention_weight * tf.add_n(distances) / depth
        return total

    return loss


def state_distance(states: Any, teacher_states: Any, mask: Any) -> Any:
    """Mean squared difference over real tokens and channels: float ``(b, m, h)`` twice, mask ``(b, n)`` -> ``(b,)``.

    Where one of the two has the first token alone, that one is compared.
    """
    count = tf.minimum(tf.shape(states)[1], tf.shape(teacher_states)[1])
    mask = mask[:, :count]
    squares = tf.reduce_mean(tf.square(states[:, :count] - teacher_states[:, :count]), axis=-1) * mask
    return tf.reduce_sum(squares, axis=1) / tf.maximum(tf.reduce_sum(mask, axis=1), 1.0)


def score_distance(scores: Any, teacher_scores: Any, mask: Any) -> Any:
    """Mean squared difference over heads and pairs of real tokens: float ``(b, heads, m, n)`` twice -> ``(b,)``.

    Where one of the two has the first token's scores alone, those are compared.
    """
    count = tf.minimum(tf.shape(scores)[2], tf.shape(teacher_scores)[2])
    queries = mask[:, :count]
    real = queries[:, tf.newaxis, :, tf.newaxis] * mask[:, tf.newaxis, tf.newaxis, :]
    squares = tf.square(scores[:, :, :count] - teacher_scores[:, :, :count]) * real
    pairs = tf.reduce_sum(queries, axis=1) * tf.reduce_sum(mask, axis=1)
    return tf.reduce_sum(tf.reduce_mean(squares, axis=1), axis=(1, 2)) / tf.maximum(pairs, 1.0)
