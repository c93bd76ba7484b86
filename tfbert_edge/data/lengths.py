"""How long a task's examples are, and what a maximum length costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.features import encode_examples
from tfbert_edge.data.word_counts import NO_LIMIT
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.tasks.base import Task

# What the recipe's data.max_length and export.sequence_length must be at least.
SHORTEST = 8


def example_lengths(examples: Examples, tokenizer: Tokenizer, task: Task | None = None) -> np.ndarray:
    """Each example's length in word pieces, [CLS] and [SEP] included, before it is cut or read in windows: int32 (N,).

    ``task``: who reads them; None for plain texts and pairs.
    """
    return encode_examples(examples, tokenizer, max_length=NO_LIMIT, task=task).lengths


def length_for(lengths: np.ndarray, percentile: float, *, at_most: int) -> int:
    """The least length, from 8 to ``at_most``, that at least ``percentile`` per cent of ``lengths`` fit in."""
    needed = int(np.percentile(lengths, percentile, method="inverted_cdf"))
    return min(max(needed, SHORTEST), at_most)


def cut_figures(lengths: np.ndarray, max_length: int) -> dict[str, Any]:
    """What lies beyond ``max_length`` of examples of these ``lengths``: lost where they are cut, else in further windows.

    Returns ``examples`` and ``pieces``, how many are longer and how many lie beyond, and both as shares of all.
    """
    over = np.maximum(lengths.astype(np.int64) - max_length, 0)
    examples, pieces = int(np.count_nonzero(over)), int(over.sum())
    return {
        "examples": examples,
        "examples_share": examples / max(1, len(lengths)),
        "pieces": pieces,
        "pieces_share": pieces / max(1, int(lengths.sum(dtype=np.int64))),
    }
