from __future__ import annotations

from tfbert_edge.validate.operators import measure_operators


def test_measure_operators_of_a_model_names_its_operators(models):
    figures = measure_operators(models["same"], runs=5)
    assert "operators_problem" not in figures
    assert any(one["operator"] == "GATHER" and one["count"] >= 1 for one in figures["operators"])


def test_measure_operators_that_cannot_be_profiled_says_why(tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"foreign")
    figures = measure_operators(tmp_path / "model.tflite")
    assert figures["operators"] == []
    assert "cannot be profiled" in figures["operators_problem"]
