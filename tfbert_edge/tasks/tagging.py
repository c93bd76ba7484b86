"""What is true of a sentence's tokens: read from tags, given to word pieces, and compared with answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tfbert_edge.errors import DataError, require_extra
from tfbert_edge.runtime.entities import Entity, project
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tags import OUTSIDE, SCHEMES, iob2_labels, is_tag, split_tag, tag_spans, to_iob2
from tfbert_edge.runtime.windows import pieces_of
from tfbert_edge.tasks.base import IGNORED

LabelPieces = Literal["all", "first"]


@dataclass(frozen=True)
class TaggedTokens:
    """The tokens of a text: ``spans``, begin and end of each in code points, in order; ``tags``, one each, in IOB2."""

    spans: tuple[tuple[int, int], ...]
    tags: tuple[str, ...]


def tagged_value(tokens: Sequence[str], tags: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """A text of tokens with one blank between them, and what `read_tagged` reads of it."""
    ends = np.cumsum([len(token) + 1 for token in tokens]).tolist()
    spans = [[end - 1 - len(token), end - 1] for token, end in zip(tokens, ends, strict=True)]
    return " ".join(tokens), {"spans": spans, "tags": list(tags)}


def tagged_json(tagged: TaggedTokens) -> dict[str, Any]:
    """In JSON values, which `read_tagged` reads again."""
    return {"spans": [list(span) for span in tagged.spans], "tags": list(tagged.tags)}


def read_tagged(
    value: dict[str, Any], labels: Sequence[str], scheme: str, where: str, *, setting: str = "task.labels"
) -> TaggedTokens:
    """Read ``{"spans": [[begin, end], ...], "tags": [...]}``, whose tags are of ``scheme``.

    Raises:
        DataError: a tag is outside the scheme, or of a type that ``labels`` have not; the message begins with ``where``, and
            names the recipe's ``setting`` that holds the labels.
    """
    for place, tag in enumerate(value["tags"], start=1):
        if not isinstance(tag, str) or not is_tag(tag, scheme):
            legal = ", ".join(f"{prefix}-X" for prefix in SCHEMES[scheme])
            raise DataError(
                f"{where}, token {place}: the tag {tag!r} must be one of {scheme} (O, {legal}). "
                "Correct it, or set task.scheme."
            )
    tags = to_iob2(value["tags"])
    for place, tag in enumerate(tags, start=1):
        if tag not in labels:
            raise DataError(
                f"{where}, token {place}: there is no type {split_tag(tag)[1]!r}; there are "
                f"{', '.join(entity_types(labels))}. Correct the tag, or list all tags in {setting}."
            )
    return TaggedTokens(tuple((int(begin), int(end)) for begin, end in value["spans"]), tuple(tags))


def labels_of(values: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The tags of IOB2 for every type in the data, sorted by type.

    Raises:
        DataError: there is none.
    """
    kinds = {split_tag(str(tag))[1] for value in values for tag in value["tags"]} - {""}
    if not kinds:
        raise DataError(
            f"none of {len(values)} training examples has an entity: every tag is {OUTSIDE}. "
            "Correct data.train, or data.tags_column."
        )
    return iob2_labels(sorted(kinds))


def entity_types(labels: Sequence[str]) -> list[str]:
    """The types that tags of IOB2 tell, in their order."""
    return list(dict.fromkeys(split_tag(label)[1] for label in labels if label != OUTSIDE))


def check_labels(labels: Sequence[str]) -> None:
    """
    Raises:
        DataError: these are not O and, for each type, B-X and I-X, each once and O first.
    """
    kinds = entity_types(labels)
    if not kinds or sorted(labels) != sorted(iob2_labels(kinds)) or labels[0] != OUTSIDE:
        raise DataError(
            "the labels must be O and then B-X and I-X of each type X, each once; they were "
            f"{', '.join(labels)}. Correct task.labels, or leave it out."
        )


def piece_labels(
    tagged: TaggedTokens, rows: Rows, labels: Sequence[str], label_pieces: LabelPieces
) -> list[np.ndarray]:
    """What the loss compares with, for each window: int32 (n,), positions in ``labels``, or `IGNORED`.

    A piece is of the token that its first character is of. The first piece of a token has its tag, the others go on with it
    (I-X for B-X). With ``first``, only the first piece of each word counts, since it alone decides
    (:func:`tfbert_edge.runtime.entities.read_entities`); a token of several words, as ``U.S.``, so has several.
    """
    pieces = pieces_of(rows)
    index = {label: at for at, label in enumerate(labels)}
    spans = np.reshape(np.asarray(tagged.spans, int), (-1, 2))
    begins = pieces.offsets[:, 0]
    token = np.searchsorted(spans[:, 0], begins, side="right") - 1
    inside = (token >= 0) & (begins < np.append(spans[:, 1], -1)[token])
    first = np.diff(token, prepend=-1) != 0
    starts = np.array([index[tag] for tag in tagged.tags] or [0])
    goes_on = np.array([index[tag.replace("B-", "I-", 1)] for tag in tagged.tags] or [0])
    found = np.where(first, starts[token], goes_on[token])
    found[~inside] = IGNORED
    if label_pieces == "first":
        found[np.diff(pieces.words, prepend=-1) == 0] = IGNORED
    out = []
    for row in rows:
        whole = np.full(len(row.ids), IGNORED, np.int32)
        whole[1:-1] = found[row.first : row.first + len(row.ids) - 2]
        out.append(whole)
    return out


def entity_metrics(truth: Sequence[TaggedTokens], answers: Sequence[Sequence[Entity]]) -> dict[str, Any]:
    """Precision, recall and F1 of entities by seqeval: micro averages, and of each type in ``per_class``.

    An answer's entities become tags of the true tokens (:func:`tfbert_edge.runtime.entities.project`). An entity is right where
    type, first and last token are. What divides by 0 is 0.
    """
    metrics = require_extra("seqeval.metrics", "train")
    true = [list(tagged.tags) for tagged in truth]
    ours = [project(entities, tagged.spans) for tagged, entities in zip(truth, answers, strict=True)]
    if all(tag == OUTSIDE for tags in (*true, *ours) for tag in tags):
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0, "per_class": {}}
    report = metrics.classification_report(true, ours, output_dict=True, zero_division=0)
    names = {"precision": "precision", "recall": "recall", "f1-score": "f1", "support": "support"}
    plain = {
        kind: {ours: scores[theirs].item() for theirs, ours in names.items()}
        for kind, scores in report.items()
    }
    overall = plain["micro avg"]
    return {
        **{name: overall[name] for name in ("precision", "recall", "f1")},
        "per_class": {kind: scores for kind, scores in plain.items() if not kind.endswith(" avg")},
    }


def decided(entities: Sequence[Entity]) -> tuple[tuple[str, int, int, str], ...]:
    """What of entities is a decision: type, begin, end, text."""
    return tuple((entity.type, entity.begin, entity.end, entity.text) for entity in entities)


def tagged_parts(tagged: TaggedTokens, text: str) -> list[tuple[str, str]]:
    """Type and text of what is true of ``text``."""
    return [
        (kind, text[tagged.spans[first][0] : tagged.spans[end - 1][1]])
        for kind, first, end in tag_spans(tagged.tags)
    ]


def listed(parts: Sequence[tuple[str, str]], nothing: str = "no entity") -> str:
    """Types and texts for a person."""
    return "; ".join(f"{kind}: {text}" for kind, text in parts) or nothing
