"""``tfbert-edge audit``: is a file integer-only?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfbert_edge.cli.options import Json, print_json

# A float model breaks the contract in every tensor; the first few say what kind of file it is.
SHOWN = 12


def audit(
    model: Annotated[Path, typer.Argument(metavar="MODEL.tflite", help="A TFLite file.")],
    as_json: Json = False,
) -> None:
    """Hold a file against the integer-only contract: every tensor an integer, every operator a builtin.

    Exit code 2 when it fails. Needs no TensorFlow.

    Examples:

    - `tfbert-edge audit runs/rotten-tomatoes/export/int8.tflite`
    - `tfbert-edge audit model.tflite --json`
    """
    from tfbert_edge.errors import AuditError
    from tfbert_edge.pipeline import import_export

    report = import_export("export.audit").audit(model)
    if as_json:
        print_json(report.as_dict())
    else:
        print(
            f"{model}: {'integer-only' if report.passed else 'not integer-only'}, {report.size_bytes / 2**20:.1f} MiB"
        )
        for dtype, count in sorted(report.dtype_counts.items(), key=lambda item: -item[1]):
            print(f"  {dtype:9}{count:5} tensors{report.bytes_by_dtype.get(dtype, 0) / 2**20:9.2f} MiB")
        for operator, count in sorted(report.operator_counts.items(), key=lambda item: -item[1]):
            print(f"  {operator:28}{count:5}")
        for warning in report.warnings:
            print(f"  warning: {warning}")
    if not report.passed:
        shown = report.violations[:SHOWN]
        if rest := len(report.violations) - len(shown):
            shown = [*shown, f"and {rest} more; --json lists them all"]
        lines = "".join(f"\n  {violation}" for violation in shown)
        raise AuditError(
            f"{model} breaks the integer-only contract in {len(report.violations)} places:{lines}"
        )
