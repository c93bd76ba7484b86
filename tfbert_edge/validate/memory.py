"""Peak memory of a fresh process that loads the runtime and one model: ``python -m tfbert_edge.validate.memory MODEL``.

A process of its own, because the peak of this one holds whatever ran before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import tfbert_edge
from tfbert_edge.errors import ConversionError


def measure_memory(model: Path, *, threads: int = 1) -> dict[str, float]:
    """Memory in MiB of a fresh process that answers with ``model``.

    Returns ``peak_memory_mib``, the peak of the whole process (Python, numpy and LiteRT included), and
    ``model_memory_mib``, what of it loading and running the model added.

    Raises:
        ConversionError: the model cannot be loaded or run; the message ends with the process's last line.
    """
    packages = str(Path(tfbert_edge.__file__).resolve().parents[1])
    path = os.pathsep.join(part for part in (packages, os.environ.get("PYTHONPATH")) if part)
    done = subprocess.run(
        [sys.executable, "-m", "tfbert_edge.validate.memory", str(model), str(threads)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise ConversionError(f"{model} cannot be run in a process of its own: {reason}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _main(model: str, threads: str = "1") -> None:
    from tfbert_edge.runtime.interpreter import EdgeInterpreter
    from tfbert_edge.runtime.timing import peak_memory_mib, run_once

    before = peak_memory_mib()
    interpreter = EdgeInterpreter(Path(model), threads=int(threads))
    for _ in range(3):
        run_once(interpreter)
    peak = peak_memory_mib()
    print(json.dumps({"peak_memory_mib": peak, "model_memory_mib": peak - before}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
