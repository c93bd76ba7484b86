"""Pairs of texts with a score of how alike they are, from the columns of a table; or texts alone to learn from."""

from __future__ import annotations

import math

from tfbert_edge.data.locations import locate
from tfbert_edge.data.raw import RawExamples, Reading, table_examples
from tfbert_edge.data.tables import drawn
from tfbert_edge.data.text_files import text_lines
from tfbert_edge.errors import DataError


def embedding_examples(reading: Reading) -> RawExamples:
    """Pairs with scores from a table; where ``format`` is text, the lines of files, whose score is NaN.

    Raises:
        DataError: a file or column is missing, or a text is empty.
    """
    source = reading.source
    if source.format != "text":
        return table_examples(reading)
    texts: list[str] = []
    places: list[tuple[str, int]] = []
    for path in source.path:
        location = locate(path, setting=f"{reading.setting}.path")
        lines = text_lines(location.path, location.name)
        texts += lines
        places += [(location.name, number) for number in range(1, len(lines) + 1)]
    if not texts:
        raise DataError(f"{', '.join(source.path)} has no lines. Bring a file with a text on each.")
    kept = drawn(len(texts), source, reading.seed)
    texts, places = [texts[at] for at in kept], [places[at] for at in kept]
    return RawExamples(
        ids=[f"{reading.role}-{at + 1}" for at in kept],
        texts=texts,
        pairs=None,
        values=[math.nan] * len(texts),
        where=lambda index: f"{places[index][0]}, text {places[index][1]}",
    )
