"""Prove from the file alone that a .tflite model is integer-only.

    python scripts/audit.py model.tflite [more.tflite ...]

Prints what each file holds and each violation of the contract; exit code 2 if any file breaks it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from export.audit import audit
from export.flatbuffer import read_model
from tfbert_edge.errors import AuditError, TfbertEdgeError


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL.tflite")
    parser.add_argument("--tensors", type=int, default=5, help="how many of the largest tensors to list")
    arguments = parser.parse_args()
    passed = [show(path, arguments.tensors) for path in arguments.models]
    return 0 if all(passed) else AuditError.exit_code


def show(path: Path, tensors: int) -> bool:
    graph = read_model(path)
    report = audit(graph)
    print(
        f"{path}: {'integer-only' if report.passed else 'NOT integer-only'}, {graph.size_bytes / 2**20:.2f} MiB"
    )
    print("  operators  " + ", ".join(f"{name} {count}" for name, count in report.operator_counts.items()))
    print("  tensors    " + ", ".join(f"{dtype} {count}" for dtype, count in report.dtype_counts.items()))
    print(
        "  constants  "
        + ", ".join(f"{dtype} {size / 2**20:.2f} MiB" for dtype, size in report.bytes_by_dtype.items())
    )
    for tensor in graph.largest_tensors(tensors):
        print(
            f"  {tensor.size_bytes / 2**20:8.2f} MiB  {tensor.dtype} {tensor.shape}  {tensor.name.split(';')[0]}"
        )
    for violation in report.violations:
        print(f"  violation: {violation}")
    for warning in report.warnings:
        print(f"  warning: {warning}")
    return report.passed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TfbertEdgeError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
