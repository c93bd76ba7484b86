"""Encoders by name: the published small BERTs that serve as students, and ``tiny`` for tests."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.config import EncoderConfig

_UNCASED_VOCABULARY = 30522  # of BERT's uncased English word pieces, which all but ``tiny`` share


def _bert(layers: int, width: int, heads: int, neurons: int, **fields: Any) -> EncoderConfig:
    defaults: dict[str, Any] = {
        "family": "bert",
        "vocab_size": _UNCASED_VOCABULARY,
        "hidden_size": width,
        "embedding_size": width,
        "num_heads": (heads,) * layers,
        "head_size": width // heads,
        "intermediate_sizes": (neurons,) * layers,
    }
    return EncoderConfig(**(defaults | fields))


PRESETS: Final[dict[str, EncoderConfig]] = {
    "tiny": _bert(2, 32, 4, 64, vocab_size=128, max_position_embeddings=64),
    # Turc et al. 2019, "Well-read students learn better": layers x width, one head for 64 channels.
    "bert-mini": _bert(4, 256, 4, 1024),
    "bert-small": _bert(4, 512, 8, 2048),
    # Jiao et al. 2020, "TinyBERT".
    "tinybert-4": _bert(4, 312, 12, 1200),
    # Wang et al. 2020, "MiniLM"; three layers are the same with every second one left out.
    "minilm-l6-h384": _bert(6, 384, 12, 1536),
    "minilm-l3-h384": _bert(3, 384, 12, 1536),
}


def preset(name: str, **fields: Any) -> EncoderConfig:
    """The configuration called ``name``, with single ``fields`` (such as ``vocab_size``) replaced.

    Raises:
        CheckpointError: there is no preset of that name.
    """
    if name not in PRESETS:
        raise CheckpointError(f"preset must be one of {', '.join(PRESETS)}, was '{name}'.")
    return dataclasses.replace(PRESETS[name], **fields)
