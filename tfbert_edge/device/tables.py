"""A phone's figures as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfbert_edge.device.compare import GateResult, Row, latency_rows, metric_rows
from tfbert_edge.device.host import HostFigures

NOTHING = "-"


def validation_text(report: Mapping[str, Any], host: HostFigures, gates: Sequence[GateResult] | None) -> str:
    """The table of a validation; ``gates`` None where none were asked for."""
    golden, lines = report["golden"], [f"{'':18}{'host':>10}{'phone':>10}", _examples(report, host)]
    lines += [f"{row.name:18}{_cells(row, '.4f')}" for row in metric_rows(report, host)]
    threads = report["runtime"]["threads"]
    lines.append(f"{'threads':18}{threads:>10}{threads:>10}")
    lines += [f"{row.name:18}{_cells(row, '.2f')}" for row in latency_rows(report, host)]
    for name in ("tokenize", "decode"):
        lines.append(f"{name + ' p50 ms':18}{NOTHING:>10}{report[name + '_ms']['p50']:10.3f}")
    lines.append(f"{'golden differences':18}{NOTHING:>10}{golden['differences']:>10} of {golden['rows']}")
    if memory := report.get("peak_memory_mib"):
        lines.append(f"{'peak memory MiB':18}{NOTHING:>10}{memory:10.1f}")
    lines += [f"{'passed' if gate.passed else 'FAILED'}  {gate}" for gate in gates or ()]
    lines += [_phone(report), _host(host)]
    return "\n".join(lines)


def benchmark_text(reports: Sequence[Mapping[str, Any]], host: HostFigures) -> str:
    """A line a number of threads."""
    head = ("threads", "p50 ms", "p90 ms", "p99 ms", "mean ms", "runs", "tokenize", "decode", "host p50")
    lines = ["".join(f"{name:>9}" for name in head)]
    for report in reports:
        threads, times = report["runtime"]["threads"], report["latency_ms"]
        cells = [f"{threads:9}", *(f"{times[name]:9.2f}" for name in ("p50", "p90", "p99", "mean"))]
        cells += [
            f"{times['runs']:9}",
            *(f"{report[name]['p50']:9.3f}" for name in ("tokenize_ms", "decode_ms")),
        ]
        lines.append("".join(cells) + _cell(host.p50_ms(threads), ".2f", 9))
    return "\n".join([*lines, _phone(reports[0]), _host(host)])


def _cells(row: Row, form: str) -> str:
    return _cell(row.host, form, 10) + _cell(row.phone, form, 10)


def _cell(value: float | None, form: str, width: int) -> str:
    return f"{NOTHING:>{width}}" if value is None else f"{value:{width}{form}}"


def _examples(report: Mapping[str, Any], host: HostFigures) -> str:
    known = "?" if host.examples is None else f"{host.examples:,}"
    return f"{'examples':18}{known:>10}{report['examples']:>10,}"


def _phone(report: Mapping[str, Any]) -> str:
    device = report["device"]
    return (
        f"phone: {device['manufacturer']} {device['model']}, Android API {device['android_api']}, {device['abi']}, "
        f"{device['cores']} cores, LiteRT {report['runtime']['litert']}"
    )


def _host(host: HostFigures) -> str:
    return f"host: {host.processor or 'unknown processor'}, figures of {host.source}"
