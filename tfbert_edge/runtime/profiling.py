"""Where the time of an inference goes, operator by operator, as LiteRT itself measures it.

LiteRT's Python classes do not offer its profiler, so this calls the C functions of the library in the wheel. They are
called in a process of its own: should a release change them, this ends in an error, not in a crash of the caller.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tfbert_edge.errors import BundleError, DataError

_CPU = 1  # kLiteRtHwAcceleratorCpu
_TYPE_BYTES = 512  # More than any LiteRtRankedTensorType; the C functions fill and read it.
# Heading of the table, then a line of headings, then: type, count, mean ms of a call, %, cumulative %, memory, calls.
_SUMMARY = re.compile(r"=+ Summary by node type =+\n.*\n((?:.*\S.*\n)+)")
_ROW = re.compile(r"\s*(.+?)\s+(\d+)\s+([\d.]+)\s+([\d.]+)%\s+[\d.]+%\s+[\d.]+\s+(\d+)$")


@dataclass(frozen=True)
class OperatorTime:
    """What all operators of a type take in one inference, in milliseconds.

    Attributes:
        delegated: whether XNNPACK ran them; then the name is XNNPACK's.
    """

    operator: str
    delegated: bool
    count: int
    mean_ms: float


def profile_operators(model: Path | str, *, runs: int = 50) -> list[OperatorTime]:
    """Profile the inference of a model file on one thread, all inputs being 0; the slowest operator types first.

    Times are means over ``runs``, to a microsecond for each operator: too coarse for a model that takes a few.

    Raises:
        DataError: ``runs`` is below 1.
        BundleError: the model cannot be run, or this release of LiteRT cannot be profiled.
    """
    if runs < 1:
        raise DataError(f"runs must be at least 1, it was {runs}.")
    command = [sys.executable, "-m", "tfbert_edge.runtime.profiling", str(model), str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    times = parse_report(done.stdout, runs=runs)
    if done.returncode or not times:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BundleError(f"{model} cannot be profiled (status {done.returncode}): {reason}")
    return times


def parse_report(text: str, *, runs: int) -> list[OperatorTime]:
    """Read the table by operator type in LiteRT's report on ``runs`` inferences; empty when there is none."""
    table = _SUMMARY.search(text)
    if table is None:
        return []
    rows = [row for line in table[1].splitlines() if (row := _ROW.fullmatch(line))]
    times = [
        OperatorTime(
            operator=row[1].removeprefix("Delegate/"),
            delegated=row[1].startswith("Delegate/"),
            # Calls, not the report's own count: that one merges equal operators of several XNNPACK partitions.
            count=int(row[5]) // runs,
            mean_ms=float(row[3]) * int(row[5]) / runs,
        )
        for row in rows
    ]
    return sorted(times, key=lambda time: -time.mean_ms)


class _LiteRt:
    """The C functions; a status other than 0 becomes an error."""

    def __init__(self) -> None:
        spec = find_spec("ai_edge_litert")
        if spec is None or spec.origin is None:
            raise BundleError("ai-edge-litert is not installed.")
        self._library = ctypes.CDLL(str(Path(spec.origin).parent / "libLiteRt.so"))

    def __call__(self, name: str, *arguments: Any) -> None:
        function = getattr(self._library, f"LiteRt{name}")
        function.restype = ctypes.c_int
        status = function(*arguments)
        if status:
            raise BundleError(f"LiteRt{name} gave status {status}.")

    def make(self, name: str, *arguments: Any) -> ctypes.c_void_p:
        """Call a function whose last argument is where it puts a handle; return the handle."""
        handle = ctypes.c_void_p()
        self(name, *arguments, ctypes.byref(handle))
        return handle


def _summary(model: str, runs: int) -> str:
    """Return LiteRT's own report, as text."""
    call = _LiteRt()
    environment = call.make("CreateEnvironment", 0, None)
    graph = call.make("CreateModelFromFile", environment, model.encode())
    options = call.make("CreateOptions")
    call("SetOptionsHardwareAccelerators", options, ctypes.c_int(_CPU))
    settings = ctypes.create_string_buffer(b"enable_profiling = true\n")
    keep = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda payload: None)  # Python frees ``settings``.
    profiling = call.make("CreateOpaqueOptions", b"runtime_options_string", settings, keep)
    call("AddOpaqueOptions", options, profiling)
    compiled = call.make("CreateCompiledModel", environment, graph, options)
    profiler = call.make("CompiledModelGetProfiler", compiled)
    if not profiler:
        raise BundleError("this release of LiteRT has no profiler behind 'enable_profiling'.")
    signature = call.make("GetModelSignature", graph, ctypes.c_size_t(0))
    buffers: list[Any] = []
    for kind in ("Input", "Output"):
        count = ctypes.c_size_t()
        call(f"GetNumSignature{kind}s", signature, ctypes.byref(count))
        made = [_buffer(call, environment, compiled, signature, kind, index) for index in range(count.value)]
        buffers += [count, (ctypes.c_void_p * len(made))(*(buffer.value for buffer in made))]
    for _ in range(5):  # Warm-up.
        call("RunCompiledModel", compiled, ctypes.c_size_t(0), *buffers)
    call("StartProfiler", profiler)
    for _ in range(runs):
        call("RunCompiledModel", compiled, ctypes.c_size_t(0), *buffers)
    call("StopProfiler", profiler)
    text = call.make("GetProfileSummary", profiler, compiled)
    return (ctypes.cast(text, ctypes.c_char_p).value or b"").decode()


def _buffer(
    call: _LiteRt, environment: Any, compiled: Any, signature: Any, kind: str, index: int
) -> ctypes.c_void_p:
    position = ctypes.c_size_t(index)
    tensor = call.make(f"GetSignature{kind}TensorByIndex", signature, position)
    tensor_type = ctypes.create_string_buffer(_TYPE_BYTES)
    call("GetRankedTensorType", tensor, tensor_type)
    needs = call.make(f"GetCompiledModel{kind}BufferRequirements", compiled, ctypes.c_size_t(0), position)
    buffer = call.make("CreateManagedTensorBufferFromRequirements", environment, tensor_type, needs)
    call("ClearTensorBuffer", buffer)
    return buffer


if __name__ == "__main__":
    print(_summary(sys.argv[1], int(sys.argv[2])), flush=True)
    # The handles are the process's to free: their order of destruction is the library's secret.
