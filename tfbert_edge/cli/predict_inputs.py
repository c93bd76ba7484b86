"""What ``tfbert-edge predict`` is asked: texts from arguments, lines of text, or lines of JSON."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfbert_edge.errors import DataError

KEYS = (("text", "text_pair"), ("question", "context"))
"""Names of the first and the second text in JSON: of any task, and of questions."""

JSON_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class Asked:
    """One text, or two; ``said`` is what the answer's line begins with."""

    text: str
    pair: str | None
    said: dict[str, Any]

    def check(self) -> None:
        """
        Raises:
            DataError: a text is no Unicode text, as arguments of another encoding and JSON's escapes may be.
        """
        for value in (self.text, self.pair or "", str(self.said.get("id", ""))):
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise DataError(f"must be Unicode text, holds half a character: {ascii(value)[:60]}.")


@dataclass(frozen=True)
class Line:
    """One line as it came, and where it stands."""

    content: bytes
    where: str

    def parse(self, *, pair: bool, as_json: bool) -> Asked | None:
        """What the line asks; None where it is empty.

        Raises:
            DataError: it is not UTF-8, lacks a text, or is no JSON object of texts.
        """
        try:
            # A file that an editor of Windows wrote begins with a mark.
            text = self.content.decode("utf-8").removeprefix("\ufeff").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(f"must be UTF-8 (byte {error.start} is not). Convert it first.") from error
        if not text.strip():
            return None
        if as_json:
            return _of_json(text)
        if not pair:
            return asked(text, None)
        first, tab, second = text.partition("\t")
        if not tab:
            raise DataError(f"must hold two texts with a tab between, it has no tab: {text[:60]!r}")
        return asked(first, second)


def asked(text: str, pair: str | None) -> Asked:
    """A text, or two, that have no other names."""
    return Asked(text, pair, {"text": text} if pair is None else {"text": text, "text_pair": pair})


def of_arguments(texts: Sequence[str], *, pair: bool) -> list[Asked]:
    """What the arguments ask, by twos where ``pair`` says so.

    Raises:
        DataError: there is one text too few.
    """
    if not pair:
        return [asked(text, None) for text in texts]
    if len(texts) % 2:
        raise DataError(
            f"two texts make an answer: an even number is needed, there are {len(texts)}. Quote each text."
        )
    return [asked(*two) for two in zip(texts[::2], texts[1::2], strict=True)]


def is_json_lines(file: Path | None) -> bool:
    """Whether a file's name, a final ``.gz`` aside, tells JSON lines."""
    return file is not None and file.name.lower().removesuffix(".gz").endswith(JSON_LINES)


def lines_of(file: Path | None) -> Iterator[Line]:
    """The lines of a file, which may be a ``.gz``, or of standard input.

    Raises:
        DataError: the file cannot be read.
    """
    name = "stdin" if file is None else file.name
    try:
        with _opened(file) as stream:
            for number, content in enumerate(stream, start=1):
                yield Line(content, f"{name} line {number}")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{file or 'stdin'} cannot be read: {getattr(error, 'strerror', None) or error}."
        ) from error


def _opened(file: Path | None) -> AbstractContextManager[Iterable[bytes]]:
    if file is None:
        return nullcontext(sys.stdin.buffer)
    return gzip.open(file, "rb") if file.name.lower().endswith(".gz") else file.open("rb")


def _of_json(text: str) -> Asked:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise DataError(f"must be a JSON object: {error}.") from error
    if not isinstance(values, dict):
        raise DataError(f"must be a JSON object, is a {type(values).__name__}.")
    named = next((names for names in KEYS if names[0] in values), None)
    if named is None:
        has = ", ".join(values) or "nothing"
        raise DataError(f"must have a text (and text_pair), or a question and its context; it has: {has}.")
    first, second = named
    for name in (first, second):
        if not isinstance(values.get(name, ""), str):
            raise DataError(f"{name} must be a string, is {json.dumps(values[name])[:60]}.")
    said = {name: values[name] for name in ("id", first, second) if name in values}
    return Asked(values[first], values.get(second), said)
