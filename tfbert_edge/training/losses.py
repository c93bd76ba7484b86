"""What training minimizes: one figure for each example, so that the loop alone weighs, sums and averages.

A loss is any callable ``loss(batch, outputs) -> (b,) float32``. ``batch`` holds the tensors of one batch
(``input_ids``, ``attention_mask``, ``labels``, ...), ``outputs`` is what the model returns for it in
training. The loop multiplies by ``example_weight`` and divides by the sum of the weights over all replicas
and accumulated batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError

Loss = Callable[[Mapping[str, Any], Any], Any]


def softmax_cross_entropy(
    *, class_weights: Sequence[float] | None = None, label_smoothing: float = 0.0
) -> Loss:
    """Return the loss ``-class_weights[y] * sum_c q_c log softmax(logits)_c`` with ``q = (1 - s) onehot(y) +
    s / C``.

    ``s`` is ``label_smoothing`` (Szegedy et al. 2016, section 7). Labels: int32 ``(b,)``; logits: float ``(b,
    C)``. The mean over a batch divides by the number of examples, not by the sum of their class weights.
    """

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        logits = tf.cast(outputs, tf.float32)
        classes = logits.shape[-1]
        targets = tf.one_hot(batch["labels"], classes, dtype=tf.float32)
        targets = targets * (1.0 - label_smoothing) + label_smoothing / classes
        losses = tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        if class_weights is not None:
            losses *= tf.gather(tf.constant(class_weights, tf.float32), batch["labels"])
        return losses

    return loss


def mean_squared_error() -> Loss:
    """Return the loss ``(output - y)^2``. Labels: float32 ``(b,)``; outputs: float ``(b, 1)``."""

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        return tf.math.squared_difference(
            tf.cast(outputs[:, 0], tf.float32), tf.cast(batch["labels"], tf.float32)
        )

    return loss


def token_cross_entropy(*, label_smoothing: float = 0.0) -> Loss:
    """Return the softmax cross entropy of each piece that has a label, averaged over a row's pieces; 0 where none has one.

    Labels: int32 ``(b, n)``, negative where there is none; logits: float ``(b, n, C)``.
    """

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        logits, labels = tf.cast(outputs, tf.float32), batch["labels"]
        classes = logits.shape[-1]
        counted = tf.cast(labels >= 0, tf.float32)
        targets = (
            tf.one_hot(labels, classes, dtype=tf.float32) * (1.0 - label_smoothing)
            + label_smoothing / classes
        )
        losses = tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=logits) * counted
        return tf.reduce_sum(losses, axis=1) / tf.maximum(tf.reduce_sum(counted, axis=1), 1.0)

    return loss


def joint_cross_entropy(*, whole: int, label_smoothing: float = 0.0) -> Loss:
    """Return the cross entropy of a text's class plus the mean one of its pieces that have a label (Chen et al. 2019).

    Labels: int32 ``(b, n)``, the text's class at piece 0, negative where a piece has none; logits: float ``(b, n, K)``, the
    first ``whole`` columns for the text, read at piece 0.
    """
    text = softmax_cross_entropy(label_smoothing=label_smoothing)
    pieces = token_cross_entropy(label_smoothing=label_smoothing)

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        labels = batch["labels"]
        return text({"labels": labels[:, 0]}, outputs[:, 0, :whole]) + pieces(
            {"labels": labels[:, 1:]}, outputs[:, 1:, whole:]
        )

    return loss


def span_cross_entropy(*, label_smoothing: float = 0.0) -> Loss:
    """Return the cross entropy of the first and the last piece of a span over the real pieces of its row, averaged over both.

    Labels: int32 ``(b, 2)``, places of these pieces; logits: float ``(b, n, 2)`` (Devlin et al. 2019, section 4.2).
    """

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        logits = tf.transpose(tf.cast(outputs, tf.float32), (0, 2, 1))
        real = tf.cast(batch["attention_mask"], tf.float32)[:, tf.newaxis, :]
        logits -= 1e4 * (1.0 - real)
        targets = tf.one_hot(batch["labels"], tf.shape(logits)[-1], dtype=tf.float32)
        even = real / tf.reduce_sum(real, axis=-1, keepdims=True)
        targets = targets * (1.0 - label_smoothing) + even * label_smoothing
        losses = tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        return tf.reduce_mean(losses, axis=-1)

    return loss


def sigmoid_cross_entropy() -> Loss:
    """Return the binary cross entropy, averaged over labels. Labels: float32 ``(b, C)``; logits: float ``(b, C)``."""

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        labels = tf.cast(batch["labels"], tf.float32)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=tf.cast(outputs, tf.float32))
        return tf.reduce_mean(losses, axis=1)

    return loss


def sentence_cross_entropy() -> Loss:
    """Return the binary cross entropy of each sentence, averaged over a row's; a sentence's logit is the mean of its pieces'.

    Labels: int32 ``(b, n)``, 0 or 1 at the first piece of each sentence, negative at all others; logits: float ``(b, n, 1)``.
    """

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        labels = batch["labels"]
        first = labels >= 0
        logits = segment_means(tf.cast(outputs, tf.float32)[:, :, 0], first, batch["attention_mask"])
        counted = tf.cast(first, tf.float32)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.cast(labels, tf.float32), logits=logits)
        return tf.reduce_sum(losses * counted, axis=1) / tf.maximum(tf.reduce_sum(counted, axis=1), 1.0)

    return loss


def segment_means(values: Any, first: Any, mask: Any) -> Any:
    """For each piece the mean of float ``(b, n)`` over the real pieces of its segment; ``first``, bool: where one begins."""
    numbers = tf.cumsum(tf.cast(first, tf.int32), axis=1)
    same = tf.cast(numbers[:, :, tf.newaxis] == numbers[:, tf.newaxis, :], tf.float32)
    same *= tf.cast(mask, tf.float32)[:, tf.newaxis, :]
    return tf.linalg.matvec(same, values) / tf.maximum(tf.reduce_sum(same, axis=2), 1.0)


def pair_cosine() -> Loss:
    """Return the loss ``(cos(u, v) - y)^2`` of pairs of rows (Reimers and Gurevych 2019, section 3); 0 of rows without partner.

    Rows 2 i and 2 i + 1 of the training data are a pair; ``index``, int32 ``(b,)``, says which of them each row is. Labels:
    float32 ``(b,)``, the same for both; outputs: float ``(b, h)``.
    """

    def loss(batch: Mapping[str, Any], outputs: Any) -> Any:
        vectors = tf.math.l2_normalize(tf.cast(outputs, tf.float32), axis=-1, epsilon=1e-12)
        index = batch["index"]
        partner = tf.bitwise.bitwise_xor(index, tf.ones_like(index))
        pairs = tf.cast(tf.equal(partner[:, tf.newaxis], index[tf.newaxis, :]), tf.float32)
        found = tf.reduce_sum(pairs, axis=1)
        cosine = tf.reduce_sum(tf.matmul(vectors, vectors, transpose_b=True) * pairs, axis=1)
        error = tf.square(cosine / tf.maximum(found, 1.0) - tf.cast(batch["labels"], tf.float32))
        return tf.where(found > 0.0, error, tf.zeros_like(error))

    return loss


LOSSES: dict[str, Callable[..., Loss]] = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "mean_squared_error": mean_squared_error,
    "token_cross_entropy": token_cross_entropy,
    "joint_cross_entropy": joint_cross_entropy,
    "span_cross_entropy": span_cross_entropy,
    "sigmoid_cross_entropy": sigmoid_cross_entropy,
    "sentence_cross_entropy": sentence_cross_entropy,
    "pair_cosine": pair_cosine,
}


def make_loss(name: str, **settings: Any) -> Loss:
    """Return the loss ``name`` of ``LOSSES``; settings that are None, or 0 where a loss has no such setting,
    are left out. A name may end with how many columns are of the whole text: ``joint_cross_entropy:7``.

    Raises:
        TrainingError: an unknown name, or a setting that this loss does not have.
    """
    name, _, whole = name.partition(":")
    if name not in LOSSES:
        raise TrainingError(f"loss must be one of {', '.join(LOSSES)}, was '{name}'. Choose one of these.")
    given = {key: value for key, value in settings.items() if value} | (
        {"whole": int(whole)} if whole else {}
    )
    try:
        return LOSSES[name](**given)
    except TypeError:
        raise TrainingError(
            f"loss '{name}' has no setting {' or '.join(sorted(given))}: class weights and label smoothing "
            "belong to "
            "softmax_cross_entropy. Leave them out for this task."
        ) from None


def balanced_class_weights(labels: np.ndarray, num_classes: int) -> list[float]:
    """Return ``N / (C * count_c)`` for each class, so that all classes weigh the same in sum.

    Raises:
        TrainingError: a class has no example.
    """
    counts = np.bincount(np.asarray(labels, np.int64), minlength=num_classes)
    if (counts == 0).any():
        absent = ", ".join(str(index) for index in np.flatnonzero(counts == 0))
        raise TrainingError(
            f"class_weights: balanced needs an example of each class in the training data; there is none of "
            f"class {absent}. "
            "Give the weights as {label: weight}, or use other data."
        )
    return [float(weight) for weight in len(labels) / (num_classes * counts)]
