"""How far a student's logits are from its teacher's, for each kind of output.

classes     T^2 KL(softmax(z_t / T) || softmax(z / T)) over the classes (Hinton et al. 2015); of pieces, averaged over them
positions   the same over the pieces of a row, for each of the K columns, averaged over these
labels      T^2 KL between Bernoulli distributions sigmoid(z_t / T) and sigmoid(z / T), averaged over labels and pieces
segments    the same of the mean logits of segments, averaged over these: of sentences, whose segments alternate
values      (z - z_t)^2, averaged over values and pieces
directions  1 - cos(z, z_t), averaged over pieces
joint:I     classes over the first I columns of the first piece, plus classes over the other columns of all pieces
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tfbert_edge._keras import tf
from tfbert_edge.training.losses import segment_means

Distance = Callable[[Any, Any, Mapping[str, Any], float], Any]
"""``distance(ours, theirs, batch, temperature)``: logits ``(b, K)`` or ``(b, n, K)`` twice -> ``(b,)``, float32."""

FAR = 1e4
"""Below any logit by so much, a padded position has no probability."""


def soft_target_loss(logits: Any, teacher_logits: Any, temperature: float) -> Any:
    """``T^2 KL(softmax(z_t / T) || softmax(z / T))`` over the last axis: two float ``(..., c)`` -> ``(...)``."""
    target = tf.nn.log_softmax(teacher_logits / temperature)
    ours = tf.nn.log_softmax(logits / temperature)
    return temperature**2 * tf.reduce_sum(tf.exp(target) * (target - ours), axis=-1)


def over_pieces(values: Any, batch: Mapping[str, Any]) -> Any:
    """The mean of ``(b, n)`` over real pieces, ``(b,)``; what is ``(b,)`` already stays."""
    if values.shape.rank == 1:
        return values
    mask = tf.cast(batch["attention_mask"], tf.float32)[:, : tf.shape(values)[1]]
    return tf.reduce_sum(values * mask, axis=1) / tf.maximum(tf.reduce_sum(mask, axis=1), 1.0)


def _classes(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    return over_pieces(soft_target_loss(ours, theirs, temperature), batch)


def _positions(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    padding = FAR * (1.0 - tf.cast(batch["attention_mask"], tf.float32))[:, tf.newaxis, :]
    ours, theirs = (tf.transpose(one, (0, 2, 1)) - padding for one in (ours, theirs))
    return tf.reduce_mean(soft_target_loss(ours, theirs, temperature), axis=-1)


def _labels(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    return over_pieces(_bernoulli(ours, theirs, temperature), batch)


def _segments(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    # The parity of a segment tells sentences apart, whatever else it tells of a piece.
    segments = tf.math.floormod(batch["token_type_ids"], 2)
    first = tf.concat([tf.ones_like(segments[:, :1], tf.bool), segments[:, 1:] != segments[:, :-1]], axis=1)
    mask = batch["attention_mask"]
    ours, theirs = (segment_means(one[:, :, 0], first, mask)[:, :, tf.newaxis] for one in (ours, theirs))
    counted = tf.cast(first, tf.float32) * tf.cast(mask, tf.float32)
    apart = tf.reduce_sum(_bernoulli(ours, theirs, temperature) * counted, axis=1)
    return apart / tf.maximum(tf.reduce_sum(counted, axis=1), 1.0)


def _bernoulli(ours: Any, theirs: Any, temperature: float) -> Any:
    ours, theirs = ours / temperature, theirs / temperature
    share = tf.sigmoid(theirs)
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=share, logits=ours)
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=share, logits=theirs)
    return temperature**2 * tf.reduce_mean(cross - entropy, axis=-1)


def _values(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    return over_pieces(tf.reduce_mean(tf.square(ours - theirs), axis=-1), batch)


def _directions(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    ours, theirs = (tf.math.l2_normalize(one, axis=-1, epsilon=1e-12) for one in (ours, theirs))
    return over_pieces(1.0 - tf.reduce_sum(ours * theirs, axis=-1), batch)


def _joint(ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float, whole: int) -> Any:
    text = soft_target_loss(ours[:, 0, :whole], theirs[:, 0, :whole], temperature)
    return text + _classes(ours[:, :, whole:], theirs[:, :, whole:], batch, temperature)


DISTANCES: dict[str, Distance] = {
    "classes": _classes,
    "positions": _positions,
    "labels": _labels,
    "segments": _segments,
    "values": _values,
    "directions": _directions,
}


def output_distance(kind: str, ours: Any, theirs: Any, batch: Mapping[str, Any], temperature: float) -> Any:
    """The distance ``kind``, a key of ``DISTANCES`` or ``joint:I``; -> float32 ``(b,)``. The batch has ``attention_mask``.

    Of pieces, ``theirs`` may be longer than the batch is; what is beyond it is left out.
    """
    ours, theirs = tf.cast(ours, tf.float32), tf.cast(theirs, tf.float32)
    if ours.shape.rank == 3:
        theirs = theirs[:, : tf.shape(ours)[1]]
    name, _, whole = kind.partition(":")
    if name == "joint":
        return _joint(ours, theirs, batch, temperature, int(whole))
    return DISTANCES[name](ours, theirs, batch, temperature)
