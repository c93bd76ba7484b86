"""Tiny classifiers in TFLite, made with the real converter, and a tokenizer to go with them."""

from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings

LENGTH = 16
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "good",
    "bad",
    "film",
    "##s",
    "!",
    "?",
    ",",
    ".",
    "the",
    "is",
    "not",
    "e",
    "un",
    "##like",
    "##ly",
    "it",
]
PIECES += ["\u00e9", "\u6f22", "\U0001f600"]


@pytest.fixture(scope="session")
def tiny_tokenizer():
    return Tokenizer.from_vocabulary(PIECES, TokenizerSettings(max_length=LENGTH))


@pytest.fixture(scope="session")
def tiny_models():
    """Form -> (model bytes, Keras model): embeddings, a mean over the mask, Dense, softmax."""
    from tfbert_edge._keras import keras

    mean = keras.layers.GlobalAveragePooling1D()
    classifier, regressor = _network(3, "softmax", mean), _network(1, None, mean)
    return {
        "float32": (_convert(classifier, False), classifier),
        "int8": (_convert(classifier, True), classifier),
        "regression": (_convert(regressor, True), regressor),
    }


@pytest.fixture(scope="session")
def wrong_reference():
    """A file whose int8 SUM has unequal scales in and out, which LiteRT's reference kernel gets wrong without an error."""
    from tfbert_edge._keras import keras, tf

    return _convert(_network(3, "softmax", keras.layers.Lambda(lambda x: tf.reduce_sum(x, axis=-1))), True)


@pytest.fixture(scope="session")
def tiny_inputs():
    """Ids, segment ids and mask of 40 examples, int32 (1, LENGTH) each."""
    return [(one["ids"], one["segment_ids"], one["mask"]) for one in _representative()]


def _network(outputs, activation, pool):
    from tfbert_edge._keras import keras, tf

    names = ("ids", "segment_ids", "mask")
    ids, segment_ids, mask = (
        keras.Input(batch_shape=(1, LENGTH), dtype=tf.int32, name=name) for name in names
    )
    wide = [keras.initializers.RandomNormal(stddev=1.0, seed=seed) for seed in (1, 2, 3)]
    vectors = keras.layers.Add()(
        [
            keras.layers.Embedding(len(PIECES), 8, embeddings_initializer=wide[0])(ids),
            keras.layers.Embedding(2, 8, embeddings_initializer=wide[1])(segment_ids),
        ]
    )
    # A table makes the mask a number without a CAST, which has no integer form.
    table = keras.initializers.Constant(np.repeat([[0.0], [1.0]], 8, axis=1))
    gate = keras.layers.Embedding(2, 8, embeddings_initializer=table)(mask)
    pooled = pool(keras.layers.Multiply()([vectors, gate]))
    hidden = keras.layers.Dense(outputs, kernel_initializer=wide[2], activation=activation)(pooled)
    return keras.Model([ids, segment_ids, mask], hidden)


def _representative():
    random = np.random.default_rng(3)
    for _ in range(40):
        filled = random.integers(2, LENGTH)
        mask = (np.arange(LENGTH) < filled).astype(np.int32)[None]
        ids = random.integers(0, len(PIECES), (1, LENGTH)).astype(np.int32) * mask
        yield {
            "ids": ids,
            "segment_ids": random.integers(0, 2, (1, LENGTH)).astype(np.int32),
            "mask": mask,
        }


def _convert(model, integer):
    from tfbert_edge._keras import tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if integer:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = _representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_output_type = tf.uint8
    return converter.convert()


@pytest.fixture
def make_bundle(tmp_path, tiny_models, tiny_tokenizer):
    """Write a bundle of a tiny model; keyword arguments go to write_bundle."""
    from tfbert_edge.bundle import write_bundle

    def make(form="int8", folder="bundle", **changes):
        model_path = tmp_path / f"{form}.tflite"
        model_path.write_bytes(tiny_models[form][0])
        regression = form == "regression"
        arguments = {
            "model_path": model_path,
            "tokenizer": tiny_tokenizer,
            "task": "regression" if regression else "classification",
            "labels": () if regression else ("negative", "neutral", "positive"),
            "form": form,
            "golden_texts": ["a good film", "the film is not bad!"],
            "model_card": "# Tiny\n",
        }
        return write_bundle(tmp_path / folder, **{**arguments, **changes})

    return make
