"""Questions with their contexts and answers: SQuAD's JSON, versions 1.1 and 2.0, and rows as the hub has them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge.data.locations import Location, locate
from tfbert_edge.data.raw import RawExamples, Reading
from tfbert_edge.data.tables import load_table
from tfbert_edge.data.text_files import json_document
from tfbert_edge.errors import DataError
from tfbert_edge.tasks.question_answering import read_answers

COLUMNS = ("question", "context", "answers")


@dataclass(frozen=True)
class _Question:
    """One question as it stands in a source; ``where`` says where that is."""

    id: str | None
    question: Any
    context: Any
    answers: Any
    where: str


def question_examples(reading: Reading) -> RawExamples:
    """Questions (texts), contexts (pairs) and gold answers (values), from all files of a source.

    A question without an id is numbered, and an id that stands there again gets a number, as ``7#2``.

    Raises:
        DataError: a file cannot be read, a question or a context is empty, or an answer does not stand at its place in its
            context and ``data.bad_answers`` is error; the message says where.
    """
    found = [question for path in reading.source.path for question in _questions(path, reading)]
    if not found:
        raise DataError(f"{', '.join(reading.source.path)} has no questions. Bring a file with examples.")
    found = _drawn(found, reading)
    for question in found:
        _refuse_empty(question)
    values, kept, bad = [], [], []
    for question in found:
        answers, fault = _checked(question)
        if fault and reading.data.bad_answers == "error":
            raise DataError(
                f"{question.where}: {fault} Correct it, or set data.bad_answers to drop to leave such questions out."
            )
        if fault:
            bad.append(question.where)
        else:
            kept.append(question)
            values.append(answers)
    if not kept:
        raise DataError(f"no question of {', '.join(reading.source.path)} has an answer in its context.")
    warnings = []
    if bad:
        warnings.append(
            f"{len(bad):,} of {len(found):,} {reading.role} questions were left out: their answers do not stand in their "
            f"contexts where they should (the first: {bad[0]})."
        )
    ids, repeated = _different_ids([question.id for question in kept], reading.role)
    if repeated:
        warnings.append(
            f"{repeated:,} {reading.role} questions have an id that another has; they were numbered."
        )
    return RawExamples(
        ids=ids,
        texts=[question.question for question in kept],
        pairs=[question.context for question in kept],
        values=values,
        where=lambda at: kept[at].where,
        warnings=tuple(warnings),
    )


def _questions(path: str, reading: Reading) -> Iterator[_Question]:
    source, setting = reading.source, reading.setting
    location = locate(path, setting=f"{setting}.path")
    named = location.path.lower().removesuffix(".gz").endswith(".json")
    if location.kind == "file" and (source.format == "squad" or (source.format is None and named)):
        foreign = [name for name in ("config", "split", "revision", "where") if getattr(source, name)]
        if foreign:
            raise DataError(
                f"{setting}.{foreign[0]} is not for SQuAD's JSON, as {location.name} is. Drop it."
            )
        return _of_squad(location, setting)
    return _of_table(path, reading)


def _of_table(path: str, reading: Reading) -> Iterator[_Question]:
    table = load_table(
        reading.source.model_copy(update={"path": (path,), "limit": None}),
        dict.fromkeys(COLUMNS, f"{reading.setting}.path to rows of question, context and answers"),
        setting=reading.setting,
        split=reading.role,
        seed=reading.seed,
        optional=("id",),
    )
    ids = table.columns.get("id") or [None] * len(table)
    for at, cells in enumerate(zip(ids, *(table.columns[name] for name in COLUMNS), strict=True)):
        name = None if cells[0] is None else str(cells[0])
        yield _Question(name, cells[1], cells[2], cells[3], _place(table.where(at), name))


def _of_squad(location: Location, setting: str) -> Iterator[_Question]:
    document = json_document(location.path, location.name)
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise DataError(
            f"{location.name} is not SQuAD's JSON: it must be an object with a list 'data'. "
            f"Set {setting}.format to jsonl where each line is a row."
        )
    for number, article in enumerate(document["data"], 1):
        for paragraph in _listed(article, "paragraphs", f"{location.name}, article {number}"):
            place = f"{location.name}, article {number}"
            for question in _listed(paragraph, "qas", place):
                if not isinstance(question, dict):
                    raise DataError(f"{place}: a question must be an object, it was {question!r:.40}.")
                name = None if question.get("id") is None else str(question["id"])
                answers = [] if question.get("is_impossible") else question.get("answers")
                yield _Question(
                    name,
                    question.get("question"),
                    paragraph.get("context"),
                    answers,
                    where=_place(place, name),
                )


def _listed(holder: Any, key: str, place: str) -> list[Any]:
    listed = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(listed, list):
        raise DataError(f"{place} has no list {key!r}, which SQuAD's JSON must have. Correct the file.")
    return listed


def _place(where: str, name: str | None) -> str:
    return where if name is None else f"{where}, question {name}"


def _drawn(found: list[_Question], reading: Reading) -> list[_Question]:
    """At most ``limit`` of them, as `load_table` draws its rows."""
    source = reading.source
    if source.limit is None or source.limit >= len(found):
        return found
    random = np.random.default_rng(reading.seed if source.seed is None else source.seed)
    return [found[at] for at in sorted(random.permutation(len(found))[: source.limit].tolist())]


def _refuse_empty(question: _Question) -> None:
    for name in ("question", "context"):
        text = getattr(question, name)
        if not isinstance(text, str) or not text.strip():
            was = (
                "is empty"
                if text is None or isinstance(text, str)
                else f"must be text, it is a {type(text).__name__}"
            )
            raise DataError(f"{question.where}: the {name} {was}. Fill it, or leave the question out.")


def _checked(question: _Question) -> tuple[dict[str, list[Any]], str | None]:
    """The gold answers, and what is wrong with one of them.

    Raises:
        DataError: they are not of the form of answers at all.
    """
    try:
        answers = read_answers(question.answers)
    except ValueError as error:
        raise DataError(f"{question.where}: {error}") from None
    for text, start in zip(answers["text"], answers["answer_start"], strict=True):
        if not _is_said(text):
            return answers, f"the answer {text!r:.40} is empty."
        if start < 0 or question.context[start : start + len(text)] != text:
            there = question.context[max(start, 0) : max(start, 0) + len(text)]
            return (
                answers,
                f"the answer {text!r:.40} must stand at {start} in its context, where {there!r:.40} stands.",
            )
    return answers, None


def _is_said(text: str) -> bool:
    """Whether a tokenizer can leave anything of a text: neither white space nor control characters nor marks alone."""
    return any(unicodedata.category(one)[0] not in "CMZ" for one in text)


def _different_ids(names: list[str | None], role: str) -> tuple[list[str], int]:
    """Ids that differ, and how many questions have one that an earlier has."""
    given = [f"{role}-{number}" if name is None else name for number, name in enumerate(names, 1)]
    taken, repeated, ids = set(given), 0, []
    first: set[str] = set()
    counts: Counter[str] = Counter()
    for name in given:
        if name in first:
            repeated += 1
            counts[name] += 1
            while (other := f"{name}#{counts[name] + 1}") in taken:
                counts[name] += 1
            taken.add(other)
        first.add(name)
        ids.append(other if name in counts else name)
    return ids, repeated
