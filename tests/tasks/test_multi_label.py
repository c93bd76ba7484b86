from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.readers import make_reader
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.activations import sigmoid, softmax
from tfbert_edge.tasks.multi_label import MultiLabel
from tfbert_edge.tasks.thresholds import best_thresholds
from tfbert_edge.tasks.truth import Truth

TASK = MultiLabel(["acting", "music", "story"])


@pytest.mark.parametrize("names", [["music", "story"], [1, 2], ["2", "1"], ("story", "music")])
def test_encode_labels_by_name_or_position_marks_each(names):
    assert TASK.encode_labels([names, []]).tolist() == [[0, 1, 1], [0, 0, 0]]
    assert TASK.encode_labels([names]).dtype == np.float32


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["musik"], r"row 7 has the label 'musik' \(did you mean 'music'\?\), which must be one of acting"),
        (["music", "music"], "row 7 has the label 'music' twice"),
        (None, "row 7 must have a list of labels, it has nothing"),
        ("music", "row 7 must have a list of labels, it has a str"),
        ([3], "row 7 has the label '3'"),
    ],
)
def test_encode_labels_of_a_wrong_value_says_where(value, message):
    with pytest.raises(DataError, match=message):
        TASK.encode_labels([value], lambda _: "row 7")


def test_label_json_is_read_again():
    encoded = TASK.encode_labels([["story", "acting"], []])

    assert [TASK.label_json(row) for row in encoded] == [["acting", "story"], []]
    assert (TASK.encode_labels([TASK.label_json(row) for row in encoded]) == encoded).all()


def test_metrics_are_scikit_learns():
    random = np.random.default_rng(1)
    truth, scores = (random.random((60, 3)) < 0.4).astype(np.float32), random.random((60, 3))
    decided = scores >= 0.5

    found = TASK.metrics(scores, Truth(truth))

    assert found["f1_micro"] == pytest.approx(sklearn_metrics.f1_score(truth, decided, average="micro"))
    assert found["f1_macro"] == pytest.approx(sklearn_metrics.f1_score(truth, decided, average="macro"))
    assert found["subset_accuracy"] == pytest.approx((decided == truth).all(axis=1).mean())
    assert found["mean_average_precision"] == pytest.approx(
        sklearn_metrics.average_precision_score(truth, scores, average="macro")
    )
    hits = (decided & (truth > 0))[:, 1].sum()
    assert found["per_class"]["music"]["precision"] == pytest.approx(hits / decided[:, 1].sum())
    assert found["per_class"]["music"]["support"] == truth[:, 1].sum()
    assert set(TASK.metric_names) <= found.keys()


def test_metrics_of_a_label_that_no_example_has_leave_it_out_of_the_mean_average_precision():
    truth = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    scores = np.array([[0.9, 0.9, 0.2], [0.1, 0.1, 0.8]])

    found = TASK.metrics(scores, Truth(truth))

    assert found["mean_average_precision"] == 1.0
    assert "average_precision" not in found["per_class"]["music"]


def test_best_thresholds_by_hand():
    scores = np.array([[0.1, 0.9], [0.3, 0.8], [0.35, 0.7], [0.8, 0.6]])
    truth = np.array([[0, 0], [1, 0], [0, 0], [1, 0]])

    # Of the first label: F1 from 0.2 on (two right of three) is 4/5, from 0.575 on (one of one) 2/3. None has the second.
    assert best_thresholds(truth, scores).tolist() == [0.2, 0.5]


def test_best_thresholds_keep_a_half_where_it_is_as_good_as_any():
    assert best_thresholds(np.array([[1], [0]]), np.array([[0.9], [0.2]])).tolist() == [0.5]


def test_best_thresholds_of_equal_scores_take_all_or_none():
    assert best_thresholds(np.array([[1], [0]]), np.array([[0.25], [0.25]])).tolist() == [0.125]


def test_best_thresholds_have_the_highest_f1_of_all_cuts():
    random = np.random.default_rng(2)
    scores, truth = random.random((30, 2)), random.random((30, 2)) < 0.3

    for label, threshold in enumerate(best_thresholds(truth, scores)):
        f1 = [sklearn_metrics.f1_score(truth[:, label], scores[:, label] >= cut) for cut in scores[:, label]]
        ours = sklearn_metrics.f1_score(truth[:, label], scores[:, label] >= threshold)
        assert ours == pytest.approx(max(f1))


def test_calibrated_task_decides_by_its_thresholds_and_says_them():
    truth = Truth(np.array([[0, 0, 1], [1, 0, 0], [1, 0, 1]], np.float32))
    outputs = np.array([[0.1, 0.2, 0.9], [0.3, 0.1, 0.2], [0.4, 0.3, 0.8]])

    calibrated = TASK.calibrated(outputs, truth)

    assert calibrated.thresholds == {"acting": 0.2, "music": 0.5, "story": 0.5}
    assert TASK.answers(outputs, truth) == [(2,), (), (2,)]
    assert calibrated.answers(outputs, truth) == [(2,), (0,), (0, 2)]
    assert calibrated.metrics(outputs, truth)["per_class"]["acting"]["threshold"] == 0.2
    assert calibrated.shown((0, 2), outputs) == ("acting, story", None)
    assert calibrated.shown((), outputs) == ("no label", None)
    again = task_from(type="multi_label", **calibrated.parameters)
    assert again.parameters == calibrated.parameters
    assert again.answers(outputs, truth) == calibrated.answers(outputs, truth)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "at least one label"),
        ((["a", "a"],), "named once"),
        ((["a"], {"b": 0.3}), "b is none of them"),
    ],
)
def test_task_of_wrong_settings_raises(arguments, message):
    with pytest.raises(DataError, match=message):
        MultiLabel(*arguments)


def test_found_in_collects_the_labels_of_all_lists():
    assert MultiLabel.found_in([["b", "a"], [], ["a", "c"]]) == {"labels": ("a", "b", "c")}


def test_reader_lists_the_labels_over_their_thresholds_the_likeliest_first():
    reader = make_reader("multi_label", ["a", "b", "c"], {"thresholds": {"a": 0.2, "c": 0.75}})

    answer = reader.answer("", None, [], [np.array([0.3, 0.5, 0.7], np.float32)], top_k=1)

    assert answer.labels == ("b", "a")
    assert [(score.label, round(score.score, 6)) for score in answer.scores] == [("c", 0.7)]
    assert reader.answer("", None, [], [np.zeros(3)]).labels == ()


def test_activations_are_those_of_their_formulas_and_do_not_overflow():
    logits = np.array([[0.0, np.log(3.0), -1000.0], [1000.0, 0.0, 1000.0]], np.float32)

    assert sigmoid(logits) == pytest.approx(np.array([[0.5, 0.75, 0.0], [1.0, 0.5, 1.0]]), abs=1e-6)
    assert softmax(logits) == pytest.approx(np.array([[0.25, 0.75, 0.0], [0.5, 0.0, 0.5]]), abs=1e-6)
    assert (TASK.activated(logits) == sigmoid(logits)).all()
