"""Labels of pieces by hand, figures by seqeval, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from seqeval import metrics as scores

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.runtime.windows import text_windows
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.tagging import tagged_value
from tfbert_edge.tasks.token_classification import TokenClassification
from tfbert_edge.tasks.truth import Truth

LABELS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] anna lives in new ##castle u . s".split()
TOKENIZER = Tokenizer.from_vocabulary(PIECES, TokenizerSettings())
TOKENS, TAGS = ["Anna", "lives", "in", "Newcastle", "U.S."], ["B-PER", "O", "O", "B-LOC", "I-LOC"]
# Pieces: anna lives in new ##castle u . s .
ALL = [3, 0, 0, 1, 2, 2, 2, 2, 2]
FIRST = [3, 0, 0, 1, -1, 2, 2, 2, 2]


def made(tokens, tags, task=None):
    task = task or TokenClassification(LABELS)
    text, value = tagged_value(tokens, tags)
    return text, task.encode_labels([value])[0]


@pytest.mark.parametrize(("label_pieces", "expected"), [("all", ALL), ("first", FIRST)])
def test_pieces_have_the_tag_of_the_token_that_they_begin_in(label_pieces, expected):
    task = TokenClassification(LABELS, label_pieces=label_pieces)
    text, tagged = made(TOKENS, TAGS)

    (labels,) = task.row_labels(tagged, text_windows(text, TOKENIZER, max_length=16))

    assert text == "Anna lives in Newcastle U.S."
    assert labels.tolist() == [-1, *expected, -1]
    assert labels.dtype == np.int32


def test_windows_label_a_token_that_begins_before_them_as_going_on():
    text, tagged = made(TOKENS, TAGS)

    rows = text_windows(text, TOKENIZER.with_stride(2), max_length=8)

    assert [row.tolist() for row in TokenClassification(LABELS).row_labels(tagged, rows)] == [
        [-1, *ALL[:6], -1],
        [-1, *ALL[4:], -1],
    ]


def test_tokens_without_pieces_are_no_labels():
    text, tagged = made(["\u200b", "Anna", "\u0000"], ["O", "B-PER", "I-PER"])

    (labels,) = TokenClassification(LABELS).row_labels(tagged, text_windows(text, TOKENIZER, max_length=8))

    assert labels.tolist() == [-1, 3, -1]


def test_sentence_without_tokens_has_no_labels_and_no_entities():
    task = TokenClassification(LABELS)
    text, tagged = made([], [])
    rows = text_windows(text, TOKENIZER, max_length=8)

    assert [row.tolist() for row in task.row_labels(tagged, rows)] == [[-1, -1]]
    assert task.answers(np.ones((1, 8, 5), np.float32), truth_of([("", tagged)])) == [()]


def truth_of(examples):
    labels = np.empty(len(examples), object)
    labels[:] = [tagged for _, tagged in examples]
    texts = [text for text, _ in examples]
    return Truth(labels, texts, None, [text_windows(text, TOKENIZER, max_length=16) for text in texts])


def outputs_of(tags_of_pieces):
    outputs = np.zeros((len(tags_of_pieces), 16, 5), np.float32)
    for row, tags in enumerate(tags_of_pieces):
        outputs[row, np.arange(1, len(tags) + 1), tags] = 4.0
    return outputs


def test_metrics_are_those_of_seqeval_on_the_tags_of_tokens():
    second = (["Anna", "in", "Newcastle"], ["B-PER", "O", "B-LOC"])
    truth = truth_of([made(TOKENS, TAGS), made(*second)])
    # In the first sentence the place ends too early, in the second a person is missed and a place is found.
    outputs = outputs_of([[3, 0, 0, 1, 2, 0, 0, 0, 0], [0, 0, 1, 2]])
    answered = [["B-PER", "O", "O", "B-LOC", "O"], ["O", "O", "B-LOC"]]

    found = TokenClassification(LABELS).metrics(outputs, truth)

    gold = [TAGS, second[1]]
    assert found["f1"] == scores.f1_score(gold, answered) == pytest.approx(4 / 7)
    assert found["precision"] == scores.precision_score(gold, answered) == pytest.approx(2 / 3)
    assert found["recall"] == scores.recall_score(gold, answered) == pytest.approx(2 / 4)
    assert found["per_class"] == {
        "LOC": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2},
        "PER": {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2},
    }
    json.dumps(found, allow_nan=False)


def test_metrics_without_any_entity_are_zero():
    truth = truth_of([made(["in"], ["O"])])

    found = TokenClassification(LABELS).metrics(outputs_of([[0]]), truth)

    assert (found["precision"], found["recall"], found["f1"], found["per_class"]) == (0.0, 0.0, 0.0, {})


def test_agreement_is_the_share_of_texts_with_equal_entities():
    truth = truth_of([made(TOKENS, TAGS), made(["Anna"], ["O"])])
    task = TokenClassification(LABELS)

    # The second piece of a word has no say; a type of its own has.
    assert (
        task.agreement(outputs_of([ALL, [3]]), outputs_of([[3, 0, 0, 1, 0, 2, 2, 2, 2], [1]]), truth) == 0.5
    )
    assert task.shown(task.answers(outputs_of([ALL, [3]]), truth)[0], outputs_of([ALL])) == (
        "PER: Anna; LOC: Newcastle U.S.",
        None,
    )
    assert task.shown_label(truth.labels[0], truth.texts[0]) == "PER: Anna; LOC: Newcastle U.S."


def test_labels_and_scheme_are_found_and_written_tags_are_read_again():
    values = [tagged_value(["a", "b", "c"], ["S-PER", "B-LOC", "E-LOC"])[1]]

    found = TokenClassification.found_in(values)
    task = task_from(type="token_classification", **found)
    encoded = task.encode_labels(values)

    assert found == {"labels": LABELS, "scheme": "BIOES"}
    assert encoded[0].tags == ("B-PER", "B-LOC", "I-LOC")
    again = json.loads(json.dumps(task.label_json(encoded[0])))
    assert (
        task_from(**{"type": "token_classification", **task.parameters}).encode_labels([again])[0]
        == encoded[0]
    )


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (
            ["O", "S-PER"],
            r"example 1, token 2: the tag 'S-PER' must be one of IOB2 \(O, B-X, I-X\).*task.scheme",
        ),
        (["PER", "O"], r"example 1, token 1: the tag 'PER' must be one of IOB2"),
        ([None, "O"], r"example 1, token 1: the tag None must be one of IOB2"),
        (["O", "B-DAY"], r"example 1, token 2: there is no type 'DAY'; there are LOC, PER.*task.labels"),
    ],
)
def test_tags_outside_the_scheme_or_of_no_type_are_refused(tags, expected):
    with pytest.raises(DataError, match=expected):
        TokenClassification(LABELS).encode_labels([tagged_value(["a", "b"], tags)[1]])


@pytest.mark.parametrize(
    "labels", [(), ("O",), ("B-A", "I-A", "O"), ("O", "B-A"), ("O", "B-A", "I-A", "B-A")]
)
def test_labels_that_are_not_of_iob2_are_refused(labels):
    with pytest.raises(DataError, match=r"O and then B-X and I-X of each type X"):
        TokenClassification(labels)


def test_training_data_without_an_entity_is_refused():
    with pytest.raises(DataError, match=r"none of 1 training examples has an entity"):
        TokenClassification.found_in([tagged_value(["a"], ["O"])[1]])
