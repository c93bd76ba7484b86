from __future__ import annotations

import pytest

from tfbert_edge.compress.precision_plan import (
    bytes_to_save,
    int4_candidates,
    plan_precision,
    weight_counts,
)
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset

COUNTS = {"table": 1000, "a": 100, "b": 200, "c": 400}
CANDIDATES = ["a", "b", "c"]


def int4_of(sensitivity, save_bytes):
    return [one.name for one in plan_precision(COUNTS, sensitivity, save_bytes=save_bytes) if one.bits == 4]


def test_plan_precision_takes_the_least_sensitivity_for_each_byte_first():
    sensitivity = {"a": 1.0, "b": 1.0, "c": 8.0}  # 1/50, 1/100 and 8/200 for each byte saved

    assert int4_of(sensitivity, 100) == ["b"]
    assert int4_of(sensitivity, 101) == ["a", "b"]
    assert int4_of(sensitivity, 150) == ["a", "b"]
    assert int4_of(sensitivity, 350) == ["a", "b", "c"]


def test_plan_precision_gives_back_what_the_last_matrix_made_needless():
    # b, then a, then c: with c's 200 bytes the 50 of a are not needed, nor are b's 100.
    sensitivity = {"a": 3.0, "b": 1.0, "c": 16.0}

    assert int4_of(sensitivity, 160) == ["c"]
    assert int4_of(sensitivity, 201) == ["b", "c"]


def test_plan_precision_holds_a_gain_for_the_cheapest_and_breaks_ties_by_name():
    assert int4_of({"a": 5.0, "b": -0.1, "c": 0.5}, 1) == ["b"]
    assert int4_of({"a": 1.0, "b": 2.0, "c": 4.0}, 1) == ["a"]


def test_plan_precision_lists_every_matrix_with_its_bits_and_bytes():
    plan = plan_precision(COUNTS, {"a": 1.0, "b": 1.0, "c": 8.0}, save_bytes=100)

    assert [one.as_dict() for one in plan] == [
        {"name": "table", "weights": 1000, "bits": 8, "sensitivity": None, "size_bytes": 1000},
        {"name": "a", "weights": 100, "bits": 8, "sensitivity": 1.0, "size_bytes": 100},
        {"name": "b", "weights": 200, "bits": 4, "sensitivity": 1.0, "size_bytes": 100},
        {"name": "c", "weights": 400, "bits": 8, "sensitivity": 8.0, "size_bytes": 400},
    ]


def test_bytes_to_save_of_a_size_and_of_a_share():
    assert bytes_to_save(COUNTS, CANDIDATES, size_bytes=1600, int4_share=None) == 100
    assert bytes_to_save(COUNTS, CANDIDATES, size_bytes=1350, int4_share=None) == 350
    assert bytes_to_save(COUNTS, CANDIDATES, size_bytes=None, int4_share=1.0) == 350
    assert bytes_to_save(COUNTS, CANDIDATES, size_bytes=None, int4_share=0.5) == 175


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(1349, "must be at least 1,350"), (1700, "must be below 1,700"), (None, "neither is")],
)
def test_bytes_to_save_of_a_budget_that_cannot_be_met_says_what_can(size_bytes, said):
    with pytest.raises(CompressionError, match=said):
        bytes_to_save(COUNTS, CANDIDATES, size_bytes=size_bytes, int4_share=None)


def test_candidates_are_the_encoders_matrices_and_counts_are_those_of_the_file():
    model = build_model(preset("tiny", embedding_size=16), num_outputs=2)
    parts = ["attention.query", "attention.key", "attention.value", "attention.output", "ffn.intermediate"]
    parts += ["ffn.output"]

    counts = weight_counts(model, length=10)

    assert int4_candidates(model) == [
        "embeddings.projection",
        *(f"layer_{index}.{part}" for index in range(2) for part in parts),
    ]
    assert counts["embeddings.word"] == 128 * 16
    assert counts["embeddings.position"] == 10 * 16
    assert counts["embeddings.token_type"] == 2 * 16
    assert counts["embeddings.projection"] == 16 * 32
    assert counts["layer_1.ffn.intermediate"] == 32 * 64
    assert counts["head.classifier"] == 32 * 2
    assert len(counts) == 3 + 13 + 2


def test_candidates_have_an_even_number_of_inputs():
    model = build_model(preset("tiny", intermediate_sizes=(63, 64)), num_outputs=2)

    assert "layer_0.ffn.output" not in int4_candidates(model)
    assert {"layer_0.ffn.intermediate", "layer_1.ffn.output"} <= set(int4_candidates(model))
