from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tfbert_edge.bundle.hard_texts import HARD_TEXTS
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.decode import as_json
from tfbert_edge.runtime.summarization_reader import SummarizationReader
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings

PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] a good bad film day one two three four . !".split()
CLS, SEP = 2, 3


def tokenizer(stride: int = 0) -> Tokenizer:
    return Tokenizer.from_vocabulary(PIECES, TokenizerSettings(stride=stride))


def reader(**settings) -> SummarizationReader:
    return SummarizationReader(settings=settings or {"sentences": 1})


def test_rows_of_a_short_document_are_one_with_a_cls_a_sentence_and_alternating_segments():
    text = "A good film.  One day!\nBad"

    (row,) = reader().rows(text, None, tokenizer(), max_length=32)

    assert row.ids == [CLS, 5, 6, 8, 14, SEP, CLS, 10, 9, 15, SEP, CLS, 7, SEP]
    assert row.segment_ids == [0] * 6 + [1] * 5 + [0] * 3
    assert (row.marks, row.sentences) == ((0, 6, 11), (0, 1, 2))
    pieces = [text[begin:end] for begin, end in row.offsets]
    assert pieces == ["", "A", "good", "film", ".", "", "", "One", "day", "!", "", "", "Bad", ""]


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        (0, [(0, 1), (2, 3), (4,)]),
        (3, [(0, 1), (1, 2), (2, 3), (3, 4)]),  # sentences of 3 pieces: one is shared
        (6, [(0, 1), (1, 2), (2, 3), (3, 4)]),  # both would fit, but a window has to move on
    ],
)
def test_rows_of_a_long_document_are_windows_of_whole_sentences(stride, expected):
    rows = reader().rows("One.\nA\nGood\nBad\nFilm", None, tokenizer(stride), max_length=7)

    assert [row.sentences for row in rows] == expected
    assert all(len(row.ids) <= 7 and row.segment_ids[0] == 0 for row in rows)


def test_segments_tell_how_often_a_piece_stands_in_the_whole_document():
    # "one" stands there once, "a" twice, "bad" three times, "good" four times; of these windows, none sees all of them.
    text = "One a good.\nGood bad bad\nGood a bad!\ngood"

    rows = reader(sentences=1, frequency_levels=3).rows(text, None, tokenizer(), max_length=12)

    assert [row.ids for row in rows] == [
        [CLS, 10, 5, 6, 14, SEP, CLS, 6, 7, 7, SEP],
        [CLS, 6, 5, 7, 15, SEP, CLS, 6, SEP],
    ]
    assert [row.segment_ids for row in rows] == [
        [0, 0, 2, 4, 0, 0, 1, 5, 3, 3, 1],
        [0, 4, 2, 2, 0, 0, 1, 5, 1],
    ]
    (last,) = reader(sentences=1, frequency_levels=2).rows("good " * 9, None, tokenizer(), max_length=12)
    assert last.segment_ids == [0] + [2] * 9 + [0]
    assert reader(sentences=1, frequency_levels=3).segment_types == 6 and reader().segment_types == 2


def test_overlap_gives_way_to_a_long_sentence():
    rows = reader().rows("One two\nA\none two three four good", None, tokenizer(4), max_length=8)

    # The long sentence needs 7 of 8 pieces, so it stands alone.
    assert [row.sentences for row in rows] == [(0, 1), (2,)]


def test_sentence_longer_than_a_row_is_cut():
    rows = reader().rows("A\n" + "one two three " * 10 + "\nBad", None, tokenizer(), max_length=8)

    assert [row.sentences for row in rows] == [(0,), (1,), (2,)]
    assert rows[1].ids == [CLS, 10, 11, 12, 10, 11, 12, SEP]


def test_text_without_a_piece_is_one_empty_row_and_an_empty_answer():
    for text in ("", " \n ", "\x00\x01", "\u200b"):
        rows = reader().rows(text, None, tokenizer(), max_length=8)
        answer = reader().answer(text, None, rows, [np.zeros((8, 1), np.float32)])

        assert [row.ids for row in rows] == [[CLS, SEP]]
        assert as_json(answer) == {"summary": "", "sentences": [], "scores": []}


def test_sentence_without_a_piece_is_left_out_and_keeps_its_number():
    (row,) = reader().rows("A\n\x00\x01\nBad", None, tokenizer(), max_length=32)

    assert row.sentences == (0, 2)


def test_special_tokens_in_a_text_are_no_sentences():
    (row,) = reader().rows("[CLS] a [SEP] [CLS] bad", None, tokenizer(), max_length=32)

    assert row.ids.count(CLS) == 3 and row.marks == (0,)


def test_answer_is_the_best_sentences_in_their_order_with_their_scores():
    text = "One.  Bad day!\nA film"
    one = reader(sentences=2, trigram_blocking=True)
    (row,) = one.rows(text, None, tokenizer(), max_length=32)
    logits = np.full((32, 1), 9.0, np.float32)  # whatever stands behind the row is of no account
    logits[: len(row.ids), 0] = [0.0, 1.5, -1.5, 0.0, 0.0, -4.0, -4.0, -2.0, 0.0, 1.0, 2.0, 2.0, 1.0]

    answer = one.answer(text, None, [row], [logits])

    scores = [1 / (1 + math.exp(-logit)) for logit in (0.0, -2.0, 1.5)]
    assert answer.summary == "One. A film"
    assert [(s.index, s.begin, s.end, s.text) for s in answer.sentences] == [
        (0, 0, 4, "One."),
        (2, 15, 21, "A film"),
    ]
    assert [s.score for s in answer.sentences] == pytest.approx([scores[0], scores[2]])
    assert [(s.index, s.score) for s in answer.scores] == [
        (2, pytest.approx(scores[2])),
        (0, pytest.approx(scores[0])),
        (1, pytest.approx(scores[1])),
    ]
    assert [s.index for s in one.answer(text, None, [row], [logits], top_k=1).scores] == [2]
    with pytest.raises(DataError, match="top_k must be at least 1"):
        one.answer(text, None, [row], [logits], top_k=0)


def test_sentence_of_two_windows_has_the_mean_of_its_logits():
    one = reader()
    rows = one.rows("One\nTwo\nBad", None, tokenizer(3), max_length=7)
    outputs = [np.full((7, 1), 9.0, np.float32) for _ in rows]
    outputs[0][:6, 0] = [3.0, 0.0, 0.0, 9.0, 1.5, -1.5]
    outputs[1][:6, 0] = [-3.0, -1.0, 1.0, 0.5, 0.5, 0.5]

    assert [row.sentences for row in rows] == [(0, 1), (1, 2)]
    assert one.scores(rows, outputs) == {0: 1.0, 1: 1.0, 2: 0.5}


def test_hard_texts_are_read_in_full_and_answered():
    for text in (*HARD_TEXTS, "one two three. " * 30_000):
        rows = reader().rows(text, None, tokenizer(8), max_length=32)
        answer = reader().answer(text, None, rows, [np.zeros((32, 1), np.float32)] * len(rows))

        numbers = sorted({number for row in rows for number in row.sentences})
        assert all(2 <= len(row.ids) <= 32 for row in rows)
        assert len(answer.scores) == len(numbers)
        assert all(text[one.begin : one.end] == one.text for one in answer.sentences)
        json.dumps(as_json(answer), allow_nan=False)
