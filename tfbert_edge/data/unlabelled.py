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
from tfbert_edge.recipe.schema_unlabelled import Texts, Unlabelled

_OF_TABLES = ("config", "split", "revision", "quoting", "columns", "where", "pair_column")
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
    rows, known = _load(source, {source.column: "column"}, setting, seed, without)
    return [text for (text,) in rows], known


def load_unlabelled_pairs(
    source: Unlabelled, *, setting: str, seed: int, without: Iterable[str] = ()
) -> tuple[list[str], list[str], int]:
    """Read pairs of texts as :func:`load_unlabelled` reads texts; one of ``without`` takes every pair out that it is in.

    Returns the first texts, the second ones, and how many pairs were left out because of ``without``.
    """
    columns = {source.column: "column", str(source.pair_column): "pair_column"}
    rows, known = _load(source, columns, setting, seed, without)
    return [first for first, _ in rows], [second for _, second in rows], known


def _load(
    source: Texts, columns: dict[str, str], setting: str, seed: int, without: Iterable[str]
) -> tuple[list[tuple[str, ...]], int]:
    draws = seed if source.seed is None else source.seed
    rows = [row for path in source.path for row in _rows(source, path, columns, setting)]
    rows = _subset(rows, source.limit, draws)
    if source.cut == "sentences":
        rows = [(sentence,) for (text,) in rows for sentence in sentences(text)]
    excluded = {_key(text) for text in without}
    seen: set[tuple[str, ...]] = set()
    kept, known = [], 0
    for row in rows:
        keys = tuple(_key(text) for text in row)
        if not excluded.isdisjoint(keys):
            known += 1
        elif all(keys) and keys not in seen:
            seen.add(keys)
            kept.append(row)
    if not kept:
        raise DataError(
            f"{', '.join(source.path)} has no text to learn from beside those of data: it must hold one at least. "
            f"Correct {setting}."
        )
    return _subset(kept, source.examples, draws), known


def _subset(rows: list[tuple[str, ...]], count: int | None, seed: int) -> list[tuple[str, ...]]:
    if count is None or count >= len(rows):
        return rows
    places = np.random.default_rng(seed).permutation(len(rows))[:count]
    return [rows[at] for at in sorted(places.tolist())]


def _rows(source: Texts, path: str, columns: dict[str, str], setting: str) -> list[tuple[str, ...]]:
    location = locate(path, setting=f"{setting}.path")
    plain = source.format == "text" or (source.format is None and is_text(location.path))
    if location.kind == "file" and plain:
        senseless = [name for name in _OF_TABLES if getattr(source, name, None)]
        if senseless:
            raise DataError(
                f"{location.name} is a text file, one text a line: drop {setting}.{f', {setting}.'.join(senseless)}."
            )
        return [(line,) for line in text_lines(location.path, location.name)]
    one = source.model_copy(update={"path": (path,), "limit": None})
    table = load_table(
        one, {name: f"{setting}.{field}" for name, field in columns.items()}, setting=setting, seed=0
    )
    values = zip(*(table.columns[name] for name in columns), strict=True)
    return [
        tuple(
            _text(value, table.where(at), name, f"{setting}.{columns[name]}")
            for name, value in zip(columns, row, strict=True)
        )
        for at, row in enumerate(values)
    ]


def _text(value: Any, where: str, column: str, setting: str) -> str:
    if isinstance(value, list | dict | bytes):
        raise DataError(
            f"{where}: the column {column!r} must hold text, it holds a {type(value).__name__}. Set {setting}."
        )
    return "" if value is None else str(value)


def _key(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())
