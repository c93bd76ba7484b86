"""What a report must hold; whatever it lacks is named."""

from __future__ import annotations

import json

import pytest

from tfbert_edge.device.report import read_report
from tfbert_edge.errors import DeviceError

TIMES = {"p50": 8.0, "p90": 9.0, "p99": 12.0, "mean": 8.5, "runs": 50}
REPORT = {
    "schema_version": 1,
    "status": "ok",
    "run": "host-1-0",
    "mode": "validate",
    "bundle": {"name": "host-1", "task": "classification", "form": "int8", "sha256": "ab"},
    "device": {"manufacturer": "Acme", "model": "One", "android_api": 34, "abi": "arm64-v8a", "cores": 8},
    "runtime": {"litert": "2.16.1", "threads": 1},
    "examples": 8,
    "metrics": {"accuracy": 0.875},
    "golden": {"rows": 60, "differences": 0},
    "latency_ms": TIMES,
    "tokenize_ms": TIMES,
    "decode_ms": TIMES,
    "peak_memory_mib": 96.5,
}


def read(report, mode="validate"):
    content = report if isinstance(report, bytes) else json.dumps(report).encode()
    return read_report(content, run="host-1-0", mode=mode, manifest_sha256="ab")


def test_report_that_is_whole_comes_back_as_it_is():
    assert read(REPORT) == REPORT


def test_report_of_a_benchmark_needs_no_examples_metrics_and_golden():
    report = {name: value for name, value in REPORT.items() if name not in ("examples", "metrics", "golden")}
    report["mode"] = "benchmark"

    assert read(report, "benchmark") == report
    with pytest.raises(DeviceError, match=r"no golden.*no metrics"):
        read(report | {"mode": "validate"})


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (b"cat: files/reports/x.json: No such file or directory\n", "damaged.*'cat: files/reports"),
        (b"\xff\xfe", "damaged"),
        (b"[1]", "must have schema version 1, it has None"),
        (REPORT | {"schema_version": 2}, "must have schema version 1, it has 2"),
        (REPORT | {"status": "failed", "error": "no bundle x"}, "the app could not finish: no bundle x"),
        (REPORT | {"status": "failed", "error": "no\n memory"}, "could not finish: no memory"),
        ({"schema_version": 1, "status": "failed"}, "could not finish: it does not say why"),
        (REPORT | {"run": "host-2-0"}, "of another run: validate host-2-0, not validate host-1-0"),
        (REPORT | {"mode": "benchmark"}, "of another run: benchmark host-1-0"),
        (REPORT | {"bundle": REPORT["bundle"] | {"sha256": "cd"}}, "another bundle.*sha256 cd, not ab"),
        (REPORT | {"bundle": {"name": "x", "task": "y", "form": "z"}}, "bundle lacks sha256"),
        (REPORT | {"device": None}, "no device"),
        (REPORT | {"runtime": {"litert": "2.16.1"}}, "runtime lacks threads"),
        (REPORT | {"metrics": {"accuracy": "0.9"}}, "metrics.accuracy is no number"),
        (REPORT | {"metrics": {"accuracy": float("nan")}}, "metrics.accuracy is no number"),
        (REPORT | {"golden": {"rows": 60, "differences": -1}}, "golden.differences is no count"),
        (
            REPORT | {"golden": REPORT["golden"] | {"id_differences": True}},
            "golden.id_differences is no count",
        ),
        (
            REPORT | {"golden": REPORT["golden"] | {"mean_difference": None}},
            "golden.mean_difference is no number",
        ),
        (REPORT | {"examples": 7.5}, "examples is no count"),
        (REPORT | {"latency_ms": {"p50": 1.0}}, "latency_ms.p90 is no time"),
        (REPORT | {"decode_ms": TIMES | {"mean": -1.0}}, "decode_ms.mean is no time"),
        (REPORT | {"tokenize_ms": None}, "no tokenize_ms"),
    ],
)
def test_report_that_is_not_sound_is_refused_in_one_line(report, said):
    with pytest.raises(DeviceError, match=said) as caught:
        read(report)
    assert "\n" not in str(caught.value)
