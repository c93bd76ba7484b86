"""What tests of every room share: no network, one Keras, and a tiny random BERT in a Hugging Face folder."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Before anything imports TensorFlow or the hub's client, which read these once.
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"

import numpy as np
import pytest

_WORDS = (
    "the a an and or but not of in on to is was it this that with for as at by very so too no more most all one film "
    "movie story plot actor scene love hate good bad great awful fine poor dull funny sad best worst fun boring bright "
    "dark warm cold charming clumsy fresh stale smart silly moving tired sharp flat lovely ugly script music ending"
)
_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'\"-:;()"


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """What a test draws without a seed of its own is the same in every run and in any order of tests."""
    if "tfbert_edge._keras" in sys.modules:
        from tfbert_edge._keras import keras

        keras.utils.set_random_seed(1)


@pytest.fixture(scope="session")
def free_ports() -> Callable[[int], list[int]]:
    """``free_ports(count)`` returns as many ports of this machine on which nothing listens."""

    def find(count: int) -> list[int]:
        sockets = [socket.socket() for _ in range(count)]
        try:
            for each in sockets:
                each.bind(("localhost", 0))
            return [each.getsockname()[1] for each in sockets]
        finally:
            for each in sockets:
                each.close()

    return find


@pytest.fixture(scope="session")
def tiny_vocabulary() -> list[str]:
    """Word pieces of the tiny BERT: specials, every ASCII letter and digit alone and inside a word, some words."""
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *_CHARACTERS,
        *(f"##{c}" for c in _CHARACTERS[:36]),
    ]
    return list(dict.fromkeys([*pieces, *_WORDS.split(), "##s", "##ing", "##ed", "##er", "##ly"]))


@pytest.fixture(scope="session")
def make_tiny_bert(tiny_vocabulary: list[str]) -> Callable[..., Path]:
    """``make_tiny_bert(folder, seed=0, **config)`` writes a random BERT encoder, as its authors would publish it."""

    def make(folder: Path, *, seed: int = 0, **changes: Any) -> Path:
        config = {
            "model_type": "bert",
            "architectures": ["BertModel"],
            "vocab_size": len(tiny_vocabulary),
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "hidden_act": "gelu",
            "max_position_embeddings": 64,
            "type_vocab_size": 2,
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "layer_norm_eps": 1e-12,
            "initializer_range": 0.02,
            "pad_token_id": 0,
        } | changes
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=2))
        (folder / "vocab.txt").write_text("\n".join(tiny_vocabulary) + "\n", encoding="utf-8")
        settings = {"do_lower_case": True, "model_max_length": 64, "tokenizer_class": "BertTokenizer"}
        (folder / "tokenizer_config.json").write_text(json.dumps(settings))
        _save_random_weights(folder / "model.safetensors", config, np.random.default_rng(seed))
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_bert_folder(make_tiny_bert: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 2 layers, 32 wide, with its tokenizer files. Shared: read it, do not write into it."""
    return make_tiny_bert(tmp_path_factory.mktemp("tiny-bert"))


def _save_random_weights(path: Path, config: dict[str, Any], random: np.random.Generator) -> None:
    from safetensors.numpy import save_file

    width, neurons = config["hidden_size"], config["intermediate_size"]
    tensors: dict[str, np.ndarray] = {}

    def draw(name: str, *shape: int) -> None:
        tensors[name] = random.normal(0.0, 0.05, shape).astype(np.float32)

    def dense(name: str, outputs: int, inputs: int) -> None:
        draw(f"{name}.weight", outputs, inputs)
        draw(f"{name}.bias", outputs)

    def norm(name: str) -> None:
        draw(f"{name}.bias", width)
        tensors[f"{name}.weight"] = 1 + random.normal(0.0, 0.05, width).astype(np.float32)

    draw("embeddings.word_embeddings.weight", config["vocab_size"], width)
    draw("embeddings.position_embeddings.weight", config["max_position_embeddings"], width)
    draw("embeddings.token_type_embeddings.weight", config["type_vocab_size"], width)
    norm("embeddings.LayerNorm")
    for index in range(config["num_hidden_layers"]):
        layer = f"encoder.layer.{index}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            dense(f"{layer}.attention.{part}", width, width)
        norm(f"{layer}.attention.output.LayerNorm")
        dense(f"{layer}.intermediate.dense", neurons, width)
        dense(f"{layer}.output.dense", width, neurons)
        norm(f"{layer}.output.LayerNorm")
    dense("pooler.dense", width, width)
    save_file(tensors, path, metadata={"format": "pt"})
