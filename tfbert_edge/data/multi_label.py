"""Texts with any number of labels, from the columns of a table."""

from __future__ import annotations

import dataclasses
from typing import Any

from tfbert_edge.data.raw import RawExamples, Reading, table_of_texts
from tfbert_edge.data.tables import Table
from tfbert_edge.errors import DataError
from tfbert_edge.tasks.classification import label_text

SEPARATOR = ","


def multi_label_examples(reading: Reading) -> RawExamples:
    """Texts, or pairs of texts, each with a list of labels.

    A cell of ``data.label_column`` is a list, or text with a separator between labels; an empty one says that there are none.
    With ``data.label_columns``, an example has the labels whose columns hold 1.

    Raises:
        DataError: a file or column is missing, a text is empty, or a cell is none of the above; the message says where.
    """
    data = reading.data
    if data.label_columns is not None:
        raw, table = table_of_texts(reading, {column: "data.label_columns" for column in data.label_columns})
        values = [_marked(table, row, data.label_columns) for row in range(len(table))]
        return dataclasses.replace(raw, values=values, class_names=data.label_columns)
    raw, table = table_of_texts(reading, {data.label_column: "data.label_column"})
    separator = data.label_separator or SEPARATOR
    cells = table.columns[data.label_column]
    return dataclasses.replace(
        raw,
        values=[_listed(table, row, cell, separator) for row, cell in enumerate(cells)],
        class_names=tuple(table.class_names.get(data.label_column, ())),
    )


def _listed(table: Table, row: int, cell: Any, separator: str) -> list[str]:
    if cell is None:
        raise DataError(
            f"{table.where(row)} has no labels, not even an empty list. Write one, or leave the row out."
        )
    # A number is a label by itself: a cell with one number in a file of numbers.
    parts = cell if isinstance(cell, list | tuple) else str(cell).split(separator)
    texts = [label_text(part) for part in parts]
    if isinstance(cell, str) and texts == [None]:
        return []
    if any(text is None for text in texts):
        raise DataError(f"{table.where(row)} has an empty label among {cell!r}. Take it out.")
    return [text for text in texts if text is not None]


_MARKS = {
    mark: value for value, marks in ((False, "0 0.0 false"), (True, "1 1.0 true")) for mark in marks.split()
}


def _marked(table: Table, row: int, columns: tuple[str, ...]) -> list[str]:
    labels = []
    for column in columns:
        text = label_text(table.columns[column][row])
        mark = _MARKS.get((text or "").lower())
        if mark is None:
            raise DataError(
                f"{table.where(row)} has {text!r} in the column {column!r}, which must be 0 or 1. "
                "Correct it, or data.label_columns."
            )
        if mark:
            labels.append(column)
    return labels
