from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError, RunError
from tfbert_edge.tasks.classification import Classification
from tfbert_edge.tasks.truth import Truth
from tfbert_edge.validate import EvaluationSet

TASK = Classification(["negative", "positive"])


def test_evaluation_set_written_and_read_is_equal(evaluation, tmp_path):
    paired = dataclasses.replace(evaluation, pairs=[f"pair\u2028{number} é" for number in range(60)])
    paired.write(tmp_path / "export", TASK)
    back = EvaluationSet.read(tmp_path / "export", TASK)

    for name in ("input_ids", "token_type_ids", "attention_mask", "keras_outputs"):
        np.testing.assert_array_equal(getattr(back, name), getattr(evaluation, name))
        assert getattr(back, name).dtype == getattr(evaluation, name).dtype
    np.testing.assert_array_equal(back.truth.labels, evaluation.truth.labels)
    assert (back.ids, back.texts, back.pairs) == (paired.ids, paired.texts, paired.pairs)
    first = json.loads((tmp_path / "export" / "evaluation.jsonl").read_text(encoding="utf-8").split("\n")[0])
    label = ["negative", "positive"][evaluation.truth.labels[0]]
    assert first == {"id": "row-0", "text": "text 0", "text_pair": "pair\u20280 é", "label": label}


def test_evaluation_set_representative_spreads_over_all_lengths(evaluation):
    chosen = evaluation.representative(7)
    lengths = np.asarray(evaluation.attention_mask.sum(1))[chosen]
    assert len(set(chosen.tolist())) == 7
    assert lengths.tolist() == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (2, 8)
    assert sorted(evaluation.representative(1000)) == list(range(60))


def test_evaluation_set_uneven_parts_raises_with_the_counts(evaluation):
    with pytest.raises(DataError, match="truth 59"):
        dataclasses.replace(evaluation, truth=Truth(evaluation.truth.labels[:-1]))


def test_evaluation_set_empty_raises(evaluation):
    nothing = {field.name: getattr(evaluation, field.name) for field in dataclasses.fields(evaluation)}
    nothing |= {"truth": Truth(evaluation.truth.labels[:0])}
    nothing = {
        name: value[:0] if isinstance(value, list | np.ndarray) else value for name, value in nothing.items()
    }
    with pytest.raises(DataError, match="at least one example"):
        EvaluationSet(**nothing)


def test_read_missing_or_broken_files_raises(evaluation, tmp_path):
    with pytest.raises(RunError, match=r"'reference.npz' not in .*Run the export stage again"):
        EvaluationSet.read(tmp_path, TASK)
    evaluation.write(tmp_path, TASK)
    (tmp_path / "evaluation.jsonl").write_text('{"id": "a", "text": "b", "label": "c"}\n{"id"\n')
    with pytest.raises(RunError, match="line 2 must be one JSON object"):
        EvaluationSet.read(tmp_path, TASK)
    (tmp_path / "reference.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(RunError, match=r"cannot be read as a .npz file"):
        EvaluationSet.read(tmp_path, TASK)
    np.savez(tmp_path / "reference.npz", input_ids=evaluation.input_ids)
    with pytest.raises(RunError, match="it lacks token_type_ids, attention_mask, keras_outputs"):
        EvaluationSet.read(tmp_path, TASK)
