"""Entities in a text, from a tag of each word piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tfbert_edge.runtime.entities import Entity, read_entities
from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer
from tfbert_edge.runtime.windows import text_windows


@dataclass(frozen=True)
class EntitiesResult:
    """The entities of a text, in order; they do not overlap."""

    entities: tuple[Entity, ...]


class TokenClassificationReader(Reader):
    """Reads a text in windows; ``labels`` are the tags, in IOB2. See :mod:`tfbert_edge.runtime.entities`."""

    outputs: ClassVar[tuple[OutputSpec, ...]] = (OutputSpec("tags", per_piece=True),)
    cuts: ClassVar[bool] = False
    paired: ClassVar[bool | None] = False

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        return text_windows(text, tokenizer, max_length=max_length)

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> EntitiesResult:
        return EntitiesResult(read_entities(text, rows, outputs, self.labels))
