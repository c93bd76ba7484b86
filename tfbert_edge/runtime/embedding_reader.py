"""A text as a vector of length 1, and how alike two texts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer

DIGITS = 6
"""To so many decimals answers are rounded: what is left is the same in whatever order a platform sums up."""


@dataclass(frozen=True)
class EmbeddingResult:
    """A text's vector, of length 1."""

    embedding: tuple[float, ...]


@dataclass(frozen=True)
class SimilarityResult:
    """The cosine of the angle between two texts' vectors, and these, each of length 1."""

    similarity: float
    embedding: tuple[float, ...]
    pair_embedding: tuple[float, ...]


def normalized(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length 1 of the same directions: (..., h) -> float64 (..., h); 0 stays 0."""
    values = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return values / np.where(lengths > 0.0, lengths, 1.0)


class EmbeddingReader(Reader):
    """Each text is a row of its own, so that a pair is two rows; longer texts are cut."""

    outputs = (OutputSpec("embedding"),)
    cuts = False

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        texts = [text] if pair is None else [text, pair]
        return [tokenizer.encode(one, max_length=max_length) for one in texts]

    def width(self, spec: OutputSpec) -> int | None:
        return None

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> EmbeddingResult | SimilarityResult:
        vectors = normalized(np.stack(list(outputs)))
        embeddings = [tuple(vector.round(DIGITS).tolist()) for vector in vectors]
        if len(embeddings) == 1:
            return EmbeddingResult(embeddings[0])
        return SimilarityResult(round(float(vectors[0] @ vectors[1]), DIGITS), embeddings[0], embeddings[1])
