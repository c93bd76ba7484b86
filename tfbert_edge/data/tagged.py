"""Sentences with a tag for each token, from CoNLL's columns, or from a table whose cells are lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tfbert_edge.data.conll import conll_sentences
from tfbert_edge.data.locations import format_of, locate
from tfbert_edge.data.raw import RawExamples, Reading, row_ids
from tfbert_edge.data.tables import Table, load_table
from tfbert_edge.errors import DataError
from tfbert_edge.tasks.tagging import tagged_value


def tagged_examples(reading: Reading) -> RawExamples:
    """Texts of tokens with one blank between them; values are what `tfbert_edge.tasks.tagging.read_tagged` takes.

    Raises:
        DataError: a file or column is missing, or not of its form; the message says where and what to do.
    """
    if _is_conll(reading):
        return _conll_examples(reading)
    return table_of_tokens(reading, {})[0]


def intent_examples(reading: Reading) -> RawExamples:
    """As `tagged_examples`, from a table with the intents in ``data.label_column``, which values have by ``intent``."""
    column = reading.data.label_column
    raw, table = table_of_tokens(reading, {column: "data.label_column"})
    values = [
        {**value, "intent": intent} for value, intent in zip(raw.values, table.columns[column], strict=True)
    ]
    return replace(raw, values=values)


def table_of_tokens(reading: Reading, more: dict[str, str]) -> tuple[RawExamples, Table]:
    """Examples from two columns of lists, and the table with the columns ``more`` (column -> the recipe's key) too."""
    data = reading.data
    wanted = {data.tokens_column: "data.tokens_column", data.tags_column: "data.tags_column", **more}
    if data.id_column is not None:
        wanted[data.id_column] = "data.id_column"
    table = load_table(reading.source, wanted, setting=reading.setting, split=reading.role, seed=reading.seed)
    texts, values = [], []
    for at in range(len(table)):
        tokens, tags = (
            _list(table, column, at, setting)
            for column, setting in ((data.tokens_column, "tokens_column"), (data.tags_column, "tags_column"))
        )
        if len(tokens) != len(tags):
            raise DataError(
                f"{table.where(at)} has {len(tokens)} tokens, but {len(tags)} tags. Each token needs one tag."
            )
        for place, token in enumerate(tokens, start=1):
            if not isinstance(token, str) or not token.strip():
                raise DataError(
                    f"{table.where(at)}, token {place}: must be text, was {token!r}. Correct the row."
                )
        text, value = tagged_value(tokens, tags)
        texts.append(text)
        values.append(value)
    return RawExamples(row_ids(table, data.id_column, reading.role), texts, None, values, table.where), table


def _list(table: Table, column: str, at: int, setting: str) -> list[Any]:
    value = table.columns[column][at]
    if not isinstance(value, list):
        raise DataError(
            f"{table.where(at)}: the column {column!r} must hold a list, it holds {value!r:.40}. Set data.{setting}."
        )
    return value


def _is_conll(reading: Reading) -> bool:
    kinds = {reading.source.format or format_of(path) for path in reading.source.path}
    if "conll" in kinds and len(kinds) > 1:
        raise DataError(
            f"{reading.setting}.path must be files of one form; some are CoNLL's columns. Set {reading.setting}.format."
        )
    return kinds == {"conll"}


def _conll_examples(reading: Reading) -> RawExamples:
    source = reading.source
    if source.where or reading.data.id_column:
        raise DataError(
            f"{reading.setting} is of CoNLL's columns, which have no names: leave out {reading.setting}.where and "
            "data.id_column."
        )
    found = []
    for path in source.path:
        location = locate(path, setting=f"{reading.setting}.path")
        if location.kind != "file":
            raise DataError(f"{reading.setting}.format is conll, but {path} is no file. Name a file.")
        found += [(location.name, sentence) for sentence in conll_sentences(location.path, location.name)]
    numbers = list(range(len(found)))
    if source.limit is not None and source.limit < len(found):
        random = np.random.default_rng(reading.seed if source.seed is None else source.seed)
        numbers = sorted(random.permutation(len(found))[: source.limit].tolist())
    chosen = [found[at] for at in numbers]
    pairs = [tagged_value(sentence.tokens, sentence.tags) for _, sentence in chosen]
    return RawExamples(
        ids=[f"{reading.role}-{number + 1}" for number in numbers],
        texts=[text for text, _ in pairs],
        pairs=None,
        values=[value for _, value in pairs],
        where=lambda at: f"{chosen[at][0]}, the sentence in line {chosen[at][1].line}",
    )
