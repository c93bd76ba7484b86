"""What this side measured of a bundle's model, from ``run.json`` or from the manifest, to hold a phone against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfbert_edge.errors import DeviceError
from tfbert_edge.runtime.bundle_files import BundleFiles

RUN_FILE = "run.json"
EXAMPLES_FILE = "eval.jsonl"


@dataclass(frozen=True)
class HostFigures:
    """Figures of the bundle's form on the host.

    Attributes:
        source: the file they are from.
        examples: how many examples ``metrics`` are of; None where nothing says.
        primary_metric: the metric that decides; None where nothing says.
        metrics: by name, of ``examples``.
        latency: by number of threads, as JSON has it: p50_ms, p90_ms, p99_ms, mean_ms, runs.
        processor: of the host; None where nothing says.
    """

    source: str
    examples: int | None = None
    primary_metric: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    processor: str | None = None

    def p50_ms(self, threads: int) -> float | None:
        """Median latency at ``threads`` threads; None where it was not measured."""
        return self.latency.get(str(threads), {}).get("p50_ms")


def read_host(bundle: BundleFiles, place: Path, run: Path | None = None) -> HostFigures:
    """The host's figures of a bundle.

    Args:
        place: where the bundle lies; a ``run.json`` beside it is read by default, else the bundle's own manifest.
        run: another run folder, or a ``run.json``.

    Raises:
        DeviceError: there is no ``run.json``, it cannot be read, or it is of another model.
    """
    if run is None:
        beside = Path(place).resolve().parent / RUN_FILE
        if not beside.is_file():
            return _from_manifest(bundle)
        run = beside
    path = run / RUN_FILE if run.is_dir() else run
    return _from_run(path, bundle)


def bundled_examples(bundle: BundleFiles) -> int:
    """How many labelled examples the bundle carries."""
    return len(bundle.lines(EXAMPLES_FILE)) if EXAMPLES_FILE in bundle.contents else 0


def _from_manifest(bundle: BundleFiles) -> HostFigures:
    figures = bundle.manifest.figures
    return _figures("manifest.json", figures, figures.get("evaluation"))


def _from_run(path: Path, bundle: BundleFiles) -> HostFigures:
    form = bundle.manifest.form
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        validated, bundled = content["stages"]["validate"], content["stages"].get("bundle") or {}
        measured = validated["forms"].get(form)
    except OSError as error:
        raise DeviceError(
            f"{path} cannot be read ({error.strerror}). Name a run folder or its run.json with --run."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DeviceError(
            f"{path} is no run.json of a run that was validated ({error!r}). Name another with --run."
        ) from error
    size = len(bundle.contents["model.tflite"])
    if measured is None or measured.get("size_bytes") != size:
        found = "no such form" if measured is None else f"{measured.get('size_bytes')} bytes of it"
        raise DeviceError(
            f"{path} is of another model: the bundle has {form} in {size} bytes, the run {found}. Name the bundle's "
            "own run with --run."
        )
    evaluation = bundled.get("evaluation") if bundled.get("form") == form else None
    whole = {
        "examples": validated.get("examples"),
        "primary_metric": validated.get("primary_metric"),
        "metrics": measured.get("metrics") or {},
    }
    processor = (content.get("host") or {}).get("processor")
    return _figures(str(path), measured, evaluation or whole, processor)


def _figures(
    source: str,
    measured: Mapping[str, Any],
    evaluation: Mapping[str, Any] | None,
    processor: str | None = None,
) -> HostFigures:
    if (
        evaluation is None
    ):  # a bundle of an older version: of how many examples its metrics are, it does not say
        evaluation = {"metrics": measured.get("metrics") or {}}
    try:
        metrics = evaluation["metrics"].items()
        return HostFigures(
            source=source,
            examples=evaluation.get("examples"),
            primary_metric=evaluation.get("primary_metric"),
            metrics={name: float(value) for name, value in metrics if isinstance(value, int | float)},
            latency={
                count: {name: float(value) for name, value in times.items()}
                for count, times in (measured.get("latency") or {}).items()
            },
            processor=processor,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeviceError(
            f"the figures in {source} cannot be read: {error!r}. Bundle the run again."
        ) from error
