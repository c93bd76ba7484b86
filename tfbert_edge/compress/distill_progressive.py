"""Progressive transfer, layer by layer (Sun et al. 2020, "MobileBERT", sections 3.5 and 3.6).

    L_l = feature_weight * mean_t mean_n (H_l W - H_t,g(l))^2 + attention_weight * mean_a mean_t KL(A_t,g(l) || A_l)

``H_l`` is the output of layer l, ``A_l`` its attention distributions. The layers learn one after the other, from the first
to the last; while layer l learns, what lies below it stays as it is, or learns at a small share of the rate.
Three things depart from the paper: its student is as wide and as deep as its teacher and begins with its embeddings, while
here ``W`` projects (one for all layers, nothing where the widths are equal), ``g`` maps layers, and the embeddings learn with
the first layer. The last layer of a classifier computes [CLS] alone, in teacher and student.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.distill_layers import state_distance
from tfbert_edge.models.heads import layer_outputs
from tfbert_edge.training.freezing import Freezing, variable_depths
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW


@dataclass(frozen=True)
class ProgressiveSettings:
    """The weights of the loss's terms, and the share of the rate at which the layers below learn."""

    feature_weight: float = 1.0
    attention_weight: float = 1.0
    lower_rate: float = 0.0


def width_projection(student_width: int, teacher_width: int) -> Any:
    """The layer ``W``, or None where the widths are equal."""
    if student_width == teacher_width:
        return None
    return keras.layers.Dense(teacher_width, use_bias=False, name="distill.projection", dtype="float32")


def up_to_layer(model: Any, layer: int, *, projection: Any = None) -> Any:
    """Return the model's part that ends with ``layer``, with its output and its masked attention scores as outputs."""
    hidden = layer_outputs(model)[layer]
    scores = model.get_layer(f"layer_{layer}.attention.masked").output
    return keras.Model(model.inputs, [hidden if projection is None else projection(hidden), scores])


def progressive_loss(teacher: Any, layer: int, *, settings: ProgressiveSettings) -> Loss:
    """Return the loss above for :func:`up_to_layer` of a student; ``layer`` is the teacher's, from 0.

    ``teacher`` runs up to that layer on every batch, without dropout.
    """
    reference = up_to_layer(teacher, layer)

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        expected = reference([batch[name] for name in reference.input_names], training=False)
        states, scores = (tf.stop_gradient(tf.cast(tensor, tf.float32)) for tensor in expected)
        ours, our_scores = (tf.cast(tensor, tf.float32) for tensor in outputs)
        mask = tf.cast(batch["attention_mask"], tf.float32)
        total = settings.feature_weight * state_distance(ours, states, mask)
        if settings.attention_weight:
            total += settings.attention_weight * attention_divergence(our_scores, scores, mask)
        return total

    return loss


def attention_divergence(scores: Any, teacher_scores: Any, mask: Any) -> Any:
    """``mean_a mean_t KL(softmax(s_t) || softmax(s))`` over real tokens: float32 ``(b, heads, m, n)`` twice -> ``(b,)``.

    Scores are masked already. Where one of the two has the first token's alone, those are compared.
    """
    count = tf.minimum(tf.shape(scores)[2], tf.shape(teacher_scores)[2])
    ours, theirs = (tf.nn.log_softmax(one[:, :, :count]) for one in (scores, teacher_scores))
    queries = mask[:, :count]
    divergence = tf.reduce_mean(tf.reduce_sum(tf.exp(theirs) * (theirs - ours), axis=-1), axis=1)
    return tf.reduce_sum(divergence * queries, axis=-1) / tf.maximum(tf.reduce_sum(queries, axis=-1), 1.0)


def layer_training(model: Any, schedule: Any, layer: int, *, lower_rate: float, weight_decay: float) -> Any:
    """Return the optimizer and the freezing under which ``layer`` of ``model``, of :func:`up_to_layer`, learns.

    With the first layer the embeddings learn. What lies below another is frozen, or learns at ``lower_rate`` of the rate.
    """
    depths = variable_depths(model)
    optimizer = AdamW(schedule, max_gradient_norm=1.0, weight_decay=weight_decay, epsilon=1e-8)
    # Embeddings have depth 0, layer i has depth i + 1.
    scales = [lower_rate if layer and depth <= layer else 1.0 for _, depth in depths]
    optimizer.build_for([variable for variable, _ in depths], scales)
    frozen = layer > 0 and not lower_rate
    return optimizer, Freezing(embeddings=frozen, layers=layer if frozen else 0)
