from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.tasks import task_from
from tfbert_edge.tasks.truth import Truth

TASKS = {
    "classification": {"labels": ["no", "yes"]},
    "multi_label": {"labels": ["joy", "fear"], "thresholds": {"joy": 0.3}},
    "regression": {"range": [0, 5]},
}


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize(("pooling", "head"), [("cls", "classification"), ("mean", "mean_classification")])
def test_task_from_its_parameters_reads_the_same_states(name, pooling, head):
    task = task_from(type=name, pooling=pooling, **TASKS[name])

    again = task_from(type=name, **json.loads(json.dumps(task.parameters)))

    assert (task.head, again.head) == (head, head)
    assert again.parameters == task.parameters


@pytest.mark.parametrize("name", TASKS)
def test_unknown_pooling_says_which_there_are(name):
    with pytest.raises(DataError, match=r"task\.pooling must be one of cls, mean, was 'max'"):
        task_from(type=name, pooling="max", **TASKS[name])


def test_thresholds_are_chosen_for_a_task_that_reads_the_same_states():
    task = task_from(type="multi_label", labels=["joy", "fear"], pooling="mean")
    outputs = np.array([[0.2, 0.9], [0.6, 0.1]])

    chosen = task.calibrated(outputs, Truth(np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)))

    assert chosen.head == "mean_classification"
    assert chosen.parameters["thresholds"].keys() == {"joy", "fear"}
