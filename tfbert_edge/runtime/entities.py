"""From the logits of word pieces to entities in the original text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tags import OUTSIDE, tag_spans
from tfbert_edge.runtime.windows import pieces_of

SCORE_DIGITS = 6
"""Beyond these, processors may add in another order."""


@dataclass(frozen=True)
class Entity:
    """A part of a text: ``text[begin:end]`` in code points, its type, and the mean probability of its words' tags."""

    type: str
    begin: int
    end: int
    text: str
    score: float


def read_entities(
    text: str, rows: Rows, outputs: Sequence[np.ndarray], labels: Sequence[str]
) -> tuple[Entity, ...]:
    """The entities of ``text``, in order.

    A piece is read from the window that has most context for it. A word, of those that BERT splits a text into before it cuts
    them into pieces, has the likeliest tag of its first piece (Devlin et al. 2019, section 5.3); of equals, the first in
    ``labels``. Words become entities by the rule of :func:`tfbert_edge.runtime.tags.tag_spans`. Accents that are characters of
    their own belong to the letter before.

    Args:
        rows: the windows of ``text``, see :func:`tfbert_edge.runtime.windows.text_windows`.
        outputs: for each window, float (n, K), n being at least its pieces: logits of the K ``labels``, tags of IOB2.
    """
    pieces = pieces_of(rows)
    firsts = np.flatnonzero(np.diff(pieces.words, prepend=-1))
    if not len(firsts):
        return ()
    lasts = np.append(firsts[1:], len(pieces.words)) - 1
    logits = np.stack([outputs[pieces.rows[at]][pieces.places[at]] for at in firsts])
    best = logits.argmax(axis=-1)
    scores = probabilities(logits)[np.arange(len(best)), best]
    found = []
    for kind, first, end in tag_spans([labels[at] for at in best]):
        begin = int(pieces.offsets[firsts[first]][0])
        until = _with_marks(text, int(pieces.offsets[lasts[end - 1]][1]))
        score = round(float(scores[first:end].mean()), SCORE_DIGITS)
        found.append(Entity(kind, begin, until, text[begin:until], score))
    return tuple(found)


def project(entities: Sequence[Entity], tokens: Sequence[tuple[int, int]]) -> list[str]:
    """The tags of ``tokens``, spans of the text in order, in IOB2.

    A token is of the first entity that has a character of it; the first token of an entity has B-X.
    """
    tags = [OUTSIDE] * len(tokens)
    at = 0
    for entity in entities:
        prefix = "B"
        while at < len(tokens) and tokens[at][0] < entity.end:
            if tokens[at][1] > entity.begin:
                tags[at] = f"{prefix}-{entity.type}"
                prefix = "I"
            at += 1
    return tags


def probabilities(logits: np.ndarray) -> np.ndarray:
    """The softmax of float (..., K) over the last axis, float64."""
    shifted = np.exp((logits - logits.max(axis=-1, keepdims=True)).astype(np.float64))
    found: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return found


def _with_marks(text: str, end: int) -> int:
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end
