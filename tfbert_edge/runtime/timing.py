"""Latency and memory of a model, measured in this process or in one of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter

_MEMORY_PROGRAM = """
import sys
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.timing import peak_memory_mib, run_once
before = peak_memory_mib()
interpreter = EdgeInterpreter(sys.argv[1], threads=int(sys.argv[2]))
for _ in range(3):
    run_once(interpreter)
print(peak_memory_mib() - before)
"""


@dataclass(frozen=True)
class LatencyStats:
    """Percentiles of the time of one call, in milliseconds, over ``runs`` calls after the warm-up."""

    p50_ms: float
    p90_ms: float
    p99_ms: float
    mean_ms: float
    runs: int


def measure(call: Callable[[], object], *, warmup: int = 10, runs: int = 100) -> LatencyStats:
    """Time ``call`` one by one, after ``warmup`` calls that are not counted.

    Raises:
        DataError: ``runs`` is below 1.
    """
    if runs < 1:
        raise DataError(f"runs must be at least 1, it was {runs}.")
    for _ in range(warmup):
        call()
    times_ms = np.empty(runs)
    for index in range(runs):
        begin = time.perf_counter_ns()
        call()
        times_ms[index] = (time.perf_counter_ns() - begin) / 1e6
    p50, p90, p99 = (float(value) for value in np.percentile(times_ms, (50, 90, 99)))
    return LatencyStats(p50_ms=p50, p90_ms=p90, p99_ms=p99, mean_ms=float(times_ms.mean()), runs=runs)


def measure_model(
    model: Path | str | bytes, *, threads: int = 1, warmup: int = 10, runs: int = 100
) -> LatencyStats:
    """Time one inference of a model file with every position filled; the values do not change the time.

    Raises:
        BundleError: the model cannot be run.
    """
    interpreter = EdgeInterpreter(model, threads=threads)
    return measure(lambda: run_once(interpreter), warmup=warmup, runs=runs)


def run_once(interpreter: EdgeInterpreter) -> None:
    """Run a model on a full sequence of id 1."""
    ones = np.ones(interpreter.sequence_length, np.int32)
    interpreter.run(ones, np.zeros_like(ones), ones)


def peak_memory_mib() -> float:
    """Return the most memory that this process has had in RAM so far, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: on Linux that also counts what the parent had when it started this process.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def model_memory_mib(model: Path | str, *, threads: int = 1) -> float:
    """Return the memory that loading and running a model file adds at its peak, in MiB, in a fresh process.

    Raises:
        BundleError: the model cannot be run.
    """
    command = [sys.executable, "-c", _MEMORY_PROGRAM, str(model), str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BundleError(f"the memory of {model} cannot be measured: {reason}")
    return float(done.stdout.split()[-1])
