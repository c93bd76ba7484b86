"""Files in CoNLL's columns: a token and its tag a line, a blank line after each sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tfbert_edge.data.text_files import check_utf8, raw_lines
from tfbert_edge.errors import DataError

DOCUMENT = "-DOCSTART-"


@dataclass(frozen=True)
class Sentence:
    """``line`` is where it begins, counted from 1."""

    tokens: list[str]
    tags: list[str]
    line: int


def conll_sentences(path: str, name: str) -> list[Sentence]:
    """The sentences of a file whose first column is the token and whose last is the tag.

    Columns stand apart by tabs, or in a line without one by blanks. Lines of ``-DOCSTART-`` end a sentence, as blank lines do.

    Raises:
        DataError: not UTF-8, a line with other columns than the first has or without a token (the message has the line), or no
            sentence at all.
    """
    check_utf8(path, name, separator=None, quoting=False, header=False)
    sentences: list[Sentence] = []
    columns, fresh = 0, True
    for number, line in enumerate(raw_lines(path), start=1):
        if not line.strip(" \t"):
            fresh = True
            continue
        # Of white space, only these two: a token may be or hold another, as a no-break space.
        cells = line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))
        if cells[0] == DOCUMENT:
            fresh = True
            continue
        columns = columns or len(cells)
        if len(cells) != columns or columns < 2:
            must = f"{columns}, as the first line has" if columns > 1 else "a token and a tag at least"
            raise DataError(f"{name}, line {number}: has {len(cells)} columns, must have {must}. Correct it.")
        if not cells[0].strip():
            raise DataError(f"{name}, line {number}: has no token before the tag {cells[-1]!r}. Correct it.")
        if fresh:
            sentences.append(Sentence([], [], number))
            fresh = False
        sentences[-1].tokens.append(cells[0])
        sentences[-1].tags.append(cells[-1].strip())
    if not sentences:
        raise DataError(f"{name} has no sentences: it must hold a token and its tag on each line.")
    return sentences
