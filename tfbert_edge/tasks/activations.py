"""What export appends to the logits, in numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """exp(x - max) / sum, over the last axis, float32."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), float32; by the half that does not overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0 / (1.0 + small), small / (1.0 + small)).astype(np.float32)


ACTIVATIONS: Final[dict[str, Callable[[np.ndarray], np.ndarray]]] = {
    "linear": lambda logits: logits,
    "softmax": softmax,
    "sigmoid": sigmoid,
}
"""By the names of ``Task.output_activation``."""
