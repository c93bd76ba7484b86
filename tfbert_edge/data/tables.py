"""The rows of a source, from wherever they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge.data.contents import Contents, read_location
from tfbert_edge.data.locations import locate
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import Source


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Attributes:
        columns: name -> values; a class that the data set numbers stands there by its name, also in lists.
        class_names: name -> those names in the order of their numbers, for such columns.
        places: file and row of each row.
        numbers: each row's position, from 1, in all that was read.
    """

    columns: dict[str, list[Any]]
    class_names: dict[str, list[str]]
    places: list[tuple[str, int]]
    numbers: list[int]

    def __len__(self) -> int:
        return len(self.places)

    def where(self, index: int) -> str:
        """``train.csv, row 7``: rows are counted from 1, the header not among them."""
        name, row = self.places[index]
        return f"{name}, row {row}"

    def select(self, indices: list[int]) -> Table:
        """The rows at ``indices``, in their order."""
        columns = {name: [values[at] for at in indices] for name, values in self.columns.items()}
        places, numbers = [self.places[at] for at in indices], [self.numbers[at] for at in indices]
        return Table(columns, self.class_names, places, numbers)


def load_table(
    source: Source,
    columns: dict[str, str],
    *,
    setting: str,
    split: str = "train",
    seed: int,
    optional: Sequence[str] = (),
) -> Table:
    """The rows of a source that fit ``where``, at most ``limit`` of them.

    Args:
        columns: column -> the recipe's key that asks for it.
        setting: the recipe's key that holds the source, for messages.
        split: the split where the source names none.
        seed: draws the rows of ``limit`` where the source has no seed of its own.
        optional: columns to read too, where all files of the source have them.

    Raises:
        DataError: something cannot be found, read or matched; the message says what to do.
    """
    wanted = {**columns, **{column: f"{setting}.where" for column in source.where}}
    read = []
    for path in source.path:
        location = locate(path, setting=f"{setting}.path")
        read.append((read_location(location, source, setting, split), location.name))
    there = [column for column in optional if all(column in contents.names for contents, _ in read)]
    wanted |= {column: f"{setting}.path" for column in there}
    tables = [_table(contents, wanted, name) for contents, name in read]
    table = tables[0] if len(tables) == 1 else _joined(tables)
    if not len(table):
        raise DataError(f"{', '.join(source.path)} has no rows. Bring a file with examples.")
    table = _matching(table, source, setting)
    kept = drawn(len(table), source, seed)
    return table if len(kept) == len(table) else table.select(kept)


def drawn(count: int, source: Source, seed: int) -> list[int]:
    """Which of ``count`` rows ``source.limit`` leaves, in order; ``seed`` draws them where the source has none of its own."""
    if source.limit is None or source.limit >= count:
        return list(range(count))
    random = np.random.default_rng(seed if source.seed is None else source.seed)
    kept: list[int] = sorted(random.permutation(count)[: source.limit].tolist())
    return kept


def _table(contents: Contents, wanted: dict[str, str], name: str) -> Table:
    for column, setting in wanted.items():
        if column not in contents.names:
            raise DataError(
                f"column {column!r} not in {name}; it has: {', '.join(contents.names)}. Set {setting}."
            )
    columns: dict[str, list[Any]] = {}
    for column in wanted:
        columns[column] = contents.take(column)
        names = contents.class_names.get(column)
        if names is not None:
            columns[column] = [_named(value, names) for value in columns[column]]
    rows = list(range(1, contents.rows + 1))
    return Table(columns, contents.class_names, [(name, row) for row in rows], rows)


def _named(value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    # -1 is the sign of an unlabelled row.
    return None if value is None or value < 0 else names[value]


def _joined(tables: list[Table]) -> Table:
    columns = {
        name: [value for table in tables for value in table.columns[name]] for name in tables[0].columns
    }
    places = [place for table in tables for place in table.places]
    return Table(columns, tables[0].class_names, places, list(range(1, len(places) + 1)))


def _matching(table: Table, source: Source, setting: str) -> Table:
    for column, value in source.where.items():
        cells = [_cell(cell) for cell in table.columns[column]]
        kept = [at for at, cell in enumerate(cells) if cell == value]
        if not kept:
            found = ", ".join(repr(cell) for cell, _ in Counter(cells).most_common(5))
            raise DataError(
                f"no row has {value!r} in the column {column!r}; it has: {found}. Set {setting}.where."
            )
        table = table.select(kept)
    return table


def _cell(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
