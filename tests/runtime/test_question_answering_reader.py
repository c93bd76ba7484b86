from __future__ import annotations

import numpy as np
import pytest
import transformers

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.question_answering_reader import AnswerSpan, QuestionAnsweringReader, context_pieces
from tfbert_edge.runtime.tokenizer import Tokenizer

QUESTION = "who is the actor ?"
CONTEXT = (
    "the film is good and the actor is a funny one , but the music is not so good ; most scenes are dull ."
)


@pytest.fixture(scope="module")
def tokenizer(tiny_bert_folder) -> Tokenizer:
    return Tokenizer.from_folder(tiny_bert_folder).with_stride(5)


def logits(rows, spans, *, none=0.0):
    """Zeros, with 5 at the begin and the end of each (row, first, last, score - 5), places counted in the context's pieces."""
    outputs = [np.zeros((len(row.ids) + 3, 2), np.float32) for row in rows]
    for output in outputs:
        output[0] = none / 2
    for row, first, last, more in spans:
        begin = context_pieces(rows[row]).start
        outputs[row][begin + first, 0] = 5
        outputs[row][begin + last, 1] = 5 + more
    return outputs


@pytest.mark.parametrize("max_length", [24, 33, 64])
def test_rows_are_the_windows_of_transformers(tokenizer, tiny_bert_folder, max_length):
    oracle = transformers.BertTokenizerFast.from_pretrained(tiny_bert_folder)
    theirs = oracle(
        QUESTION,
        CONTEXT,
        truncation="only_second",
        max_length=max_length,
        stride=tokenizer.settings.stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )

    rows = QuestionAnsweringReader().rows(QUESTION, CONTEXT, tokenizer, max_length=max_length)

    assert [row.ids for row in rows] == theirs["input_ids"]
    assert [row.segment_ids for row in rows] == theirs["token_type_ids"]
    assert [row.offsets for row in rows] == theirs["offset_mapping"]


def test_rows_of_a_long_question_leave_two_thirds_to_the_context(tokenizer):
    rows = QuestionAnsweringReader().rows(QUESTION * 50, CONTEXT, tokenizer, max_length=33)

    assert {row.segment_ids.index(1) for row in rows} == {12}  # [CLS], 10 of 30 pieces, [SEP]
    assert all(len(row.ids) <= 33 for row in rows)
    assert {place for row in rows for place in row.offsets[context_pieces(row)]} == set(
        tokenizer.encode(CONTEXT).offsets[1:-1]
    )


def test_rows_without_room_or_context_are_refused(tokenizer):
    with pytest.raises(DataError, match=r"max_length must be 5 or more.*it was 4"):
        QuestionAnsweringReader().rows(QUESTION, CONTEXT, tokenizer, max_length=4)
    with pytest.raises(DataError, match="a question needs a context"):
        QuestionAnsweringReader().rows(QUESTION, None, tokenizer, max_length=32)
    assert len(QuestionAnsweringReader().rows("a b", "c d", tokenizer, max_length=5)) == 2


