from __future__ import annotations

import subprocess
import sys

import pytest

FORBIDDEN = ("tensorflow", "tf_keras", "keras", "transformers", "torch", "datasets", "pydantic", "matplotlib")


@pytest.mark.parametrize(
    "module",
    ["runtime", "runtime.predictor", "runtime.golden", "runtime.timing", "bundle"],
)
def test_import_in_a_fresh_process_stays_light(module):
    program = (
        f"import sys, tfbert_edge.{module}; print(*sorted(set({FORBIDDEN!r}) & set(sys.modules)), end='')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
