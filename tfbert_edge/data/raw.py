"""What a source holds for a task, before its labels are known to be right."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.tables import Table, load_table
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import DataConfig, Source
from tfbert_edge.tasks.classification import label_text


@dataclass(frozen=True)
class RawExamples:
    """N examples as they stand in a source.

    ``values`` are what ``Task.encode_labels`` takes, ``where`` says where example i stands; ``class_names`` are those of a
    data set that numbers its classes, in order; ``warnings`` are sentences that the user should see.
    """

    ids: list[str]
    texts: list[str]
    pairs: list[str] | None
    values: list[Any]
    where: Callable[[int], str]
    class_names: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def distinct(self) -> RawExamples:
        """Of examples with the same texts, white space at their ends aside, the first."""
        pairs: Sequence[str] = [""] * len(self) if self.pairs is None else self.pairs
        first: dict[tuple[str, str], int] = {}
        for at, (text, pair) in enumerate(zip(self.texts, pairs, strict=True)):
            first.setdefault((text.strip(), pair.strip()), at)
        kept = list(first.values())
        return RawExamples(
            ids=[self.ids[at] for at in kept],
            texts=[self.texts[at] for at in kept],
            pairs=None if self.pairs is None else [self.pairs[at] for at in kept],
            values=[self.values[at] for at in kept],
            where=lambda index: self.where(kept[index]),
            class_names=self.class_names,
            warnings=self.warnings,
        )


@dataclass(frozen=True)
class Reading:
    """Which source is read: ``role`` is train, validation or test, ``setting`` its key in the recipe."""

    source: Source
    data: DataConfig
    role: str
    seed: int

    @property
    def setting(self) -> str:
        """``data.train``, ``data.validation`` or ``data.test``."""
        return f"data.{self.role}"


Loader = Callable[[Reading], RawExamples]


def table_examples(reading: Reading) -> RawExamples:
    """Texts, or pairs of texts, with labels, from the columns of a table that the recipe names.

    Raises:
        DataError: a file or column is missing, or a text is empty; the message says where and what to do.
    """
    column = reading.data.label_column
    raw, table = table_of_texts(reading, {column: "data.label_column"})
    return dataclasses.replace(
        raw, values=list(table.columns[column]), class_names=tuple(table.class_names.get(column, ()))
    )


def table_of_texts(reading: Reading, labels: dict[str, str]) -> tuple[RawExamples, Table]:
    """Texts, or pairs of texts, without values, and the table that they come from with its columns ``labels`` too.

    ``labels`` maps columns to the recipe's keys that ask for them.

    Raises:
        DataError: a file or column is missing, or a text is empty; the message says where and what to do.
    """
    data = reading.data
    table = load_table(
        reading.source,
        _texts_wanted(data) | labels,
        setting=reading.setting,
        split=reading.role,
        seed=reading.seed,
    )
    raw = RawExamples(
        ids=row_ids(table, data.id_column, reading.role),
        texts=texts_of(table, data.text_column),
        pairs=None if data.text_pair_column is None else texts_of(table, data.text_pair_column),
        values=[None] * len(table),
        where=table.where,
    )
    return raw, table


def texts_of(table: Table, column: str) -> list[str]:
    """The texts in a column.

    Raises:
        DataError: one is empty, or no text.
    """
    texts: list[str] = []
    empty: list[int] = []
    for at, value in enumerate(table.columns[column]):
        if isinstance(value, list | dict | bytes):
            raise DataError(
                f"{table.where(at)}: the column {column!r} must hold text, it holds a {type(value).__name__}. "
                "Set data.text_column or data.text_pair_column."
            )
        text = "" if value is None else str(value)
        if not text.strip():
            empty.append(at)
        texts.append(text)
    if empty:
        more = f" (and {len(empty) - 1} more)" if len(empty) > 1 else ""
        raise DataError(
            f"{table.where(empty[0])}{more}: the text in the column {column!r} is empty. Fill or drop the row."
        )
    return texts


def row_ids(table: Table, column: str | None, role: str) -> list[str]:
    """The ids in a column, or, without one, ``train-1`` and so on.

    Raises:
        DataError: an id is missing, or stands there twice.
    """
    if column is None:
        return [f"{role}-{number}" for number in table.numbers]
    first: dict[str, int] = {}
    for at, value in enumerate(table.columns[column]):
        text = label_text(value)
        if text is None:
            raise DataError(
                f"{table.where(at)} has no id in the column {column!r}. Give it one, or drop data.id_column."
            )
        if text in first:
            raise DataError(
                f"{table.where(at)} has the id {text!r}, as {table.where(first[text])} has. "
                "Ids must differ: correct them, or drop data.id_column."
            )
        first[text] = at
    return list(first)


def _texts_wanted(data: DataConfig) -> dict[str, str]:
    settings = ("text_column", "text_pair_column", "id_column")
    return {getattr(data, key): f"data.{key}" for key in settings if getattr(data, key) is not None}