def test_context_of_100_000_words_is_read_in_windows(tokenizer):
    context = "the plot is dull " * 25_000
    rows = QuestionAnsweringReader().rows(QUESTION, context, tokenizer, max_length=64)
    outputs = logits(rows, [(len(rows) - 1, 0, 1, 0.0)])

    answer = QuestionAnsweringReader().answer(QUESTION, context, rows, outputs)

    # 54 pieces beside the question's 7, of which neighbours share 5
    assert len(rows) == 1 + -(-(100_000 - 54) // 49)
    assert answer.answer == context[answer.begin : answer.end]
    assert answer.begin == rows[-1].offsets[9][0]


def test_answer_is_cut_from_the_original_context_by_code_points(tokenizer):
    context = "  \U0001f600\U0001f600\tthe  Caf\u00c9\u0301 was \U0001f44d\U0001f3fd good "
    rows = QuestionAnsweringReader().rows(QUESTION, context, tokenizer, max_length=64)
    pieces = [context[begin:end] for begin, end in rows[0].offsets[context_pieces(rows[0])]]
    first, last = pieces.index("the"), pieces.index("was")

    answer = QuestionAnsweringReader().answer(QUESTION, context, rows, logits(rows, [(0, first, last, 0.5)]))

    assert (answer.answer, answer.begin, answer.end) == ("the  Caf\u00c9\u0301 was", 5, 19)
    assert answer.score == 10.5


def test_answer_is_the_likeliest_against_none_in_its_window(tokenizer):
    rows = QuestionAnsweringReader().rows(QUESTION, CONTEXT, tokenizer, max_length=24)
    outputs = logits(rows, [(0, 0, 1, 3.0), (1, 2, 3, 0.0)])
    outputs[0][0] = 4.0  # in the first window, [CLS] is likely too: 13 - 8 against 10 - 0

    answer = QuestionAnsweringReader().answer(QUESTION, CONTEXT, rows, outputs, top_k=2)

    begin = context_pieces(rows[1]).start + 2
    assert (answer.begin, answer.end) == (rows[1].offsets[begin][0], rows[1].offsets[begin + 1][1])
    assert answer.score == 10.0
    # 5 for one end of the best span and 0 for the other piece's: the earliest such span of the second window
    assert [one.score for one in answer.alternatives] == [5.0]


def test_answer_of_two_windows_that_share_a_span_has_it_once(tokenizer):
    rows = QuestionAnsweringReader().rows(QUESTION, CONTEXT, tokenizer, max_length=24)
    shared = len(rows[0].ids) - 1 - context_pieces(rows[0]).start - 5
    outputs = logits(rows, [(0, shared, shared + 1, 0.0), (1, 0, 1, 1.0)])

    answer = QuestionAnsweringReader().answer(QUESTION, CONTEXT, rows, outputs, top_k=2)

    assert answer.score == 11.0
    assert (answer.alternatives[0].begin, answer.alternatives[0].end) != (answer.begin, answer.end)
    assert len(answer.alternatives) == 1


def test_answer_is_no_longer_than_allowed(tokenizer):
    reader = QuestionAnsweringReader(settings={"max_answer_length": 2})
    rows = reader.rows(QUESTION, "the film is good", tokenizer, max_length=32)

    answer = reader.answer(QUESTION, "the film is good", rows, logits(rows, [(0, 0, 3, 0.0)]))

    assert answer == type(answer)("the", 0, 3, 5.0)


def test_answer_below_the_threshold_is_none_and_tells_what_it_would_be(tokenizer):
    rows = QuestionAnsweringReader().rows(QUESTION, "the film is good", tokenizer, max_length=32)
    outputs = logits(rows, [(0, 1, 1, 0.0)], none=6.0)
    best = AnswerSpan("film", 4, 8, 4.0)

    def answer(threshold):
        settings = {"thresholds": {"no_answer": threshold}}
        return QuestionAnsweringReader(settings=settings).answer(QUESTION, "the film is good", rows, outputs)

    assert (answer(4.0).answer, answer(4.0).alternatives) == ("film", ())
    assert (answer(4.1).answer, answer(4.1).begin, answer(4.1).end) == ("", 0, 0)
    assert (answer(4.1).score, answer(4.1).alternatives) == (4.0, (best,))


@pytest.mark.parametrize(("question", "context"), [(QUESTION, ""), (QUESTION, " \u0001\t"), ("", CONTEXT)])
def test_answer_where_nothing_is_asked_or_told_is_none(tokenizer, question, context):
    rows = QuestionAnsweringReader().rows(question, context, tokenizer, max_length=64)

    answer = QuestionAnsweringReader().answer(question, context, rows, logits(rows, []))

    assert (answer.answer, answer.begin, answer.end, answer.score, answer.alternatives) == ("", 0, 0, 0.0, ())


def test_top_k_of_none_is_refused(tokenizer):
    rows = QuestionAnsweringReader().rows(QUESTION, CONTEXT, tokenizer, max_length=64)
    with pytest.raises(DataError, match="top_k must be at least 1, it was 0"):
        QuestionAnsweringReader().answer(QUESTION, CONTEXT, rows, logits(rows, []), top_k=0)
