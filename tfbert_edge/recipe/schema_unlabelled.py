"""The ``unlabelled`` block of steps that distil: texts of which the teacher alone knows what they are."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import PositiveInt
from tfbert_edge.recipe.schema_data import Source


class Unlabelled(Source):
    """Texts without labels: a text file with one a line, or one column of any source. Validation texts are left out."""

    TAG: ClassVar[str] = "unlabelled"

    format: Literal["text", "csv", "tsv", "jsonl", "parquet"] | None = None  # type: ignore[assignment]
    """The file format; null: from the file's name (.txt is text, a final .gz is fine)."""
    column: str = "text"
    """The column of the text; a text file has none."""
    cut: Literal["sentences", "none"] = "none"
    """sentences: long texts are cut at line breaks and at the ends of sentences."""
    examples: PositiveInt | None = None
    """At most this many texts (sentences, where they are cut), drawn at random; `limit` draws rows before the cut."""
    with_training: bool = True
    """Whether the student learns from data.train as well."""
