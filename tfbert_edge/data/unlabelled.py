"""Texts without labels: what a student learns from beside its examples, and what a vocabulary is made from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from tfbert_edge.data.locations import is_text, locate
from tfbert_edge.data.sentences import sentences
from tfbert_edge.data.tables import load_table
from tfbert_edge.data.text_files import text_lines
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema_unlabelled import Texts

_OF_TABLES = ("config", "split", "revision", "quoting", "columns", "where")
_NO_LETTERS = re.compile(r"[\W_]+")


def load_unlabelled(
    source: Texts, *, setting: str, seed: int, without: Iterable[str] = ()
) -> tuple[list[str], int]:
    """Read the texts of ``source``, cut them where it says so, and draw a subset where it says so.

    Left out are texts without a letter or digit, those that repeat another, and those of ``without``, where two texts count
    as the same when their letters and digits are, whatever their case. Returns the texts, and how many of ``without``
    were left out.

    Args:
        setting: the recipe's key that holds ``source``, for messages.
        seed: draws the subset, and the rows of ``limit`` where the source has no seed of its own.

    Raises:
        DataError: a file or column is missing or wrong, or no text is left; the message says where and what to do.
    """
    draws = seed if source.seed is None else source.seed
    texts = [text for path in source.path for text in _texts(source, path, setting)]
    texts = _subset(texts, source.limit, draws)
    if source.cut == "sentences":
        texts = [sentence for text in texts for sentence in sentences(text)]
    excluded = {_key(text) for text in without}
    seen, kept, known = {""}, [], 0
    for text in texts:
        key = _key(text)
        if key in excluded:
            known += 1
        elif key not in seen:
            seen.add(key)
            kept.append(text)
    if not kept:
        raise DataError(
            f"{', '.join(source.path)} has no text to learn from beside those of data: it must hold one at least. "
            f"Correct {setting}."
        )
    return _subset(kept, source.examples, draws), known


def _subset(texts: list[str], count: int | None, seed: int) -> list[str]:
    if count is None or count >= len(texts):
        return texts
    places = np.random.default_rng(seed).permutation(len(texts))[:count]
    return [texts[at] for at in sorted(places.tolist())]


def _texts(source: Texts, path: str, setting: str) -> list[str]:
    location = locate(path, setting=f"{setting}.path")
    plain = source.format == "text" or (source.format is None and is_text(location.path))
    if location.kind == "file" and plain:
        senseless = [name for name in _OF_TABLES if getattr(source, name)]
        if senseless:
            raise DataError(
                f"{location.name} is a text file, one text a line: drop {setting}.{f', {setting}.'.join(senseless)}."
            )
        return text_lines(location.path, location.name)
    one = source.model_copy(update={"path": (path,), "limit": None})
    table = load_table(one, {source.column: f"{setting}.column"}, setting=setting, seed=0)
    return [
        _text(value, table.where(at), source.column, setting)
        for at, value in enumerate(table.columns[source.column])
    ]


def _text(value: Any, where: str, column: str, setting: str) -> str:
    if isinstance(value, list | dict | bytes):
        raise DataError(
            f"{where}: the column {column!r} must hold text, it holds a {type(value).__name__}. Set {setting}.column."
        )
    return "" if value is None else str(value)


def _key(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())
