"""Sentences and words of a text, by a rule of fixed tables: every platform can find the same ones.

A sentence ends

1. at a line break: ``\\n``, ``\\r``, U+2028 or U+2029;
2. after one or more of ``. ! ? …``, with the closing quotes and brackets that follow, where white space stands next; unless the
   character after it is a small letter, or the marks are a single full stop that belongs to an initial (a word of one
   letter, as in ``J. Smith`` and ``the U.S. team``) or to one of `ABBREVIATIONS` (``Dr. Who``), in any case.

So ``3.5`` and ``bbc.co.uk`` are never cut, for there is no white space in them, nor is ``"Go!" he said.`` A sentence that
ends in an initial or in an abbreviation is joined with the next one. The abbreviations are English; only the small letters
of `SMALL` are known as such; and scripts without white space are cut at line breaks alone.

A word is a run of characters other than `WHITE` and `PUNCTUATION`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WHITE = "\t\n\x0b\x0c\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""White space, as inside the brackets of a regular expression; a dash stands for a range."""

PUNCTUATION = (
    "!-/:-@\\[-`{-~\xa1-\xbf\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3003\u3008-\u3011\uff01-\uff0f"
)
"""What is part of no word, in the same form."""

SMALL = "a-z\xdf-\xf6\xf8-\xff\u03ac-\u03ce\u0430-\u045f"
"""The small letters of Latin-1, Greek and Cyrillic, in the same form."""

ABBREVIATIONS = frozenset(
    "adm capt cf cmdr col dept dr est gen gov hon jr lt maj messrs mr mrs ms mt pp prof rep rev sen sgt sr st vs".split()
)
"""Words, in small letters, whose full stop ends no sentence."""

_BREAK = re.compile("[\n\r\u2028\u2029]")
# Marks are looked at from the first of a run on, or thousands of them would take forever.
_END = re.compile(f"(?<![.!?\u2026])([.!?\u2026]+)[\"'\u2019\u201d\xbb)\\]]*[{WHITE}]+")
_SMALL = re.compile(f"[{SMALL}]")
_INSIDE = re.compile(f"[^{WHITE}](?:.*[^{WHITE}])?", re.DOTALL)
_WORD_CHARACTER = re.compile(f"[^{WHITE}{PUNCTUATION}]")
_WORD = re.compile(f"[^{WHITE}{PUNCTUATION}]+")
_ASCII_SMALL = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Begin and end of each sentence of ``text`` in code points, without white space at its ends; none is empty."""
    found = []
    for begin, end in _lines(text):
        start = begin
        for mark in _END.finditer(text, begin, end):
            if mark.end() < end and not _goes_on(text, start, mark):
                found.append((start, mark.end()))
                start = mark.end()
        found.append((start, end))
    trimmed = (_trimmed(text, begin, end) for begin, end in found)
    return [(begin, end) for begin, end in trimmed if begin < end]


def word_spans(text: str) -> list[tuple[int, int]]:
    """Begin and end of each word of ``text`` in code points."""
    return [word.span() for word in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """The words of ``text``, the letters A to Z made small and no others."""
    return _WORD.findall(text.translate(_ASCII_SMALL))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line_break in _BREAK.finditer(text):
        yield start, line_break.start()
        start = line_break.end()
    yield start, len(text)


def _goes_on(text: str, start: int, mark: re.Match[str]) -> bool:
    if _SMALL.match(text, mark.end()):
        return True
    if mark[1] != ".":
        return False
    begun = mark.start()
    while begun > start and _WORD_CHARACTER.match(text, begun - 1):
        begun -= 1
    word = text[begun : mark.start()].translate(_ASCII_SMALL)
    return word in ABBREVIATIONS or (len(word) == 1 and not "0" <= word <= "9")


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    inside = _INSIDE.search(text, begin, end)
    return inside.span() if inside else (begin, begin)
