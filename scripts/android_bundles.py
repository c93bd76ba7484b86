"""Write a tiny bundle of every task, with random weights, for the tests of the Kotlin core:

    python scripts/android_bundles.py build/android-bundles

A trained network is not needed to see whether two platforms make the same of a text.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.bundle import write_bundle
from tfbert_edge.errors import exit_with
from tfbert_edge.runtime.readers import READERS
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.stages.exporter import import_export

LENGTH = 24
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = "the of in to is was it and or not film story good bad great dull who when where ada paris berlin john".split()
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *LETTERS,
    *(f"##{one}" for one in LETTERS),
    *".,!?'-",
    *WORDS,
]
# Task -> its network's seed and head, how many numbers each output has, what is done to them, and the rest of its bundle.
TASKS: dict[str, dict[str, Any]] = {
    "classification": {
        "seed": 0,
        "head": "classification",
        "num_outputs": 3,
        "activation": "softmax",
        "labels": ("bad", "fair", "good"),
    },
    "regression": {
        "seed": 4,
        "head": "classification",
        "num_outputs": 1,
        "activation": "linear",
        "value_range": (-2.0, 2.0),
    },
    "embedding": {"seed": 1, "head": "cls_pooling", "num_outputs": 32, "activation": "linear"},
    "intent_slots": {
        "seed": 0,
        "head": "joint",
        "num_outputs": (3, 3),
        "activation": "linear",
        "labels": ("play", "book", "ask", "O", "B-name", "I-name"),
        "settings": {"intents": 3},
    },
    "multi_label": {
        "seed": 2,
        "head": "classification",
        "num_outputs": 4,
        "activation": "sigmoid",
        "labels": ("joy", "fear", "anger", "love"),
        "settings": {"thresholds": {"joy": 0.4, "fear": 0.55}},
    },
    "token_classification": {
        "seed": 1,
        "head": "tokens",
        "num_outputs": 5,
        "activation": "linear",
        "labels": ("O", "B-LOC", "I-LOC", "B-PER", "I-PER"),
    },
    "question_answering": {
        "seed": 3,
        "head": "span",
        "num_outputs": (1, 1),
        "activation": "linear",
        "settings": {"max_answer_length": 6},
    },
    "summarization": {
        "seed": 0,
        "head": "tokens",
        "num_outputs": 1,
        "activation": "linear",
        "settings": {"sentences": 2, "trigram_blocking": True, "frequency_levels": 3},
    },
}
TEXTS = (
    "Ada was in Paris when John met the good dull film. It is a great story! Who was not in it?",
    "the film is good and not bad, it was great. " * 8,
    "who was in berlin",
)


def network(head: str, num_outputs: Any, seed: int, segments: int) -> Any:
    """A BERT of one layer and 32 dimensions with random weights, its ranges measured on random pieces."""
    from tfbert_edge.models.config import EncoderConfig
    from tfbert_edge.models.heads import build_model
    from tfbert_edge.models.quantization import assign_ranges, fake_quantize
    from tfbert_edge.models.ranges import estimate_ranges, observe

    config = EncoderConfig(
        family="bert",
        vocab_size=len(PIECES),
        hidden_size=32,
        embedding_size=32,
        num_heads=(2,),
        head_size=16,
        intermediate_sizes=(64,),
        max_position_embeddings=LENGTH,
        type_vocab_size=segments,
    )
    model = build_model(config, head=head, num_outputs=num_outputs)
    generator = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        start = 1.0 if "gamma" in variable.name else 0.0
        variable.assign(start + 0.15 * generator.standard_normal(variable.shape))
    batches = [
        {
            "input_ids": generator.integers(0, len(PIECES), (16, LENGTH), np.int32),
            "token_type_ids": generator.integers(0, segments, (16, LENGTH), np.int32),
            "attention_mask": np.ones((16, LENGTH), np.int32),
        }
    ]
    quantized = fake_quantize(model, weights=False)  # The converter quantizes them.
    assign_ranges(quantized, estimate_ranges(observe(model, batches), "minmax"))
    return quantized


def main() -> None:
    """Write the bundles of all tasks, in folders of their names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where to write them; what is there is replaced")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    convert = import_export("export.convert").convert
    tokenizer = Tokenizer.from_vocabulary(PIECES, TokenizerSettings(max_length=LENGTH, stride=4))
    for task in READERS:
        settings = dict(TASKS[task])
        segments = READERS[task](settings=settings.get("settings", {})).segment_types
        model = network(settings.pop("head"), settings.pop("num_outputs"), settings.pop("seed"), segments)
        names = [spec.name for spec in READERS[task].outputs]
        activation = settings.pop("activation")
        path = folder / f"{task}.tflite"
        path.write_bytes(
            convert(model, "int8", sequence_length=LENGTH, output_activation=activation, output_names=names)
        )
        texts = [(text, TEXTS[0]) for text in TEXTS[::-1]] if READERS[task].paired else list(TEXTS)
        write_bundle(
            folder / task,
            model_path=path,
            tokenizer=tokenizer,
            task=task,
            golden_texts=texts,
            zip=False,
            overwrite=True,
            **settings,
        )
        path.unlink()
        print(folder / task)


if __name__ == "__main__":
    exit_with(main)
