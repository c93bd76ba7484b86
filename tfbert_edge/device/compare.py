"""A phone's report beside the host's figures, and the limits that it must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tfbert_edge.device.host import HostFigures
from tfbert_edge.errors import DeviceError, GateError

_ROUNDING = 1e-9
"""100 * (0.845 - 0.84) is 0.5000000000000004: a limit is met up to the rounding of the figures themselves."""


@dataclass(frozen=True)
class Gates:
    """The limits of a validation.

    Attributes:
        max_accuracy_drop: points (hundredths) of the primary metric that a phone may lose against the host.
        max_golden_differences: golden texts that may be decided otherwise. The golden outputs are of LiteRT's reference
            kernels; a phone's fast ones round otherwise, which can turn a close decision.
        max_latency_ms: of the 90th percentile of one inference; None for no limit.
    """

    max_accuracy_drop: float
    max_golden_differences: int = 0
    max_latency_ms: float | None = None


@dataclass(frozen=True)
class GateResult:
    """A limit, what was measured, and whether that is within it."""

    name: str
    what: str
    limit: float
    measured: float
    unit: str = ""

    @property
    def passed(self) -> bool:
        """Whether the limit is kept, up to the rounding of the figures."""
        return self.measured <= self.limit + _ROUNDING

    def as_dict(self) -> dict[str, Any]:
        """JSON values, ``passed`` among them."""
        return {**asdict(self), "passed": self.passed}

    def __str__(self) -> str:
        return f"{self.name}: at most {self.limit:.4g}{self.unit} ({self.what}), measured {self.measured:.4g}{self.unit}"


@dataclass(frozen=True)
class Row:
    """A line of the comparison; None is a figure that was not measured."""

    name: str
    host: float | None
    phone: float | None


def check_comparable(host: HostFigures, examples: int) -> str:
    """The primary metric, once the host has measured it on as many examples as the bundle carries.

    Raises:
        DeviceError: the bundle has no examples, or the host's figure is of others; better said before a phone is busy.
    """
    if examples == 0:
        raise DeviceError(
            "the bundle has no eval.jsonl, so nothing can be validated. Bundle with bundle.eval_examples above 0."
        )
    metric = host.primary_metric
    if metric is None or metric not in host.metrics or host.examples != examples:
        known = "an unknown number of" if host.examples is None else f"{host.examples:,}"
        raise DeviceError(
            f"the host's figures in {host.source} are of {known} examples, the bundle carries {examples:,}: accuracies "
            "would differ by chance. Bundle the run again (tfbert-edge bundle RUN), which measures the bundle's own "
            "examples, or only look: --no-gates"
        )
    return metric


def check_examples(report: Mapping[str, Any], examples: int) -> None:
    """
    Raises:
        DeviceError: the phone ran fewer or more examples than the bundle carries.
    """
    if report["examples"] != examples:
        raise DeviceError(
            f"the phone ran {report['examples']} examples, the bundle carries {examples}. Run this again."
        )


def gate_results(report: Mapping[str, Any], host: HostFigures, metric: str, gates: Gates) -> list[GateResult]:
    """Hold a report against its limits.

    Raises:
        DeviceError: the phone did not measure the primary metric.
    """
    if metric not in report["metrics"]:
        raise DeviceError(
            f"the phone measured {', '.join(report['metrics']) or 'no metric'}, not {metric}. Install the APK of this "
            "version: tfbert-edge android BUNDLE --install"
        )
    drop = 100.0 * (host.metrics[metric] - report["metrics"][metric])
    results = [
        GateResult(
            "max_accuracy_drop", f"{metric} lost against the host", gates.max_accuracy_drop, drop, " points"
        ),
        *_golden_results(report["golden"], gates),
    ]
    if gates.max_latency_ms is not None:
        p90 = report["latency_ms"]["p90"]
        results.append(
            GateResult("max_latency_ms", "90th percentile of an inference", gates.max_latency_ms, p90, " ms")
        )
    return results


def _golden_results(golden: Mapping[str, Any], gates: Gates) -> list[GateResult]:
    """What the kernels may round is limited, what they have no part in must be exact; the latter where it is reported."""
    of = f"of {golden['rows']} golden texts"
    results = [
        GateResult(
            "max_golden_differences",
            f"decided otherwise {of}",
            gates.max_golden_differences,
            golden["differences"],
        )
    ]
    for name, what in (
        ("id_differences", "tokenized otherwise"),
        ("answer_differences", "decoded otherwise"),
    ):
        if name in golden:
            results.append(GateResult(f"golden {name}", f"{what} {of}", 0, golden[name]))
    if "mean_difference" in golden and "allowed_difference" in golden:
        what = f"mean difference of the outputs {of}"
        results.append(
            GateResult(
                "golden mean_difference", what, golden["allowed_difference"], golden["mean_difference"]
            )
        )
    return results


def check_gates(results: Sequence[GateResult]) -> None:
    """
    Raises:
        GateError: a limit is not kept; one line for each.
    """
    failed = [str(result) for result in results if not result.passed]
    if failed:
        gate = "gate" if len(failed) == 1 else "gates"
        raise GateError(
            f"{len(failed)} of {len(results)} {gate} failed:\n" + "\n".join(f"  {one}" for one in failed)
        )


def metric_rows(report: Mapping[str, Any], host: HostFigures) -> list[Row]:
    """Every metric that the phone or the host measured, the primary one first."""
    names = [name for name in (host.primary_metric,) if name is not None]
    names += [name for name in (*report["metrics"], *host.metrics) if name not in names]
    return [Row(name, host.metrics.get(name), report["metrics"].get(name)) for name in dict.fromkeys(names)]


def latency_rows(report: Mapping[str, Any], host: HostFigures) -> list[Row]:
    """Percentiles of one inference in ms, at the report's number of threads."""
    here = host.latency.get(str(report["runtime"]["threads"]), {})
    return [
        Row(f"{name} ms", here.get(f"{name}_ms"), report["latency_ms"][name])
        for name in ("p50", "p90", "p99")
    ]
