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


def test_import_of_the_tokenizer_does_not_load_the_interpreter():
    program = "import sys; from tfbert_edge.runtime import Tokenizer; print('ai_edge_litert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_runtime_names_what_it_exports():
    import tfbert_edge.runtime as runtime

    assert all(getattr(runtime, name).__name__ == name for name in runtime.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = runtime.nothing
