"""Set finished runs side by side: quality, size and latency of the file that each delivers.

    python scripts/compare_runs.py runs/teacher runs/distilled runs/plain
    python scripts/compare_runs.py runs/* --measure --json
    python scripts/compare_runs.py runs/* --plot size.png --against size

Latency is each run's own, taken when it ran. --measure times all files anew in turns, so that their ratios are to be trusted.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from tfbert_edge.atomic import write_bytes
from tfbert_edge.errors import exit_with
from tfbert_edge.pipeline import RunRecord
from tfbert_edge.report.compare import compare_plot, compare_runs, compare_table
from tfbert_edge.runtime.timing import measure_model

ROUNDS = 5


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path, help="run folders")
    parser.add_argument(
        "--measure", action="store_true", help="time the files anew on this machine, one thread"
    )
    parser.add_argument("--calls", type=int, default=100, help="timed calls of each file with --measure")
    parser.add_argument("--json", action="store_true", help="print JSON in the place of the table")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="also draw quality against a cost")
    parser.add_argument("--against", choices=["size", "latency"], default="latency", help="that cost")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    # By the folder's own name, or by its whole path where two share one.
    distinct = len({folder.name for folder in arguments.runs}) == len(arguments.runs)
    folders = {folder.name if distinct else str(folder): folder for folder in arguments.runs}
    rows = compare_runs({name: RunRecord.load(folder).content for name, folder in folders.items()})
    if arguments.measure:
        measure(rows, folders, arguments.calls)
    if arguments.plot:
        write_bytes(arguments.plot, compare_plot(rows, arguments.against))
    print(json.dumps(rows, indent=2) if arguments.json else compare_table(rows).text())


def measure(rows: list[dict[str, Any]], folders: dict[str, Path], calls: int) -> None:
    """Time every file in turns, and put the median of the turns' medians in the place of the recorded latency."""
    turns: list[list[float]] = [[] for _ in rows]
    for _ in range(ROUNDS):
        for row, times in zip(rows, turns, strict=True):
            model = folders[row["name"]] / "export" / f"{row['form']}.tflite"
            times.append(measure_model(model, runs=max(1, calls // ROUNDS)).p50_ms)
    for row, times in zip(rows, turns, strict=True):
        row["latency_ms"] = statistics.median(times)


if __name__ == "__main__":
    exit_with(main)
