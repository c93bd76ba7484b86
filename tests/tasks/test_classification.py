from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import METRICS
from tfbert_edge.tasks import TASKS, task_from
from tfbert_edge.tasks.classification import Classification, label_text, labels_in
from tfbert_edge.tasks.truth import Truth

TASK = Classification(("negative", "neutral", "positive"))

# Decisions 0 0 1 2 2 0 against labels 0 0 1 1 2 2.
OUTPUTS = np.eye(3, dtype=np.float32)[[0, 0, 1, 2, 2, 0]]
LABELS = np.array([0, 0, 1, 1, 2, 2], np.int32)


def test_metrics_of_a_worked_example_are_those_by_hand():
    found = TASK.metrics(OUTPUTS, Truth(LABELS))

    # By hand: true positives 2, 1, 1; decided 3, 1, 2; true 2, 2, 2.
    assert found["accuracy"] == pytest.approx(4 / 6)
    assert found["precision_macro"] == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert found["recall_macro"] == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert found["f1_macro"] == pytest.approx((4 / 5 + 2 / 3 + 1 / 2) / 3)
    # Gorodkin's R_K: (c s - sum p t) / sqrt((s^2 - sum p^2) (s^2 - sum t^2)), c = 4, s = 6.
    assert found["matthews"] == pytest.approx((4 * 6 - 12) / np.sqrt((36 - 14) * (36 - 12)))
    assert found["confusion"] == [[2, 0, 0], [0, 1, 1], [1, 0, 1]]
    assert found["per_class"]["neutral"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }


def test_metrics_are_plain_json_values():
    found = TASK.metrics(OUTPUTS, Truth(LABELS))

    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_metrics_of_a_constant_decision_are_finite():
    found = TASK.metrics(np.tile([1.0, 0.0, 0.0], (4, 1)), Truth(np.array([0, 1, 2, 0])))

    assert found["matthews"] == 0.0
    assert found["per_class"]["positive"]["precision"] == 0.0
    json.dumps(found, allow_nan=False)


def test_encode_labels_takes_names_and_numbers():
    assert TASK.encode_labels(["positive", " negative", 1, 2.0, "0"]).tolist() == [2, 0, 1, 2, 0]
    assert TASK.encode_labels(["neutral"]).dtype == np.int32


def test_encode_labels_where_labels_are_numbers_takes_their_value():
    assert Classification(("1", "0")).encode_labels([0, "1", 1.0]).tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "row 2 has no label"),
        (" ", "row 2 has no label"),
        (float("nan"), "row 2 has no label"),
        (
            "postive",
            r"row 2 has the label 'postive' \(did you mean 'positive'\?\), which must be one of negative",
        ),
        (3, "row 2 has the label '3'"),
    ],
)
def test_encode_labels_with_a_wrong_label_says_where(value, expected):
    with pytest.raises(DataError, match=expected):
        TASK.encode_labels(["neutral", value], lambda at: f"row {at + 1}")


def test_agreement_is_the_share_of_equal_decisions():
    other = OUTPUTS.copy()
    other[0] = [0.2, 0.5, 0.3]

    assert TASK.agreement(OUTPUTS, other, Truth(LABELS)) == pytest.approx(5 / 6)


def test_decode_gives_the_likeliest_labels_first():
    found = TASK.reader.answer("", None, [], [np.array([0.2, 0.1, 0.7])], top_k=2)

    assert found.label == "positive"
    assert [(one.label, one.score) for one in found.scores] == [("positive", 0.7), ("negative", 0.2)]


def test_labels_in_sorts_numbers_by_value_and_skips_missing_ones():
    assert labels_in(["10", "9", None, "", 2]) == ("2", "9", "10")
    assert labels_in(["b", "a", "b"]) == ("a", "b")


def test_label_text_of_a_boolean_is_small():
    assert label_text(True) == "true"


@pytest.mark.parametrize("labels", [("a",), ("a", "a")])
def test_classification_with_too_few_labels_is_refused(labels):
    with pytest.raises(DataError):
        Classification(labels)


def test_task_from_knows_every_task_of_the_recipe():
    assert set(TASKS) == set(METRICS)
    assert {name: task.metric_names for name, task in TASKS.items()} == METRICS


def test_task_from_leaves_foreign_settings_out():
    assert task_from(type="classification", labels=("a", "b"), range=None).num_outputs == 2
    assert task_from(type="regression", labels=None, range=(0, 5)).num_outputs == 1


def test_positive_label_makes_its_f1_the_primary_metric():
    task = Classification(["different", "same", "unsure"], positive_label="same")
    labels, decisions = np.array([1, 1, 1, 0, 2]), np.array([1, 1, 0, 1, 2])

    found = task.metrics(np.eye(3)[decisions], Truth(labels))

    # Two of three found are right, two of three there are found.
    assert found["f1"] == pytest.approx(2 / 3)
    assert (task.primary_metric, task.metric_names[0]) == ("f1", "f1")
    assert task_from(type="classification", **task.parameters).parameters == task.parameters
    assert Classification(["a", "b"]).primary_metric == "accuracy"
    assert "f1" not in Classification(["a", "b"]).metrics(np.eye(2), Truth(np.array([0, 1])))
    with pytest.raises(DataError, match=r"task\.positive_label must be one of a, b, was 'c'"):
        Classification(["a", "b"], positive_label="c")


def test_task_from_without_a_needed_setting_names_it():
    with pytest.raises(DataError, match=r"needs labels.*task\.labels"):
        task_from(type="classification", labels=None)
    with pytest.raises(DataError, match="must be one of classification, "):
        task_from(type="ranking")
