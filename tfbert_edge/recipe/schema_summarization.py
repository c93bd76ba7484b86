"""The ``task`` block of a summarization."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block
from tfbert_edge.recipe.schema_data import CountOrFraction


class SummarizationTask(Block):
    """The sentences of a document that make its summary (Liu 2019). data.label_column holds a summary: a text, or a list of
    sentences."""

    TAG: ClassVar[str] = "summarization"
    WINDOWS: ClassVar[bool] = True

    type: Literal["summarization"]
    sentences: CountOrFraction | None = None
    """How many sentences a summary has: a count, or a fraction of the document's."""
    words: CountOrFraction | None = None
    """In place of sentences, how many words it may have: a count, or a fraction of the document's."""
    trigram_blocking: bool = True
    """Whether a sentence that repeats three words in a row of one already chosen is left out."""

    @model_validator(mode="after")
    def _one_limit(self) -> SummarizationTask:
        if (self.sentences is None) == (self.words is None):
            given = "both are" if self.words is not None else "neither is"
            raise PydanticCustomError(
                "sentences",
                "a summary needs one limit, sentences or words, of which {given} given",
                {"given": given},
            )
        return self
