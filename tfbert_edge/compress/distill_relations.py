"""Relation distillation (Wang et al. 2021, "MiniLMv2", section 3, eq. 5 to 8; Wang et al. 2020, "MiniLM").

    L = L_outputs + relation_weight * mean_(A,B) mean_a mean_t KL(R_t,a,t || R_a,t)
    R_a = softmax(A_a B_a^T / sqrt(d_r))

``A`` and ``B`` are queries, keys or values of all tokens in one layer, the heads' vectors side by side, split anew into
``relation_heads`` of width d_r; each R_a is a distribution over tokens, for each token t. Neither widths nor numbers of heads
need be equal, which is why this is version 2 and not 1: students from presets have other heads than their teachers.
The default relations are version 2's (queries with queries, keys with keys, values with values). Version 1 is ``query-key`` and
``value-value``, with as many relation heads as student and teacher have heads.

The student's last layer learns. A classifier's last layer computes the query of [CLS] alone; here its weights are applied to
all tokens, in student and teacher, while distilling. ``L_outputs`` are :func:`distill_outputs.output_terms`, which the papers
lack: their distillation is followed by fine-tuning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.distill_outputs import OutputSettings
from tfbert_edge.errors import CompressionError
from tfbert_edge.training.losses import Loss

PARTS = ("query", "key", "value")
RELATIONS = ("query-query", "key-key", "value-value")
_HIDDEN = -1e9  # a padded key's score: float32 all the way, so it may be as low


@dataclass(frozen=True)
class RelationSettings(OutputSettings):
    """The weights of the loss's terms, the temperature T of the outputs, and what is compared."""

    relation_weight: float = 1.0
    relations: tuple[str, ...] = RELATIONS
    relation_heads: int = 1


def check_relation_heads(relation_heads: int, *, student: int, teacher: int) -> None:
    """Refuse a number of relation heads that the widths of the heads' vectors side by side cannot be split into.

    Raises:
        CompressionError: it does not divide both.
    """
    if student % relation_heads or teacher % relation_heads:
        common = math.gcd(student, teacher)
        fitting = [number for number in range(1, common + 1) if common % number == 0]
        raise CompressionError(
            f"relation_heads must divide the widths of the student's and the teacher's heads in all, {student} and {teacher}, "
            f"was {relation_heads}. Set it to one of {', '.join(map(str, fitting))}."
        )


def check_layer(layer: int, *, teacher: int) -> None:
    """Refuse a layer that the teacher lacks.

    Raises:
        CompressionError: it is not from 0 to its last.
    """
    if layer >= teacher:
        raise CompressionError(f"teacher_layer must be from 0 to {teacher - 1}, was {layer}. Lower it.")


def attention_vectors(model: Any, layer: int) -> list[Any]:
    """Queries, keys and values of all tokens in ``layer``, Keras tensors ``(b, n, heads * d)``, not yet scaled."""
    dense = [model.get_layer(f"layer_{layer}.attention.{part}") for part in PARTS]
    states = dense[1].input
    return [one.output if one.input is states else one(states) for one in dense]


def relation_loss(teacher: Any, layer: int, *, output_loss: Loss, settings: RelationSettings) -> Loss:
    """Return the loss above for a student whose outputs are its logits and then :func:`attention_vectors`.

    ``layer`` is the teacher's, from 0; ``output_loss`` is that of the logits. ``teacher`` runs on every batch, without dropout.
    """
    reference = keras.Model(teacher.inputs, attention_vectors(teacher, layer), name="teacher")

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        answers = reference([batch[name] for name in reference.input_names], training=False)
        mask = tf.cast(batch["attention_mask"], tf.float32)
        ours = dict(zip(PARTS, outputs[1:], strict=True))
        theirs = dict(zip(PARTS, map(tf.stop_gradient, answers), strict=True))
        distances = []
        for relation in settings.relations:
            one, other = relation.split("-")
            found, expected = (
                relation_log(side[one], side[other], mask, settings.relation_heads) for side in (ours, theirs)
            )
            distances.append(relation_distance(found, expected, mask))
        total = tf.add_n(distances) / len(distances)
        return output_loss(batch, outputs[0]) + settings.relation_weight * total

    return loss


def relation_log(one: Any, other: Any, mask: Any, heads: int) -> Any:
    """``log R``: float ``(b, n, w)`` twice and a float mask ``(b, n)`` -> float32 ``(b, heads, n, n)``."""
    first, second = (_split(tf.cast(vectors, tf.float32), heads) for vectors in (one, other))
    scores = tf.matmul(first, second, transpose_b=True) / math.sqrt(first.shape[-1])
    return tf.nn.log_softmax(scores + (1.0 - mask[:, tf.newaxis, tf.newaxis, :]) * _HIDDEN)


def _split(vectors: Any, heads: int) -> Any:
    shape = tf.shape(vectors)
    split = tf.reshape(vectors, (shape[0], shape[1], heads, vectors.shape[-1] // heads))
    return tf.transpose(split, (0, 2, 1, 3))


def relation_distance(ours: Any, theirs: Any, mask: Any) -> Any:
    """``mean_a mean_t KL(R_t || R)`` over real tokens: two ``log R``, float32 ``(b, heads, n, n)`` -> ``(b,)``."""
    divergence = tf.reduce_sum(tf.exp(theirs) * (theirs - ours), axis=-1) * mask[:, tf.newaxis, :]
    return tf.reduce_sum(tf.reduce_mean(divergence, axis=1), axis=-1) / tf.reduce_sum(mask, axis=-1)


def student_vectors(student: Any) -> Any:
    """Return a model of the student's inputs whose outputs are logits and its last layer's :func:`attention_vectors`."""
    last = sum(layer.name.endswith(".attention.key") for layer in student.layers) - 1
    return keras.Model(student.inputs, [student.output, *attention_vectors(student, last)], name="student")
