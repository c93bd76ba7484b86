"""What is read from one place, by Hugging Face ``datasets``: a file, a ``save_to_disk`` folder, or a hub."""

from __future__ import annotations

import contextlib
import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.locations import Location, format_of
from tfbert_edge.data.text_files import check_utf8, csv_columns, json_lines, unzipped
from tfbert_edge.errors import DataError, require_extra
from tfbert_edge.recipe.schema import Source


@dataclass(frozen=True)
class Contents:
    """What was read, before anyone asks for its columns."""

    names: list[str]
    rows: int
    take: Callable[[str], list[Any]]
    class_names: dict[str, list[str]]


def _of_dataset(dataset: Any) -> Contents:
    datasets = require_extra("datasets", "train")
    # A list of classes is numbered like one.
    features = {name: getattr(feature, "feature", feature) for name, feature in dataset.features.items()}
    return Contents(
        names=list(dataset.column_names),
        rows=len(dataset),
        take=lambda column: dataset.select_columns([column]).with_format("arrow")[:][column].to_pylist(),
        class_names={
            column: list(feature.names)
            for column, feature in features.items()
            if isinstance(feature, datasets.ClassLabel)
        },
    )


def _of_objects(objects: list[dict[str, Any]]) -> Contents:
    names = list(dict.fromkeys(name for one in objects for name in one))
    return Contents(names, len(objects), lambda column: [one.get(column) for one in objects], {})


def read_location(location: Location, source: Source, setting: str, split: str) -> Contents:
    """Read one location of a source; ``setting`` is the source's key in the recipe, ``split`` the split where it names none.

    Raises:
        DataError: it cannot be found or read; the message says what to do.
    """
    if location.kind == "hub":
        return _of_dataset(_read_hub(location, source, setting, split))
    if source.config or source.revision:
        raise DataError(
            f"{setting}.config and revision are for hub ids, but {location.name} is a local {location.kind}."
        )
    if location.kind == "folder":
        return _of_dataset(_read_saved(location, source, setting, split))
    if source.split:
        raise DataError(f"{setting}.split is {source.split!r}, but the file {location.name} has no splits.")
    kind = source.format or format_of(location.path)
    if kind is None:
        raise DataError(
            f"the name of {location.name} does not tell its format: "
            f"set {setting}.format to csv, tsv, jsonl or parquet."
        )
    if kind == "squad":
        raise DataError(
            f"{location.name} is SQuAD's JSON, which question answering alone reads. Set {setting}.format."
        )
    if kind == "conll":
        raise DataError(
            f"{location.name} is of CoNLL's columns, which token classification alone reads. Set {setting}.format."
        )
    if kind == "jsonl":
        # Not through datasets: its JSON reader turns texts that look like dates into time stamps.
        check_utf8(location.path, location.name, separator=None, quoting=False, header=False)
        return _of_objects(json_lines(location.path, location.name))
    options = {} if kind == "parquet" else _csv_options(location, source, kind)
    return _of_dataset(_read_file(location, kind, options, setting))


def _read_file(location: Location, kind: str, options: dict[str, Any], setting: str) -> Any:
    datasets = require_extra("datasets", "train")
    builder = "parquet" if kind == "parquet" else "csv"
    # A cache of its own, read into memory: nothing stale can answer, and nothing stays behind.
    with tempfile.TemporaryDirectory() as cache, _silent():
        try:
            return datasets.load_dataset(
                builder,
                data_files=unzipped(location.path, cache) if kind == "parquet" else location.path,
                split="train",
                cache_dir=cache,
                keep_in_memory=True,
                **options,
            )
        except Exception as error:
            reason = " ".join(str(error.__cause__ or error).split()).rstrip(".")
            tip = f"set {setting}.format" + ("" if kind == "parquet" else f" and {setting}.quoting")
            raise DataError(
                f"{location.name} cannot be read as {kind}: {reason}. Correct the file, or {tip}."
            ) from error


def _csv_options(location: Location, source: Source, kind: str) -> dict[str, Any]:
    separator = "\t" if kind == "tsv" else ","
    quoting = kind == "csv" if source.quoting is None else source.quoting
    check_utf8(location.path, location.name, separator=separator, quoting=quoting, header=source.header)
    names = csv_columns(
        location.path,
        location.name,
        separator=separator,
        quoting=quoting,
        columns=None if source.header else source.columns,
    )
    datasets = require_extra("datasets", "train")
    return {
        "sep": separator,
        "quoting": csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
        "encoding": "utf-8-sig",
        "header": 0 if source.header else None,
        "names": names,
        "index_col": False,
        # A cell that reads "null" or "NA" is a text like any other.
        "keep_default_na": False,
        "na_filter": True,
        "features": datasets.Features({name: datasets.Value("string") for name in names}),
    }


def _read_saved(location: Location, source: Source, setting: str, split: str) -> Any:
    datasets = require_extra("datasets", "train")
    try:
        saved = datasets.load_from_disk(location.path, keep_in_memory=True)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{location.name} cannot be read by load_from_disk: {reason}. Save it again."
        ) from error
    if not isinstance(saved, datasets.DatasetDict):
        if source.split:
            raise DataError(
                f"{setting}.split is {source.split!r}, but {location.name} was saved without splits."
            )
        return saved
    split = source.split or split
    if split not in saved:
        has = ", ".join(map(str, saved))
        raise DataError(f"{location.name} has no split {split!r}; it has: {has}. Set {setting}.split.")
    return saved[split]


def _read_hub(location: Location, source: Source, setting: str, split: str) -> Any:
    datasets = require_extra("datasets", "train")
    split = source.split or split
    try:
        with _patient():
            return datasets.load_dataset(location.path, source.config, split=split, revision=source.revision)
    except (OSError, datasets.exceptions.DatasetNotFoundError) as error:
        reason = " ".join(str(error).split())
        places = f"{setting}.path" + (f" and {setting}.revision" if source.revision else "")
        raise DataError(
            f"{location.name!r} is no file here, and cannot be had as a data set from the hub ({reason}). "
            f"Correct {places}, or bring the files: a CSV, TSV, JSONL or Parquet file (also .gz), or a "
            f"folder written elsewhere by datasets.load_dataset({location.path!r}).save_to_disk(folder)."
        ) from error
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"the hub data set {location.name!r} has not what was asked (config {source.config!r}, "
            f"split {split!r}): {reason} Set {setting}.config and {setting}.split."
        ) from error


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Neither bars nor log lines from ``datasets``: reading a local file is short, and errors are raised."""
    datasets = require_extra("datasets", "train")
    level, bars_off = datasets.logging.get_verbosity(), datasets.utils.are_progress_bars_disabled()
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        datasets.logging.set_verbosity(level)
        if not bars_off:
            datasets.enable_progress_bars()


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    """No log line a retry: a hub that stays unreachable is told once, by the error."""
    logging = require_extra("huggingface_hub", "train").logging
    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
