"""How long one answer takes, for all forms in one run, so that a machine's drift hits all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.validate.evaluation_set import EvaluationSet
from tfbert_edge.validate.quality import Progress, no_progress

_BLOCK = 5
"""Timed calls of one model in a row. One untimed call opens a block: caches and threads are then the model's own
again, as they are where it runs alone."""

Latency = dict[str, dict[str, float]]
"""Threads (as JSON writes a key) -> p50_ms, p90_ms, p99_ms, mean_ms, runs."""


def measure_latency(
    models: Mapping[str, Path],
    evaluation: EvaluationSet,
    *,
    threads: Sequence[int] = (1,),
    runs: int = 100,
    warmup: int = 10,
    inputs: int = 32,
    on_progress: Progress = no_progress,
) -> dict[str, Latency]:
    """Latency in ms of one example a call, for each form in ``models`` at each number of ``threads``.

    Every form gets the same ``inputs`` examples, spread evenly over all lengths of the evaluation set. After
    ``warmup`` untimed calls each, the models take turns in blocks of a few calls, the first of a round moving on
    by one, until each has ``runs`` timed calls. What is timed is setting the inputs, invoking, and copying the
    output out; tokenization is not.

    Raises:
        DataError: ``runs`` or a number of threads is below 1.
    """
    if runs < 1 or not threads or min(threads) < 1:
        raise DataError(f"latency needs at least 1 run and 1 thread; they are {runs} and {list(threads)}")
    examples = [evaluation.inputs(int(index)) for index in evaluation.representative(inputs)]
    latency: dict[str, Latency] = {form: {} for form in models}
    for count in sorted(set(threads)):
        interpreters = {form: EdgeInterpreter(path, threads=count) for form, path in models.items()}
        calls = {form: interpreter.run for form, interpreter in interpreters.items()}
        doing = f"latency, {count} thread{'s' if count > 1 else ''}"
        seconds = _take_turns(calls, examples, runs=runs, warmup=warmup, doing=doing, on_progress=on_progress)
        for form, measured in seconds.items():
            latency[form][str(count)] = summarize(measured)
    return latency


def summarize(seconds: Sequence[float]) -> dict[str, float]:
    """Percentiles (interpolated linearly) and mean of ``seconds``, in ms, and how many there are."""
    p50, p90, p99 = np.percentile(np.asarray(seconds) * 1e3, [50, 90, 99])
    mean = float(np.mean(seconds)) * 1e3
    return {
        "p50_ms": float(p50),
        "p90_ms": float(p90),
        "p99_ms": float(p99),
        "mean_ms": mean,
        "runs": len(seconds),
    }


def _take_turns(
    calls: Mapping[str, Callable[..., object]],
    examples: Sequence[tuple],
    *,
    runs: int,
    warmup: int,
    doing: str,
    on_progress: Progress,
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {form: [] for form in calls}
    for call in calls.values():
        for index in range(warmup):
            call(*examples[index % len(examples)])
    forms, first = list(calls), 0
    for start in range(0, runs, _BLOCK):
        for form in forms[first:] + forms[:first]:
            call = calls[form]
            call(*examples[start % len(examples)])
            for index in range(start, min(start + _BLOCK, runs)):
                example = examples[index % len(examples)]
                began = time.perf_counter()
                call(*example)
                seconds[form].append(time.perf_counter() - began)
        first = (first + 1) % len(forms)
        on_progress(doing, min(start + _BLOCK, runs), runs)
    return seconds
