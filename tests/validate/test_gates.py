from __future__ import annotations

import pytest

from tfbert_edge.errors import GateError, RecipeError
from tfbert_edge.validate import check_gates, evaluate_gates

VALIDATION = {
    "primary_metric": "accuracy",
    "keras": {"metrics": {"accuracy": 0.845}},
    "forms": {
        "int8": {
            "metrics": {"accuracy": 0.825},
            "parity": {"agreement": 0.97},
            "latency": {"2": {"p90_ms": 4.0}, "1": {"p90_ms": 6.5}},
            "size_bytes": 12 * 2**20,
        },
        "float32": {
            "metrics": {"accuracy": 0.845},
            "parity": {"agreement": 1.0},
            "latency": {"1": {"p90_ms": 15.0}},
            "size_bytes": 90 * 2**20,
        },
    },
}


@pytest.mark.parametrize(
    ("name", "limit", "measured", "passed"),
    [
        ("max_accuracy_drop", 2.0, 2.0, True),  # 100 * (0.845 - 0.825) is a little above 2 in float64
        ("max_accuracy_drop", 1.9, 2.0, False),
        ("max_size_mib", 12.0, 12.0, True),
        ("max_size_mib", 11.5, 12.0, False),
        ("max_p90_ms", 6.5, 6.5, True),  # at one thread, wherever it stands
        ("max_p90_ms", 4.5, 6.5, False),
        ("min_metric", 0.825, 0.825, True),
        ("min_metric", 0.83, 0.825, False),
        ("min_agreement", 0.97, 0.97, True),
        ("min_agreement", 0.99, 0.97, False),
    ],
)
def test_evaluate_gates_each_gate_measures_its_form(name, limit, measured, passed):
    gates = {"max_size_mib": None, name: limit, "form": "int8"}
    (gate,) = evaluate_gates(gates, VALIDATION)
    assert gate == {
        "name": name, "form": "int8", "limit": limit, "measured": pytest.approx(measured), "passed": passed,
    }  # fmt: skip


def test_evaluate_gates_other_form_is_held_to_the_limits():
    gates = {"max_size_mib": 16, "max_accuracy_drop": 0, "form": "float32"}
    assert [(gate["form"], gate["passed"]) for gate in evaluate_gates(gates, VALIDATION)] == [
        ("float32", False),
        ("float32", True),
    ]


def test_evaluate_gates_none_set_needs_no_form():
    assert evaluate_gates({"max_size_mib": None, "form": "int16x8"}, VALIDATION) == []
    assert evaluate_gates({}, VALIDATION) == []


def test_evaluate_gates_form_not_measured_raises_with_the_measured_ones():
    with pytest.raises(RecipeError, match="'int16x8', which is not measured; measured: int8, float32"):
        evaluate_gates({"max_size_mib": 16, "form": "int16x8"}, VALIDATION)


def test_evaluate_gates_unknown_gate_raises():
    with pytest.raises(RecipeError, match="max_memory unknown"):
        evaluate_gates({"max_memory": 3}, VALIDATION)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_evaluate_gates_metric_that_is_no_number_fails(value):
    broken = {
        **VALIDATION,
        "forms": {"int8": {**VALIDATION["forms"]["int8"], "metrics": {"accuracy": value}}},
    }
    for name in ("max_accuracy_drop", "min_metric"):
        (gate,) = evaluate_gates({name: 0.0}, broken)
        assert not gate["passed"]


def test_check_gates_all_kept_says_nothing():
    check_gates([])
    check_gates(evaluate_gates({"max_size_mib": 16, "min_agreement": 0.9}, VALIDATION))


def test_check_gates_two_of_three_failed_names_each_with_limit_measured_and_distance():
    gates = evaluate_gates({"max_accuracy_drop": 1.25, "max_size_mib": 16, "min_agreement": 0.99}, VALIDATION)
    with pytest.raises(GateError) as caught:
        check_gates(gates)
    lines = str(caught.value).splitlines()
    assert caught.value.exit_code == 2
    assert lines[0] == "2 of 3 gates failed:"
    assert "max_accuracy_drop: int8 must have at most 1.25 points" in lines[1]
    assert "measured 2 points, 0.75 points above the limit" in lines[1]
    assert "min_agreement: int8 must have at least 0.99" in lines[2]
    assert "measured 0.97, 0.02 below the limit" in lines[2]
    assert "max_size_mib" not in str(caught.value)


def test_check_gates_tiny_miss_is_still_seen():
    with pytest.raises(GateError, match="1e-06 MiB above the limit"):
        check_gates(
            [{"name": "max_size_mib", "form": "int8", "limit": 16.0, "measured": 16.000001, "passed": False}]
        )


def test_check_gates_not_measurable_says_so():
    with pytest.raises(GateError, match="could not be measured"):
        check_gates([{"name": "min_metric", "form": "int8", "limit": 0.5, "measured": None, "passed": False}])
