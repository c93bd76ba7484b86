"""Entities from logits made by hand: the words, the places in the original text, and the scores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfbert_edge.runtime.entities import Entity, project, read_entities
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.runtime.windows import text_windows

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
SURE = 5.0
PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] anna in sao paulo cafe ##teria k ##oln zurich ' . u s 1".split()


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_vocabulary(PIECES, TokenizerSettings())


def answer(tokenizer, text, tags, *, max_length=32, stride=0):
    """Entities where the pieces of ``text`` have these tags; ``-`` is a piece that must not matter."""
    rows = text_windows(text, tokenizer.with_stride(stride), max_length=max_length)
    outputs = []
    for row in rows:
        logits = np.zeros((max_length, len(LABELS)), np.float32)
        for place in range(1, len(row.ids) - 1):
            tag = tags[row.first + place - 1]
            logits[place, 1 if tag == "-" else LABELS.index(tag)] = SURE
        outputs.append(logits)
    return read_entities(text, rows, outputs, LABELS)


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("Anna in S\u00e3o Paulo", "B-PER O B-LOC I-LOC", [("PER", 0, 4), ("LOC", 8, 17)]),
        # Accents that are characters of their own, before and at the end of an entity.
        ("Anna in Sa\u0303o Zu\u0308rich", "O O B-LOC I-LOC", [("LOC", 8, 20)]),
        ("Anna in cafe\u0301", "O O B-LOC", [("LOC", 8, 13)]),
        # An emoji is one code point, its skin tone another; a word with one is unknown as a whole.
        ("\U0001f600 Anna \U0001f44d\U0001f3fd", "O B-PER O", [("PER", 2, 6)]),
        ("\t Anna \n\n  in\tK\u00f6ln ", "B-PER O B-LOC -", [("PER", 2, 6), ("LOC", 14, 18)]),
        # Zero-width characters are cleaned away; the entity is where its letters are.
        ("\u200bAnna\u200b in", "B-PER O", [("PER", 1, 5)]),
        # The tag of a word is that of its first piece.
        ("cafeteria in", "B-LOC - O", [("LOC", 0, 9)]),
        # Words that stand together are one entity, with what is between them.
        ("in U.S. 1", "O B-LOC I-LOC I-LOC I-LOC O", [("LOC", 3, 7)]),
        # Repairs: I without B begins, another type begins, B begins again.
        ("anna in sao", "I-PER I-LOC I-LOC", [("PER", 0, 4), ("LOC", 5, 11)]),
        ("anna anna", "B-PER B-PER", [("PER", 0, 4), ("PER", 5, 9)]),
    ],
)
def test_entities_are_where_they_stand_in_the_original_text(tokenizer, text, tags, expected):
    found = answer(tokenizer, text, tags.split())

    assert [(one.type, one.begin, one.end) for one in found] == expected
    assert [one.text for one in found] == [text[begin:end] for _, begin, end in expected]


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b\u0000", "\u0301"])
def test_text_without_pieces_has_no_entity(tokenizer, text):
    assert answer(tokenizer, text, []) == ()


def test_score_is_the_mean_probability_of_the_words_tags(tokenizer):
    rows = text_windows("Anna Zurich", tokenizer, max_length=8)
    logits = np.zeros((8, 5), np.float32)
    logits[1, 1], logits[2, 2] = 2.0, 1.0

    (entity,) = read_entities("Anna Zurich", rows, [logits], LABELS)

    first, second = (math.exp(x) / (math.exp(x) + 4) for x in (2.0, 1.0))
    assert entity.score == pytest.approx((first + second) / 2, abs=1e-6)


def test_equal_logits_are_no_entity(tokenizer):
    rows = text_windows("Anna", tokenizer, max_length=8)

    assert read_entities("Anna", rows, [np.ones((8, 5), np.float32)], LABELS) == ()


def test_entity_over_the_edge_of_windows_is_one(tokenizer):
    text, tags = "in in in in anna anna anna anna in in", "O O O O B-PER I-PER I-PER I-PER O O"

    found = answer(tokenizer, text, tags.split(), max_length=8, stride=2)

    assert [(one.begin, one.end) for one in found] == [(12, 31)]


def entity(kind, begin, end):
    return Entity(kind, begin, end, "", 1.0)


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ([("PER", 0, 4)], "B-PER O O O"),
        ([("PER", 0, 9), ("LOC", 10, 14)], "B-PER I-PER B-LOC O"),
        # Part of a token is enough; the first entity of a token has it.
        ([("PER", 6, 7)], "O B-PER O O"),
        ([("PER", 5, 7), ("LOC", 7, 12)], "O B-PER B-LOC O"),
        ([("PER", 5, 6), ("LOC", 7, 9)], "O B-PER O O"),
        # Between tokens there is nothing.
        ([("PER", 4, 5)], "O O O O"),
        ([], "O O O O"),
    ],
)
def test_entities_are_projected_to_the_tokens_that_they_share_characters_with(entities, expected):
    tokens = [(0, 4), (5, 9), (10, 14), (15, 16)]

    assert project([entity(*one) for one in entities], tokens) == expected.split()
