"""The report that the app writes: ``files/reports/ID.json``, schema version 1."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from tfbert_edge.errors import DeviceError

SCHEMA_VERSION = 1
VALIDATE, BENCHMARK = "validate", "benchmark"

_LATENCY = ("p50", "p90", "p99", "mean", "runs")
_TIMES = ("latency_ms", "tokenize_ms", "decode_ms")
# What every report of a finished run holds: name -> the names below it.
_BLOCKS = {
    "bundle": ("name", "task", "form", "sha256"),
    "device": ("manufacturer", "model", "android_api", "abi", "cores"),
    "runtime": ("litert", "threads"),
}
# A run of the validation adds these.
_VALIDATION = {"golden": ("rows", "differences")}
# Of the golden texts; those beside the needed two may be left out.
_COUNTS = ("rows", "differences", "id_differences", "answer_differences")
_DIFFERENCES = ("mean_difference", "allowed_difference")


def read_report(content: bytes, *, run: str, mode: str, manifest_sha256: str) -> dict[str, Any]:
    """Check that a report is whole and of this run, and return it.

    Args:
        run: the name that the run was started with.
        mode: `VALIDATE` or `BENCHMARK`.
        manifest_sha256: of the ``manifest.json`` that was pushed, in hexadecimal.

    Raises:
        DeviceError: it is damaged, of another version, of another run or bundle, or it says that the run failed.
    """
    again = (
        "Run this again; install the APK of this version if it stays so: tfbert-edge android BUNDLE --install"
    )
    try:
        report = json.loads(content)
    except ValueError as error:
        shown = content[:80].decode(errors="replace").strip()
        raise DeviceError(f"the phone's report is damaged ({error}): {shown!r}. {again}") from error
    if not isinstance(report, dict) or report.get("schema_version") != SCHEMA_VERSION:
        version = report.get("schema_version") if isinstance(report, dict) else None
        raise DeviceError(
            f"the phone's report must have schema version {SCHEMA_VERSION}, it has {version!r}. Install the APK of "
            "this version: tfbert-edge android BUNDLE --install"
        )
    if report.get("status") != "ok":
        reason = " ".join(str(report.get("error") or "it does not say why").split())
        raise DeviceError(f"the app could not finish: {reason}")
    problems = _problems(report, mode)
    if problems:
        raise DeviceError(f"the phone's report is damaged: {'; '.join(problems)}. {again}")
    if report["run"] != run or report["mode"] != mode:
        raise DeviceError(
            f"the phone's report is of another run: {report['mode']} {report['run']}, not {mode} {run}. {again}"
        )
    if report["bundle"]["sha256"] != manifest_sha256:
        raise DeviceError(
            f"the phone ran another bundle: its manifest has the sha256 {report['bundle']['sha256']}, "
            f"not {manifest_sha256}. {again}"
        )
    return report


def _problems(report: Mapping[str, Any], mode: str) -> list[str]:
    blocks = _BLOCKS | (_VALIDATION if mode == VALIDATE else {})
    problems = [f"no {name}" for name in ("run", "mode") if not isinstance(report.get(name), str)]
    for name, needed in blocks.items():
        block = report.get(name)
        if not isinstance(block, Mapping):
            problems.append(f"no {name}")
        elif missing := [one for one in needed if one not in block]:
            problems.append(f"{name} lacks {', '.join(missing)}")
    for name in _TIMES:
        problems += _bad_times(name, report.get(name))
    if mode == VALIDATE:
        metrics = report.get("metrics")
        if not isinstance(metrics, Mapping):
            problems.append("no metrics")
        else:
            problems += [
                f"metrics.{name} is no number" for name, value in metrics.items() if not _number(value)
            ]
        golden = report.get("golden")
        figures = golden if isinstance(golden, Mapping) else {}
        if not _count(report.get("examples")):
            problems.append("examples is no count")
        problems += [
            f"golden.{name} is no count" for name in _COUNTS if name in figures and not _count(figures[name])
        ]
        problems += [
            f"golden.{name} is no number"
            for name in _DIFFERENCES
            if name in figures and not _number(figures[name])
        ]
    return problems


def _bad_times(name: str, times: Any) -> list[str]:
    if not isinstance(times, Mapping):
        return [f"no {name}"]
    bad = [one for one in _LATENCY if not _number(times.get(one)) or times[one] < 0]
    return [f"{name}.{one} is no time" for one in bad]


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
