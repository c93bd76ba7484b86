"""Intent and slots together: labels of pieces, figures and distances by hand, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.runtime.windows import text_windows
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.intent_slots import IntentSlots
from tfbert_edge.tasks.tagging import tagged_value
from tfbert_edge.tasks.truth import Truth

INTENTS, SLOTS = ("buy", "play"), ("O", "B-artist", "I-artist")
TASK = IntentSlots(INTENTS, SLOTS)
PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] play anna bob now".split()
TOKENIZER = Tokenizer.from_vocabulary(PIECES, TokenizerSettings())


def value(tokens, tags, intent):
    return {**tagged_value(tokens.split(), tags.split())[1], "intent": intent}


FRAMES = [
    ("play Anna Bob", value("play Anna Bob", "O B-artist I-artist", "play")),
    ("Bob now", value("Bob now", "B-artist O", "buy")),
]


def truth(task=TASK):
    texts = [text for text, _ in FRAMES]
    rows = [text_windows(text, TOKENIZER, max_length=8) for text in texts]
    return Truth(task.encode_labels([one for _, one in FRAMES]), texts, None, rows)


def outputs(*rows):
    """One row of (2, 8, 2 + 3) for each (intent, tags of pieces)."""
    made = np.zeros((len(rows), 8, 5), np.float32)
    for row, (intent, tags) in enumerate(rows):
        made[row, 0, intent] = 2.0
        made[row, np.arange(1, len(tags) + 1), np.add(tags, 2)] = 4.0
    return made


def test_pieces_have_their_tags_and_the_first_the_intent():
    found = truth()

    labels = [
        TASK.row_labels(label, rows)[0].tolist() for label, rows in zip(found.labels, found.rows, strict=True)
    ]

    assert labels == [[1, 0, 1, 2, -1], [0, 1, 0, -1]]


def test_metrics_count_intents_slots_and_both():
    # The first is right; of the second the slot is right and the intent is not.
    found = TASK.metrics(outputs((1, [0, 1, 2]), (1, [1, 0])), truth())

    assert (found["intent_accuracy"], found["slot_f1"], found["frame_accuracy"]) == (0.5, 1.0, 0.5)

    # Both intents are right; a slot ends too early.
    found = TASK.metrics(outputs((1, [0, 1, 0]), (0, [1, 0])), truth())

    assert (found["intent_accuracy"], found["slot_f1"], found["frame_accuracy"]) == (1.0, 0.5, 0.5)
    assert set(found) == {*TASK.metric_names, "per_class"}
    json.dumps(found, allow_nan=False)


def test_answer_has_the_intent_with_its_probability_and_slots_in_the_text():
    (result, _) = TASK.results(outputs((1, [0, 1, 2]), (0, [1, 0])), truth())

    assert result.intent == "play"
    assert result.score == pytest.approx(np.exp(2) / (1 + np.exp(2)), abs=1e-6)
    assert [(one.label, one.score) for one in result.scores] == [
        ("play", result.score),
        ("buy", pytest.approx(1 - result.score, abs=2e-6)),
    ]
    assert [(slot.type, slot.begin, slot.end, slot.text) for slot in result.slots] == [
        ("artist", 5, 13, "Anna Bob")
    ]
    answers = TASK.answers(outputs((1, [0, 1, 2]), (0, [1, 0])), truth())
    assert TASK.shown(answers[0], np.zeros(1))[0] == "play (artist: Anna Bob)"
    assert TASK.shown_label(truth().labels[1], "Bob now") == "buy (artist: Bob)"


def test_agreement_needs_the_intent_and_all_slots():
    ours = outputs((1, [0, 1, 2]), (0, [1, 0]))

    assert TASK.agreement(ours, ours, truth()) == 1.0
    assert TASK.agreement(ours, outputs((0, [0, 1, 2]), (0, [1, 0])), truth()) == 0.5
    assert TASK.agreement(ours, outputs((1, [0, 1, 2]), (0, [0, 0])), truth()) == 0.5


def test_text_in_windows_has_the_intent_of_their_mean_logits():
    text = "play Anna Bob now"
    rows = text_windows(text, TOKENIZER, max_length=4)
    logits = np.zeros((2, 4, 5), np.float32)
    logits[0, 0, 0], logits[1, 0, 1] = 1.0, 3.0

    result = TASK.reader.answer(text, None, rows, list(logits))

    assert (result.intent, len(result.slots)) == ("play", 0)
    assert result.score == pytest.approx(1 / (1 + np.exp(0.5 - 1.5)), abs=1e-6)


def test_written_labels_are_read_again_and_the_rest_is_found():
    found = IntentSlots.found_in([one for _, one in FRAMES])
    task = task_from(type="intent_slots", **found)

    assert found == {"intents": INTENTS, "slots": SLOTS, "scheme": "IOB2"}
    assert task.labels == ("buy", "play", *SLOTS)
    again = task_from(**{"type": "intent_slots", **json.loads(json.dumps(task.parameters))})
    written = [json.loads(json.dumps(task.label_json(label))) for label in truth().labels]
    assert again.encode_labels(written).tolist() == truth().labels.tolist()


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (value("a", "O", None), r"example 1 has no intent, which must be one of buy, play"),
        (
            value("a", "O", "sell"),
            r"example 1 has the intent 'sell', which must be one of buy, play.*task.intents",
        ),
        (
            value("a", "B-song", "buy"),
            r"example 1, token 1: there is no type 'song'; there are artist.*task.slots",
        ),
    ],
)
def test_unknown_intents_and_slots_are_refused(one, expected):
    with pytest.raises(DataError, match=expected):
        TASK.encode_labels([one])


def test_one_intent_is_refused():
    with pytest.raises(DataError, match=r"at least two intents, all different; they were buy"):
        IntentSlots(["buy"], SLOTS)


def log_softmax(row):
    return row - np.log(np.exp(row).sum())


def test_loss_is_that_of_the_intent_plus_the_mean_of_the_pieces():
    from tfbert_edge.training.losses import make_loss

    logits = np.random.default_rng(1).normal(size=(1, 4, 5)).astype(np.float32)
    labels = np.array([[1, 0, 2, -1]], np.int32)

    found = make_loss(TASK.loss)({"labels": labels}, logits).numpy()

    intent = -log_softmax(logits[0, 0, :2])[1]
    pieces = [-log_softmax(logits[0, 1, 2:])[0], -log_softmax(logits[0, 2, 2:])[2]]
    assert found == pytest.approx([intent + np.mean(pieces)], rel=1e-5)


def test_distance_is_that_of_the_intent_plus_the_mean_of_the_real_pieces():
    from tfbert_edge.compress.output_distance import output_distance

    draw = np.random.default_rng(2)
    ours, theirs = (draw.normal(size=(1, 3, 5)).astype(np.float32) for _ in range(2))
    batch = {"attention_mask": np.array([[1, 1, 0]], np.int32)}

    found = output_distance(TASK.distance, ours, theirs, batch, 1.0).numpy()

    def divergence(theirs, ours):
        true = log_softmax(theirs)
        return (np.exp(true) * (true - log_softmax(ours))).sum()

    intent = divergence(theirs[0, 0, :2], ours[0, 0, :2])
    pieces = [divergence(theirs[0, at, 2:], ours[0, at, 2:]) for at in range(2)]
    assert found == pytest.approx([intent + np.mean(pieces)], rel=1e-4)


def test_head_gives_two_tensors_that_stand_side_by_side():
    from tfbert_edge.models.heads import build_model, head_outputs
    from tfbert_edge.models.presets import preset

    model = build_model(preset("tiny"), head="joint", num_outputs=TASK.num_outputs)
    batch = {name: np.ones((2, 4), np.int32) for name in ("input_ids", "token_type_ids", "attention_mask")}

    logits = model(batch).numpy()

    assert head_outputs(model) == (2, 3)
    assert logits.shape == (2, 4, 5)
    assert (logits[:, 1:, :2] == 0).all() and (logits[:, 0, :2] != 0).all() and (logits[:, :, 2:] != 0).all()
