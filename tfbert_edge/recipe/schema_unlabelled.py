"""Texts alone: the domain and the general texts of a vocabulary, and the ``unlabelled`` ones of steps that distil."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import PositiveInt
from tfbert_edge.recipe.schema_data import Source


class Texts(Source):
    """Texts: a text file with one a line, or one column of any source."""

    TAG: ClassVar[str] = "texts"

    format: Literal["text", "csv", "tsv", "jsonl", "parquet"] | None = None
    """The file format; null: from the file's name (.txt is text, a final .gz is fine)."""
    column: str = "text"
    """The column of the text; a text file has none."""
    cut: Literal["sentences", "none"] = "none"
    """sentences: long texts are cut at line breaks and at the ends of sentences."""
    examples: PositiveInt | None = None
    """At most this many texts (sentences, where they are cut), drawn at random; `limit` draws rows before the cut."""


class Unlabelled(Texts):
    """Texts without labels, of which the teacher alone knows what they are. Validation texts are left out."""

    TAG: ClassVar[str] = "unlabelled"

    pair_column: str | None = None
    """The column of the second text, where the task reads pairs; pairs of which data holds a text are left out."""
    with_training: bool = True
    """Whether the student learns from data.train as well."""
