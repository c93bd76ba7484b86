from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.question_answering import QuestionAnswering, read_answers
from tfbert_edge.tasks.truth import Truth

CONTEXT = "the film is good and the actor is a funny one but the music is not so good"


@pytest.fixture(scope="module")
def tokenizer(tiny_bert_folder) -> Tokenizer:
    return Tokenizer.from_folder(tiny_bert_folder).with_stride(4)


def gold(*answers):
    return {"text": list(answers), "answer_start": [CONTEXT.index(answer) for answer in answers]}


def truth_of(task, labels, tokenizer, max_length=64):
    rows = [task.reader.rows("a ?", CONTEXT, tokenizer, max_length=max_length) for _ in labels]
    return Truth(task.encode_labels(labels), ["a ?"] * len(labels), [CONTEXT] * len(labels), rows)


def outputs_of(spans):
    """One row a question whose best span are these words of the context (one piece each), with a score."""
    outputs = np.full((len(spans), 64, 2), -50, np.float32)
    outputs[:, 0] = 0
    for output, (first, last, score) in zip(outputs, spans, strict=True):
        output[4 + first, 0] = output[4 + last, 1] = score / 2
    return outputs


def test_row_labels_are_the_pieces_of_the_answer_or_cls_where_a_window_lacks_a_part(tokenizer):
    task = QuestionAnswering(False)
    rows = task.reader.rows("a ?", CONTEXT, tokenizer, max_length=16)  # windows of 11 words, 4 of them shared

    labels = task.row_labels(gold("a funny one"), rows)

    assert [row.segment_ids.count(1) - 1 for row in rows] == [11, 11]
    words = CONTEXT.split()
    assert words[8:11] == ["a", "funny", "one"]
    assert [label.tolist() for label in labels] == [[4 + 8, 4 + 10], [4 + 1, 4 + 3]]
    assert [label.tolist() for label in task.row_labels(gold("one but"), rows)] == [[0, 0], [4 + 3, 4 + 4]]
    assert [label.tolist() for label in task.row_labels(gold("film"), rows)] == [[5, 5], [0, 0]]
    assert [label.tolist() for label in task.row_labels(gold(), rows)] == [[0, 0], [0, 0]]
    # Inside a word all of its pieces count; a blank at an edge has none.
    assert task.row_labels(gold(" funn"), rows)[0].tolist() == [4 + 9, 4 + 9]


def test_row_labels_are_those_of_the_answer_that_most_agree_on(tokenizer):
    task = QuestionAnswering(False)
    rows = task.reader.rows("a ?", CONTEXT, tokenizer, max_length=64)

    (label,) = task.row_labels(gold("film", "funny", "funny"), rows)

    assert label.tolist() == [4 + 9, 4 + 9]


def test_metrics_of_a_worked_example_are_those_by_hand(tokenizer):
    task = QuestionAnswering(False)
    truth = truth_of(task, [gold("film"), gold("a funny one", "funny"), gold("music")], tokenizer)

    found = task.metrics(outputs_of([(0, 1, 3), (9, 10, 3), (3, 3, 3)]), truth)

    # "the film" is right; "funny one" is, without its article; "good" is not.
    assert found == {"f1": pytest.approx(2 / 3), "exact_match": pytest.approx(2 / 3)}


def test_metrics_with_questions_without_answer_take_the_best_threshold_until_there_is_one(tokenizer):
    task = QuestionAnswering(True)
    truth = truth_of(task, [gold("film"), gold(), gold("music"), gold()], tokenizer)
    outputs = outputs_of([(1, 1, 8), (3, 3, 2), (13, 14, 6), (3, 3, 5)])

    found = task.metrics(outputs, truth)

    # Those of 8 and 6 gain 1 and 2/3; those of 5 and 2 are best left unanswered.
    assert found["null_threshold"] == 5.5
    assert found["f1"] == pytest.approx((1 + 1 + 2 / 3 + 1) / 4)
    assert found["exact_match"] == pytest.approx(3 / 4)
    assert (found["f1_has_answer"], found["exact_match_has_answer"]) == (pytest.approx(5 / 6), 0.5)
    assert (found["f1_no_answer"], found["exact_match_no_answer"]) == (1.0, 1.0)

    chosen = task.calibrated(outputs, truth)
    assert chosen.settings == {"max_answer_length": 30, "thresholds": {"no_answer": 5.5}}
    assert chosen.metrics(outputs, truth) == {name: found[name] for name in found if name != "null_threshold"}
    assert chosen.answers(outputs, truth) == ["film", "", "music is", ""]
    assert chosen.calibrated(outputs[::-1], truth) is chosen
    assert task_from(type="question_answering", **chosen.parameters).parameters == chosen.parameters


def test_agreement_is_of_answers_as_the_evaluators_compare_them(tokenizer):
    task = QuestionAnswering(False)
    truth = truth_of(task, [gold("film"), gold("film")], tokenizer)
    ours, theirs = outputs_of([(0, 1, 3), (1, 1, 3)]), outputs_of([(1, 1, 3), (3, 3, 3)])

    assert task.agreement(ours, theirs, truth) == 0.5


def test_found_in_says_whether_a_question_has_no_answer():
    assert QuestionAnswering.found_in([gold("film")]) == {"no_answer": False}
    assert QuestionAnswering.found_in([gold("film"), gold()]) == {"no_answer": True}


def test_label_json_is_read_again():
    task = QuestionAnswering(True)
    labels = task.encode_labels([gold("film", "good"), []])
    again = task.encode_labels([task.label_json(label) for label in labels])
    assert again.tolist() == labels.tolist() == [gold("film", "good"), {"text": [], "answer_start": []}]


def test_read_answers_takes_squads_list_of_answers():
    assert read_answers([{"text": "film", "answer_start": 4}]) == {"text": ["film"], "answer_start": [4]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "example 2: answers must be .* it was nothing"),
        ("film", "it was 'film'"),
        ({"text": ["film"]}, "answers must be"),
        ([{"text": "film"}], "answer_start must be whole numbers, they were .None"),
        ({"text": ["film"], "answer_start": []}, "as many texts as answer_start"),
        ({"text": [1], "answer_start": [1]}, "each a string"),
        ({"text": ["film"], "answer_start": ["4"]}, "must be whole numbers"),
        ({"text": [], "answer_start": []}, "example 2 has no answer, and task.no_answer is false"),
    ],
)
def test_encode_labels_of_bad_answers_says_what_and_where(value, expected):
    with pytest.raises(DataError, match=expected):
        QuestionAnswering(False).encode_labels([gold("film"), value])


def test_answers_and_labels_are_shown_as_a_person_reads_them():
    task = QuestionAnswering(True)
    assert task.shown_label(gold("film", "good", "film"), "a ?") == "film | good"
    assert (task.shown_label(gold(), "a ?"), task.shown("", np.zeros(1))[0]) == ("(no answer)", "(no answer)")
    assert task.shown("film", np.zeros(1)) == ("film", None)
