from __future__ import annotations

import json

import numpy as np
import pytest
from rouge_score import rouge_scorer

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.features import encode_examples
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.tasks import Summarization, task_from

PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] cats sleep dogs run birds sing fish swim all day . the".split()
TEXTS = ["Cats sleep.\nDogs run all day.\nBirds sing.\nFish swim.", "Dogs run.\nFish swim all the day."]
VALUES = [
    {"summary": "Dogs run all day. Fish swim.", "sentences": [1, 3]},
    {"summary": "Fish swim.", "sentences": [1]},
]


@pytest.fixture
def task():
    return Summarization(sentences=0.5)


@pytest.fixture
def features(task):
    tokenizer = Tokenizer.from_vocabulary(PIECES, TokenizerSettings(stride=5))
    examples = Examples(["a", "b"], TEXTS, None, task.encode_labels(VALUES))
    # Two windows of the first document: 5 + 7 pieces, then 7 + 5 and 5.
    return encode_examples(examples, tokenizer, max_length=12, task=task)


def outputs_of(features, scores):
    """Logits of each document's sentences, at each of their pieces: one more, one less, and itself; 7 behind a row."""
    rows = [row for rows in features.truth.rows for row in rows]
    outputs = np.full((len(rows), 12, 1), 7.0, np.float32)
    numbers = [number for number, rows in enumerate(features.truth.rows) for _ in rows]
    for one, row, number in zip(outputs, rows, numbers, strict=True):
        for sentence, begin, end in zip(
            row.sentences, row.marks, (*row.marks[1:], len(row.ids)), strict=True
        ):
            one[begin:end] = scores[number][sentence]
            one[begin : begin + 2, 0] += 1.0, -1.0
    return outputs


def test_labels_stand_at_the_cls_of_sentences_alone(features):
    assert [row.sentences for row in features.truth.rows[0]] == [(0, 1), (2, 3)]

    assert [labels.tolist() for labels in features.labels] == [
        [0, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1],
        [0, -1, -1, -1, -1, 1, -1, -1, -1, -1],
        [0, -1, -1, -1, -1],
        [1, -1, -1, -1, -1, -1, -1, -1],
    ]


def test_metrics_are_the_librarys_beside_lead_and_oracle(task, features):
    outputs = outputs_of(features, [[-1, 2, 1, 0], [3, -3]])

    found = task.metrics(outputs, features.truth)

    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
    kinds = {
        "": ["Dogs run all day. Birds sing.", "Dogs run."],
        # 6 words of the first document, 2 of the second
        "lead_": ["Cats sleep.\nDogs run all day", "Dogs run"],
        "oracle_": ["Dogs run all day. Fish swim.", "Fish swim all the day."],
    }
    for prefix, summaries in kinds.items():
        for kind in ("rouge1", "rouge2", "rougeL"):
            scores = [
                scorer.score(value["summary"], summary)[kind].fmeasure
                for value, summary in zip(VALUES, summaries, strict=True)
            ]
            assert found[f"{prefix}{kind}"] == pytest.approx(np.mean(scores)), (prefix, kind)
    assert set(task.metric_names) < set(found)
    json.dumps(found, allow_nan=False)


def test_answers_agreement_and_sameness(task, features):
    ours = outputs_of(features, [[-1, 2, 1, 0], [3, -3]])
    theirs = outputs_of(features, [[-1, 2, 0, 1], [3, -3]])

    assert task.answers(ours, features.truth) == [(1, 2), (0,)]
    assert task.answers(theirs, features.truth) == [(1, 3), (0,)]
    # Of 6 sentences, two are decided otherwise.
    assert task.agreement(ours, theirs, features.truth) == pytest.approx(4 / 6)
    assert not task.same((1, 2), (1, 3)) and task.same((0,), (0,))
    assert task.shown((1, 2), ours) == ("2, 3", None)


def test_compared_numbers_are_those_of_sentences(task, features):
    outputs = outputs_of(features, [[-1, 2, 1, 0], [3, -3]])

    assert task.compared(outputs, features.truth).tolist() == [-1, 2, 1, 0, 3, -3]


def test_labels_come_back_from_json(task):
    encoded = task.encode_labels(VALUES)

    assert [task.label_json(label) for label in encoded] == VALUES
    again = task.encode_labels(json.loads(json.dumps([task.label_json(label) for label in encoded])))
    assert again.tolist() == encoded.tolist()


def test_missing_summary_and_document_without_sentence_are_refused(task):
    with pytest.raises(DataError, match="example 2 has no summary"):
        task.encode_labels([VALUES[0], {"summary": " ", "sentences": []}])
    tokenizer = Tokenizer.from_vocabulary(PIECES, TokenizerSettings())
    examples = Examples(["doc-7"], ["\x00\x01"], None, task.encode_labels(VALUES[1:]))
    with pytest.raises(DataError, match="doc-7: the document has no sentence"):
        encode_examples(examples, tokenizer, max_length=12, task=task)


@pytest.mark.parametrize("limits", [{}, {"sentences": 3, "words": 50}])
def test_limits_other_than_one_are_refused(limits):
    with pytest.raises(DataError, match="one limit, sentences or words"):
        Summarization(**limits)


def test_task_is_made_again_from_its_parameters():
    levels = Summarization(sentences=2, frequency_levels=4)
    for one in (Summarization(sentences=3), Summarization(words=0.4, trigram_blocking=False), levels):
        again = task_from(type="summarization", **json.loads(json.dumps(one.parameters)))

        assert again.parameters == one.parameters == one.settings == again.reader.settings
    assert Summarization(words=0.4).settings == {"words": 0.4, "trigram_blocking": True}
