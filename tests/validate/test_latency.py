from __future__ import annotations

import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.validate import measure_latency
from tfbert_edge.validate.latency import summarize


def test_summarize_known_seconds_gives_interpolated_percentiles_in_ms():
    # 1..11 ms: the p-th percentile is at place p / 10 of 0..10.
    figures = summarize([milliseconds / 1000 for milliseconds in range(11, 0, -1)])
    assert figures == pytest.approx({"p50_ms": 6, "p90_ms": 10, "p99_ms": 10.9, "mean_ms": 6, "runs": 11})


def test_measure_latency_two_models_and_threads_gives_ordered_percentiles(models, evaluation):
    pair = {"same": models["same"], "other": models["other"]}
    latency = measure_latency(pair, evaluation, threads=(2, 1, 1), runs=7, warmup=1)

    assert list(latency) == ["same", "other"]
    for figures in latency.values():
        assert list(figures) == ["1", "2"]
        for one in figures.values():
            assert one["runs"] == 7
            assert 0 < one["p50_ms"] <= one["p90_ms"] <= one["p99_ms"]


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"threads": ()}, {"threads": (0,)}])
def test_measure_latency_nothing_to_time_raises(models, evaluation, wrong):
    with pytest.raises(DataError, match="at least 1 run and 1 thread"):
        measure_latency({"same": models["same"]}, evaluation, **wrong)
