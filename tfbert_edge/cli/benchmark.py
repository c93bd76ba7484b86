"""``tfbert-edge benchmark``: latency of files, side by side."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from tfbert_edge.cli.options import Json, print_json


def benchmark(
    models: Annotated[
        list[Path],
        typer.Argument(metavar="MODEL_OR_BUNDLE...", help=".tflite files, bundles, or run folders."),
    ],
    threads: Annotated[int, typer.Option(min=1, help="Threads for the kernels that can share work.")] = 1,
    runs: Annotated[int, typer.Option(min=1, help="Timed calls of each model, after a warm-up.")] = 100,
    memory: Annotated[
        bool, typer.Option("--memory", help="Also peak memory, in a process of its own.")
    ] = False,
    per_op: Annotated[
        bool, typer.Option("--per-op", help="Also the time of each operator type, at one thread.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Time one answer of each model, every position filled, and compare with the first. Needs no TensorFlow.

    Examples:

    - `tfbert-edge benchmark runs/rotten-tomatoes --threads 1`
    - `tfbert-edge benchmark float32.tflite int8.tflite --runs 300`
    - `tfbert-edge benchmark int8.tflite --per-op`
    """
    from tfbert_edge.console import Console
    from tfbert_edge.host import describe_host, installed_version
    from tfbert_edge.runtime.profiling import profile_operators
    from tfbert_edge.runtime.timing import model_memory_mib

    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tfbert-edge-") as scratch:
        found = [one for model in models for one in _files(model, Path(scratch))]
        times = _measure(found, threads=threads, runs=runs, console=Console())
        for (name, path), stats in zip(found, times, strict=True):
            row: dict[str, Any] = {"model": name, "size_bytes": path.stat().st_size, **stats}
            if memory:
                row["memory_mib"] = model_memory_mib(path, threads=threads)
            if per_op:
                row["operators"] = [asdict(one) for one in profile_operators(path)]
            rows.append(row)
    result: dict[str, Any] = {
        "threads": threads,
        "host": describe_host(),
        "ai_edge_litert": installed_version("ai-edge-litert"),
        "models": rows,
    }
    if as_json:
        print_json(result)
        return
    width = max(len(row["model"]) for row in rows)
    extra = "  memory MiB" if memory else ""
    print(f"{'model':{width}}  {'MiB':>6}  {'p50 ms':>8}  {'p90 ms':>8}  {'p99 ms':>8}  {'ratio':>6}{extra}")
    for row in rows:
        ratio = row["p50_ms"] / rows[0]["p50_ms"]
        line = f"{row['model']:{width}}  {row['size_bytes'] / 2**20:6.1f}"
        line += "".join(f"  {row[name]:8.2f}" for name in ("p50_ms", "p90_ms", "p99_ms")) + f"  {ratio:6.2f}"
        print(line + (f"  {row['memory_mib']:10.1f}" if memory else ""))
    processor = result["host"]["processor"]
    for row in rows if per_op else ():
        _print_operators(row["model"], row["operators"])
    print(
        f"{threads} thread{'s' if threads > 1 else ''}, {processor}, ai-edge-litert {result['ai_edge_litert']}"
    )


def _print_operators(model: str, operators: list[dict[str, Any]]) -> None:
    total = sum(one["mean_ms"] for one in operators)
    width = max(len(one["operator"]) for one in operators)
    print(f"\n{model}: {total:.2f} ms an inference in operators, at 1 thread\n")
    print(f"{'operator':{width}}  {'kernel':8}{'count':>6}{'ms':>10}{'share':>8}")
    for one in operators:
        kernel = "XNNPACK" if one["delegated"] else "builtin"
        share = f"{one['mean_ms'] / total:.1%}" if total else "-"
        print(f"{one['operator']:{width}}  {kernel:8}{one['count']:6}{one['mean_ms']:10.3f}{share:>8}")
    print()


def _files(path: Path, scratch: Path) -> list[tuple[str, Path]]:
    """The models that ``path`` means, each with the name to print."""
    from tfbert_edge.errors import BundleError

    if path.suffix == ".tflite":
        return [(str(path), path)]
    exported = sorted((path / "export").glob("*.tflite"))
    if exported:
        order = ("float32", "float16", "dynamic", "int8", "int4", "int16x8")
        exported.sort(key=lambda file: order.index(file.stem) if file.stem in order else len(order))
        return [(str(file), file) for file in exported]
    if not path.exists():
        raise BundleError(f"{path} does not exist. Name a .tflite file, a bundle, or a run folder.")
    from tfbert_edge.runtime.bundle_files import read_bundle

    unpacked = scratch / f"{len(list(scratch.iterdir()))}.tflite"
    unpacked.write_bytes(read_bundle(path).contents["model.tflite"])
    return [(str(path), unpacked)]


def _measure(
    files: list[tuple[str, Path]], *, threads: int, runs: int, console: Any, rounds: int = 10
) -> list[dict[str, float]]:
    """Latencies in ms. The models take turns, so that a machine that slows down slows them all."""
    import time

    import numpy as np

    from tfbert_edge.runtime.interpreter import EdgeInterpreter
    from tfbert_edge.runtime.timing import run_once

    interpreters = [EdgeInterpreter(path, threads=threads) for _, path in files]
    times: list[list[float]] = [[] for _ in files]
    with console.progress("timing", rounds * len(files)) as bar:
        for turn in range(rounds):
            for place, interpreter in enumerate(interpreters):
                # Untimed calls open a turn: caches and threads are then this model's own again.
                for _ in range(2 if turn else 10):
                    run_once(interpreter)
                for _ in range(len(range(turn, runs, rounds))):
                    begin = time.perf_counter()
                    run_once(interpreter)
                    times[place].append((time.perf_counter() - begin) * 1e3)
                bar.update(turn * len(files) + place + 1, note=files[place][0])
    names = ("p50_ms", "p90_ms", "p99_ms")
    return [dict(zip(names, map(float, np.percentile(one, (50, 90, 99))), strict=True)) for one in times]
