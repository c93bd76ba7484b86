"""Proves from the file alone that a model is integer-only; needs no TensorFlow.

The contract: every tensor of every subgraph is int4, int8, int16, int32, uint8 or bool; the inputs are int32 and
named ids, segment_ids and mask; the outputs are uint8; every operator is a builtin. int64 is outside it: few
accelerators have it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from export.flatbuffer import ModelGraph, Tensor, read_model
from tfbert_edge.errors import AuditError

INTEGER_DTYPES = frozenset({"int4", "int8", "int16", "int32", "uint8", "bool"})
INPUT_NAMES = ("ids", "segment_ids", "mask")

_QUANTIZED_DTYPES = frozenset({"int4", "int8", "int16", "uint8"})


@dataclass(frozen=True)
class AuditReport:
    """``passed`` says that there are no violations; warnings do not fail a file."""

    passed: bool
    violations: tuple[str, ...]
    warnings: tuple[str, ...]
    dtype_counts: dict[str, int]
    operator_counts: dict[str, int]
    bytes_by_dtype: dict[str, int]
    size_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON types."""
        return {**asdict(self), "violations": list(self.violations), "warnings": list(self.warnings)}


def audit(model: bytes | Path | str | ModelGraph) -> AuditReport:
    """Hold a file against the integer-only contract.

    Raises:
        TfbertEdgeError: the file is missing or not a whole TFLite model.
    """
    graph = model if isinstance(model, ModelGraph) else read_model(model)
    violations = [
        *_input_violations(graph),
        *_output_violations(graph),
        *_tensor_violations(graph),
        *_operator_violations(graph),
    ]
    return AuditReport(
        passed=not violations,
        violations=tuple(violations),
        warnings=tuple(_degenerate_quantization(graph)),
        dtype_counts=graph.dtype_counts(),
        operator_counts=graph.operator_counts(),
        bytes_by_dtype=graph.bytes_by_dtype(),
        size_bytes=graph.size_bytes,
    )


def check(model: bytes | Path | str | ModelGraph) -> AuditReport:
    """Audit a file and raise if it fails.

    Raises:
        AuditError: the file breaks the contract; the message lists each violation.
        TfbertEdgeError: the file is missing or not a whole TFLite model.
    """
    report = audit(model)
    if not report.passed:
        where = f"{model} is" if isinstance(model, (Path, str)) else "the model is"
        lines = "".join(f"\n  - {violation}" for violation in report.violations)
        raise AuditError(
            f"{where} not integer-only, {len(report.violations)} violations:{lines}\n"
            "Export the form int8 to get an integer-only file."
        )
    return report


def _input_violations(graph: ModelGraph) -> list[str]:
    found = [
        f"input '{tensor.name}' must be int32, it is {tensor.dtype}"
        for tensor in graph.inputs
        if tensor.dtype != "int32"
    ]
    names = sorted(tensor.name for tensor in graph.inputs)
    if names != sorted(INPUT_NAMES):
        found.append(
            f"the inputs must be named {', '.join(INPUT_NAMES)}; they are {', '.join(names) or 'none'}"
        )
    return found


def _output_violations(graph: ModelGraph) -> list[str]:
    return [
        f"output '{tensor.name}' must be uint8, it is {tensor.dtype}"
        for tensor in graph.outputs
        if tensor.dtype != "uint8"
    ]


def _tensor_violations(graph: ModelGraph) -> list[str]:
    return [
        f"tensor '{tensor.name}' is {tensor.dtype}, {_origin(graph, tensor)}"
        for tensor in graph.tensors
        if tensor.dtype not in INTEGER_DTYPES
    ]


def _operator_violations(graph: ModelGraph) -> list[str]:
    custom = Counter(operator.custom for operator in graph.operators if operator.custom is not None)
    return [
        f"operator '{name}' ({count} times) is {'flex' if name.startswith('Flex') else 'custom'}, not a builtin"
        for name, count in custom.items()
    ]


def _degenerate_quantization(graph: ModelGraph) -> list[str]:
    """Quantization that is well-typed and carries nothing: the dtypes alone cannot tell a broken model."""
    found = []
    for tensor in graph.tensors:
        bad = [scale for scale in tensor.scale if not math.isfinite(scale) or scale <= 0]
        if bad:
            found.append(f"tensor '{tensor.name}' has scale {bad[0]}, {_origin(graph, tensor)}")
        elif tensor.dtype in _QUANTIZED_DTYPES and not tensor.constant and not tensor.scale:
            found.append(
                f"tensor '{tensor.name}' is {tensor.dtype} without a scale, {_origin(graph, tensor)}"
            )
        elif tensor.dtype in ("int8", "int4") and tensor.data is not None and not tensor.data.any():
            found.append(f"tensor '{tensor.name}' is {tensor.dtype} and all zero")
    return found


def _origin(graph: ModelGraph, tensor: Tensor) -> str:
    if tensor.constant:
        readers = [
            op.name for op in graph.operators if op.subgraph == tensor.subgraph and tensor.index in op.inputs
        ]
        return f"a constant of {readers[0]}" if readers else "a constant that nothing reads"
    producer = graph.producer(tensor)
    if producer is not None:
        return f"made by {producer.custom or producer.name}"
    return "an input" if tensor in graph.inputs else "made by nothing"
