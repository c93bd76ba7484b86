from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.tasks import Classification, Regression
from tfbert_edge.tasks.truth import Truth
from tfbert_edge.validate import EvaluationSet, changed_decisions, run_model

TASK = Classification(["negative", "positive"])


@pytest.mark.parametrize("threads", [1, 3])
def test_run_model_every_example_in_order_equals_numpy(models, evaluation, other_outputs, threads):
    seen = []
    outputs = run_model(
        models["other"],
        evaluation,
        TASK.reader,
        threads=threads,
        on_progress=lambda *step: seen.append(step),
    )

    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, other_outputs, atol=1e-5)
    assert seen[0][1:] == (1, 60) and seen[-1][1:] == (60, 60)


@pytest.mark.parametrize("threads", [1, 2])
def test_run_model_that_fails_on_a_row_says_so(models, evaluation, threads, monkeypatch):
    def failing(self, *inputs):
        raise BundleError("the model failed while running")

    monkeypatch.setattr(EdgeInterpreter, "run", failing)

    with pytest.raises(BundleError, match="failed while running"):
        run_model(models["other"], evaluation, TASK.reader, threads=threads)


def test_run_model_other_sequence_length_raises(models, evaluation):
    short = dataclasses.replace(
        evaluation,
        input_ids=evaluation.input_ids[:, :4],
        token_type_ids=evaluation.token_type_ids[:, :4],
        attention_mask=evaluation.attention_mask[:, :4],
    )
    with pytest.raises(DataError, match="takes 8 tokens, the evaluation set has examples of 4"):
        run_model(models["same"], short, TASK.reader)


def test_changed_decisions_classification_lists_them_widest_first(evaluation, other_outputs):
    keras, form = evaluation.keras_outputs.argmax(1), other_outputs.argmax(1)
    expected = np.flatnonzero(keras != form)
    assert 3 < len(expected) < 40

    changed = changed_decisions(other_outputs, evaluation, TASK)

    assert {change["id"] for change in changed} == {f"row-{index}" for index in expected}
    widths = [abs(change["form_score"] + change["keras_score"] - 1) for change in changed]  # two labels
    assert widths == sorted(widths, reverse=True)
    first = changed[0]
    index = int(first["id"].removeprefix("row-"))
    assert first["text"] == f"text {index}"
    assert first["label"] == TASK.labels[evaluation.truth.labels[index]]
    assert (first["keras"], first["form"]) == (TASK.labels[keras[index]], TASK.labels[form[index]])
    assert first["keras_score"] == pytest.approx(evaluation.keras_outputs[index].max())
    assert first["form_score"] == pytest.approx(other_outputs[index].max())
    assert changed_decisions(other_outputs, evaluation, TASK, limit=2) == changed[:2]


def test_changed_decisions_regression_takes_those_beyond_the_tolerance(evaluation):
    three = EvaluationSet(
        input_ids=evaluation.input_ids[:3],
        token_type_ids=evaluation.token_type_ids[:3],
        attention_mask=evaluation.attention_mask[:3],
        truth=Truth(np.array([1.0, 2.0, 3.5], np.float32)),
        keras_outputs=np.array([[1.0], [2.0], [3.0]], np.float32),
        ids=["a", "b", "c"],
        texts=["A", "B", "C"],
        pairs=["1", "2", "3"],
    )
    form = np.array([[1.2], [2.3], [4.0]], np.float32)  # a twentieth of 0 to 5 is 0.25

    changed = changed_decisions(form, three, Regression((0, 5)))

    assert [change["id"] for change in changed] == ["c", "b"]
    assert changed[0] == {
        "id": "c", "text": "C", "text_pair": "3", "label": 3.5, "keras": 3.0, "form": 4.0,
        "keras_score": 3.0, "form_score": 4.0,
    }  # fmt: skip
