"""A tiny bundle for building the app where no trained model is at hand. Its weights are written down, not learned."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

GOOD = "good great lovely charming fresh funny bright moving".split()
BAD = "bad awful dull poor stale sad boring tired".split()
NOUNS = "film movie story plot script music".split()
LABELS = ("negative", "positive")
LENGTH = 32
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write_sample_bundle(folder: Path) -> Path:
    """Write the bundle of an int8 classifier that weighs good words against bad ones.

    The network has the inputs and outputs of every model of this project and goes through the same packing; a sentence of
    its words is answered right, any other near even.
    """
    from tfbert_edge.bundle import write_bundle
    from tfbert_edge.runtime.predictor import Predictor
    from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings

    pieces = [*_SPECIAL, *_LETTERS, *(f"##{letter}" for letter in _LETTERS), *GOOD, *BAD, *NOUNS]
    pieces = list(dict.fromkeys([*pieces, *"the is and but not . , ! ?".split()]))
    tokenizer = Tokenizer.from_vocabulary(pieces, TokenizerSettings(max_length=LENGTH))
    examples = _examples()
    folder.parent.mkdir(parents=True, exist_ok=True)
    model = folder.with_name("sample.tflite")
    model.write_bytes(_int8_model(tokenizer, [row["text"] for row in examples]))
    settings: dict[str, Any] = {
        "model_path": model,
        "tokenizer": tokenizer,
        "task": "classification",
        "labels": LABELS,
        "model_card": "# Sample\n\nWeighs good words against bad ones, for trying the app without a trained model.\n",
        "golden_texts": [row["text"] for row in examples[:20]],
        "eval_examples": examples,
        "zip": False,
    }
    draft = folder.with_name("sample_draft")
    predictor = Predictor.from_bundle(write_bundle(draft, **settings, overwrite=True))
    right = sum(predictor(row["text"]).label == row["label"] for row in examples)  # type: ignore[union-attr]
    write_bundle(folder, **settings, figures={"metrics": {"accuracy": right / len(examples)}})
    shutil.rmtree(draft)
    model.unlink()
    return folder


def _examples() -> list[dict[str, str]]:
    """Sentences of one, two or three opinions; what most of them say is the label."""
    rows = []
    for number, (first, second) in enumerate(itertools.product(range(8), range(8))):
        for words, label in ((GOOD, "positive"), (BAD, "negative")):
            other = (BAD if words is GOOD else GOOD)[(first + 3) % 8]
            noun = NOUNS[number % len(NOUNS)]
            text = f"the {noun} is {words[first]} and {words[second]}" + (
                f" but {other}!" if number % 3 else "."
            )
            rows.append({"id": f"sample-{len(rows) + 1}", "text": text, "label": label})
    return rows


def _int8_model(tokenizer: Any, texts: list[str]) -> bytes:
    """Each piece's weight, summed over the mask, then softmax; converted with the texts for calibration."""
    import numpy as np

    from tfbert_edge._keras import keras, tf

    weights = np.zeros((len(tokenizer.vocabulary), 2), np.float32)
    for sign, words in ((-1, BAD), (1, GOOD)):
        for word in words:
            weights[tokenizer.vocabulary.index(word)] = (-sign * LENGTH, sign * LENGTH)
    gates = np.repeat([[0.0], [1.0]], 2, axis=1)
    names = ("ids", "segment_ids", "mask")
    inputs = [keras.Input(batch_shape=(1, LENGTH), dtype=tf.int32, name=name) for name in names]
    tables = [
        keras.layers.Embedding(len(table), 2, embeddings_initializer=keras.initializers.Constant(table))
        for table in (weights, np.zeros((2, 2)), gates)
    ]
    vectors, segments, gate = (table(each) for table, each in zip(tables, inputs, strict=True))
    gated = keras.layers.Multiply()([keras.layers.Add()([vectors, segments]), gate])
    pooled = keras.layers.GlobalAveragePooling1D()(gated)
    identity = keras.layers.Dense(2, kernel_initializer=keras.initializers.Identity(), activation="softmax")
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(inputs, identity(pooled)))

    def calibration() -> Any:
        for text in texts:
            encoding = tokenizer.encode(text)
            padded = np.zeros((3, 1, LENGTH), np.int32)
            size = len(encoding.ids)
            padded[0, 0, :size], padded[2, 0, :size] = encoding.ids, 1
            yield dict(zip(names, padded, strict=True))

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_output_type = tf.uint8
    return converter.convert()


if __name__ == "__main__":
    write_sample_bundle(Path(sys.argv[1]))
