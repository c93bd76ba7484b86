"""Prove from the file alone that a .tflite model is integer-only.

    python scripts/audit.py model.tflite [more.tflite ...]

Prints what each file holds and each violation of the contract; exit code 2 if any file breaks it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.errors import AuditError, exit_with
from tfbert_edge.pipeline import import_export


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
    # Not a plain import: Python looks into scripts/ first, where export.py stands.
    graph = import_export("export.flatbuffer").read_model(path)
    report = import_export("export.audit").audit(graph)
    verdict = "integer-only" if report.passed else "NOT integer-only"
    print(f"{path}: {verdict}, {_mib(graph.size_bytes)}")
    print("  operators  " + _listed(report.operator_counts))
    print("  tensors    " + _listed(report.dtype_counts))
    print("  constants  " + _listed({dtype: _mib(size) for dtype, size in report.bytes_by_dtype.items()}))
    for tensor in graph.largest_tensors(tensors):
        print(f"  {_mib(tensor.size_bytes):>12}  {tensor.dtype} {tensor.shape}  {tensor.name.split(';')[0]}")
    for violation in report.violations:
        print(f"  violation: {violation}")
    for warning in report.warnings:
        print(f"  warning: {warning}")
    return report.passed


def _listed(figures: dict) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in figures.items())


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.2f} MiB"


if __name__ == "__main__":
    exit_with(main)
