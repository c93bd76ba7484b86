"""The float network that is exported, with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.tasks.base import Task


@dataclass(frozen=True)
class Network:
    """A Keras model (logits, float32), and the tokenizer whose ids index its embeddings.

    ``kept_ids``, int32 (V',): the rows of the trained embeddings that stayed; None where all did.
    """

    model: Any
    config: EncoderConfig
    tokenizer: Tokenizer
    task: Task
    kept_ids: np.ndarray | None
    vocabulary_sizes: dict[str, int]
