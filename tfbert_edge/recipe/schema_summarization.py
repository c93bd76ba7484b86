"""The ``task`` block of a summarization."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
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
    frequency_levels: Annotated[int, Field(ge=2, le=8)] | None = None
    """Each word piece is embedded with how often it stands in the whole document, in so many levels: once, 2 or 3 times, 4 to
    7 times, and so on, the last without an end; null: it is not."""

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
