"""A network small enough to be worked out with numpy, converted by the real converter.

probabilities = softmax(mean over the text's pieces of table[id] + segment of the last piece * shift)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfbert_edge.tasks.truth import Truth
from tfbert_edge.validate.evaluation_set import EvaluationSet

LENGTH, VOCABULARY = 8, 12


def _table(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(VOCABULARY, 2)).astype(np.float32) * 3


def reference_outputs(table: np.ndarray, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What the network gives for ids and mask (N, n), by numpy in float64."""
    weights = mask / mask.sum(axis=1, keepdims=True)
    scores = (table.astype(np.float64)[ids] * weights[:, :, None]).sum(axis=1)
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _convert(head) -> bytes:
    from tfbert_edge._keras import tf

    specs = [tf.TensorSpec((1, LENGTH), tf.int32, name) for name in ("ids", "segment_ids", "mask")]

    @tf.function(input_signature=specs)
    def network(ids, segment_ids, mask):
        return head(tf, ids, tf.cast(segment_ids, tf.float32), tf.cast(mask, tf.float32))

    concrete = network.get_concrete_function()
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], network).convert()


def _scores(table: np.ndarray):
    def head(tf, ids, segments, mask):
        pieces = tf.gather(tf.constant(table), ids) * mask[:, :, None]
        mean = tf.reduce_sum(pieces, 1) / tf.reduce_sum(mask, 1, keepdims=True)
        return tf.nn.softmax(mean + 0.0 * tf.reduce_sum(segments))

    return head


def _not_a_number(tf, ids, segments, mask):
    ones = tf.reduce_sum(mask, 1, keepdims=True) + 0.0 * tf.reduce_sum(segments)
    return tf.sqrt(-ones) * tf.constant([[1.0, 2.0]]) + tf.cast(ids[:, :1], tf.float32)


def _constant(tf, ids, segments, mask):
    inputs = tf.cast(tf.reduce_sum(ids), tf.float32) + tf.reduce_sum(segments) + tf.reduce_sum(mask)
    return tf.constant([[0.25, 0.75]]) + tf.minimum(inputs, 0.0)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`same` is the reference network, `other` one with another table, `nan` and `constant` are broken."""
    folder = tmp_path_factory.mktemp("models")
    heads = {"same": _scores(_table(0)), "other": _scores(_table(0) + 0.5 * _table(1))}
    paths = {}
    for name, head in {**heads, "nan": _not_a_number, "constant": _constant}.items():
        paths[name] = folder / f"{name}.tflite"
        paths[name].write_bytes(_convert(head))
    return paths


@pytest.fixture(scope="session")
def other_outputs(evaluation: EvaluationSet) -> np.ndarray:
    """What `other` must give, by numpy."""
    return reference_outputs(_table(0) + 0.5 * _table(1), evaluation.input_ids, evaluation.attention_mask)


@pytest.fixture(scope="session")
def evaluation() -> EvaluationSet:
    """60 random examples of 2 to 8 pieces; the reference network decides about 3 of 4 of them right."""
    rng = np.random.default_rng(5)
    lengths = rng.integers(2, LENGTH + 1, 60)
    mask = (np.arange(LENGTH) < lengths[:, None]).astype(np.int32)
    ids = rng.integers(1, VOCABULARY, (60, LENGTH)).astype(np.int32) * mask
    outputs = reference_outputs(_table(0), ids, mask)
    labels = np.where(rng.random(60) < 0.75, outputs.argmax(1), 1 - outputs.argmax(1)).astype(np.int32)
    return EvaluationSet(
        input_ids=ids,
        token_type_ids=np.zeros_like(ids),
        attention_mask=mask,
        truth=Truth(labels),
        keras_outputs=outputs.astype(np.float32),
        ids=[f"row-{number}" for number in range(60)],
        texts=[f"text {number}" for number in range(60)],
    )
