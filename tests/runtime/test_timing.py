from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.timing import measure, measure_model, model_memory_mib, peak_memory_mib


def test_measure_counts_warmup_and_runs_apart():
    calls = []
    stats = measure(lambda: calls.append(None), warmup=3, runs=5)
    assert (len(calls), stats.runs) == (8, 5)
    assert 0 < stats.p50_ms <= stats.p90_ms <= stats.p99_ms


def test_measure_is_in_milliseconds():
    stats = measure(lambda: time.sleep(0.02), warmup=0, runs=3)
    assert stats.p50_ms >= 20
    assert stats.mean_ms >= 20


def test_measure_no_runs_raises():
    with pytest.raises(DataError, match="runs"):
        measure(lambda: None, runs=0)


def test_measure_model_runs_the_file(tiny_models):
    assert measure_model(tiny_models["int8"][0], warmup=1, runs=4).runs == 4


def test_peak_memory_rises_by_what_is_allocated():
    # In a process of its own, where no earlier test has set a higher mark.
    program = (
        "from tfbert_edge.runtime.timing import peak_memory_mib as peak; before = peak();"
        "block = bytearray(b'x') * (64 * 2**20); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 60 < float(done.stdout) < 80
    assert peak_memory_mib() > 1


def test_model_memory_is_positive(tiny_models, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(tiny_models["int8"][0])
    assert 0 < model_memory_mib(path) < 200


def test_model_memory_of_foreign_file_raises(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"foreign")
    with pytest.raises(BundleError, match="must be a TFLite model"):
        model_memory_mib(path)
