"""Time model files: python scripts/benchmark.py runs/quickstart/export/*.tflite --threads 1 2

Every model is timed in turns with the others, so that a change of the machine's speed meets all of them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.errors import exit_with
from tfbert_edge.runtime.profiling import profile_operators
from tfbert_edge.runtime.timing import measure_model, model_memory_mib


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure latency, memory and size of .tflite files.")
    parser.add_argument("models", nargs="+", type=Path, help=".tflite files")
    parser.add_argument("--threads", nargs="+", type=int, default=[1])
    parser.add_argument(
        "--runs", type=int, default=100, help="timed inferences of a model, all rounds together"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="turns that each model gets; the best median counts"
    )
    parser.add_argument(
        "--operators", action="store_true", help="also list where the time goes, on one thread"
    )
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    runs = max(1, arguments.runs // arguments.rounds)
    print(f"{'model':32} threads   p50 ms   p90 ms   p99 ms  size MiB  peak MiB")
    for threads in arguments.threads:
        rounds = [
            [measure_model(model, threads=threads, runs=runs) for model in arguments.models]
            for _ in range(arguments.rounds)
        ]
        for model, stats in zip(arguments.models, zip(*rounds, strict=True), strict=True):
            best = min(stats, key=lambda stat: stat.p50_ms)
            size, memory = model.stat().st_size / 2**20, model_memory_mib(model, threads=threads)
            figures = f"{best.p50_ms:8.2f} {best.p90_ms:8.2f} {best.p99_ms:8.2f} {size:9.2f} {memory:9.1f}"
            print(f"{model.name:32} {threads:7} {figures}")
    for model in arguments.models if arguments.operators else ():
        print(f"\n{model.name}: ms an inference by operator type (x: run by XNNPACK)")
        for time in profile_operators(model)[:12]:
            print(f"{time.mean_ms:8.3f}  {time.count:3} {'x' if time.delegated else ' '} {time.operator}")


if __name__ == "__main__":
    exit_with(main)
