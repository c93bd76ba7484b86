"""A first look at a text file: is it UTF-8, and which columns has it?"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from tfbert_edge.errors import DataError

_GZIP_MAGIC = b"\x1f\x8b"


def check_utf8(path: str, name: str, *, separator: str | None, quoting: bool, header: bool) -> None:
    """Read the whole file as UTF-8; ``separator`` is None where a line is a row.

    Raises:
        DataError: it is not UTF-8 (with the row), or a damaged .gz.
    """
    try:
        with _open(path, errors="strict") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        row = _first_undecodable_row(path, separator, quoting) - header
        place = "the header" if row == 0 else f"row {row}"
        raise DataError(
            f"{name}, {place}: the text is not UTF-8. Save the file as UTF-8, for example with: "
            f"iconv -f WINDOWS-1252 -t UTF-8 {name} > utf8-{name}"
        ) from None
    except (EOFError, OSError) as error:
        raise DataError(f"{name} cannot be read: {error}. Bring the file again.") from error


def csv_columns(
    path: str, name: str, *, separator: str, quoting: bool, columns: Sequence[str] | None
) -> list[str]:
    """The columns of a CSV or TSV file: its first line, or the ``columns`` given where it has no header.

    Raises:
        DataError: the file has no rows, names a column twice, or has more or fewer columns than names.
    """
    with _open(path, errors="strict") as file:
        rows = _rows(file, separator, quoting)
        first = next(rows, None)
        second = next(rows, None)
    if first is None or (columns is None and second is None):
        raise DataError(f"{name} has no rows: it must hold one for each example.")
    if columns is None:
        names, row = first, second
    else:
        names, row = list(columns), first
    repeated = sorted({column for column in names if names.count(column) > 1})
    if repeated:
        raise DataError(f"{name} names the column {repeated[0]!r} twice; each column needs its own name.")
    if row is not None and len(row) != len(names):
        tip = "" if columns else " If its first line is no header, set header to false and name the columns."
        raise DataError(
            f"{name} has {len(row)} columns in row 1, but the names of {len(names)}: {', '.join(names)}.{tip}"
        )
    return names


def json_lines(path: str, name: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file, one a line.

    Raises:
        DataError: a line is not a JSON object (with its row), or there is none.
    """
    found: list[dict[str, Any]] = []
    with _open(path, errors="strict") as file:
        # Not str.splitlines: a text may hold a line separator that JSON lets stand.
        lines = (line for line in file if line.strip())
        for row, line in enumerate(lines, 1):
            try:
                value = json.loads(line)
            except ValueError as error:
                raise DataError(
                    f"{name}, row {row}: not JSON ({error}). Each line must be one object."
                ) from None
            if not isinstance(value, dict):
                raise DataError(f"{name}, row {row}: must be a JSON object, was a {type(value).__name__}.")
            found.append(value)
    if not found:
        raise DataError(f"{name} has no rows: it must hold one for each example.")
    return found


def json_document(path: str, name: str) -> Any:
    """The one JSON value that a file holds.

    Raises:
        DataError: it is not UTF-8, a damaged .gz, or not JSON.
    """
    check_utf8(path, name, separator=None, quoting=False, header=False)
    try:
        with _open(path, errors="strict") as file:
            return json.load(file)
    except ValueError as error:
        raise DataError(f"{name} is not JSON ({error}). Bring the file again.") from None


def text_lines(path: str, name: str) -> list[str]:
    """The lines of a text file, without those that hold white space alone.

    Raises:
        DataError: it is not UTF-8 (with the row), or a damaged .gz.
    """
    check_utf8(path, name, separator=None, quoting=False, header=False)
    with _open(path, errors="strict") as file:
        return [line.strip() for line in file if line.strip()]


def raw_lines(path: str) -> Iterator[str]:
    """The lines of a UTF-8 file as they are, without their ends."""
    with _open(path, errors="strict") as file:
        for line in file:
            yield line.rstrip("\r\n")


def unzipped(path: str, folder: str) -> str:
    """The path of the file, or where it is a .gz, of its content, written into ``folder``.

    Raises:
        OSError, EOFError: a damaged .gz.
    """
    if not _is_zipped(path):
        return path
    target = Path(folder) / "unzipped"
    with gzip.open(path, "rb") as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    return str(target)


def _is_zipped(path: str) -> bool:
    with Path(path).open("rb") as start:
        return start.read(2) == _GZIP_MAGIC


def _open(path: str, *, errors: str) -> IO[str]:
    raw = gzip.open(path, "rb") if _is_zipped(path) else Path(path).open("rb")  # noqa: SIM115
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors=errors, newline="")


def _rows(file: IO[str], separator: str, quoting: bool) -> Iterator[list[str]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    style: Literal[0, 3] = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
    return (row for row in csv.reader(file, delimiter=separator, quoting=style) if row)


def _first_undecodable_row(path: str, separator: str | None, quoting: bool) -> int:
    """The row, counted from 1 and with the header, in which a byte is not UTF-8."""
    with _open(path, errors="surrogateescape") as file:
        rows = ([line] for line in file) if separator is None else _rows(file, separator, quoting)
        for number, row in enumerate(rows, 1):
            if any("\udc80" <= character <= "\udcff" for cell in row for character in cell):
                return number
    return 1
