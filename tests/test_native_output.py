from __future__ import annotations

import os
import subprocess
import sys

import pytest

# What a native library does: it writes to the descriptor, past sys.stderr.
PROGRAM = """
import os, sys
from tfbert_edge.native_output import hidden_native_output
with hidden_native_output():
    os.write(2, b"native chatter\\n")
    print("python says", file=sys.stderr)
    {last}
os.write(2, b"native after\\n")
"""


def run(last: str = "pass", level: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    if level is not None:
        environment["TF_CPP_MIN_LOG_LEVEL"] = level
    program = PROGRAM.format(last=last)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)


def test_hidden_native_output_success_hides_the_descriptor_and_keeps_python():
    done = run()
    assert done.returncode == 0
    assert done.stderr == "python says\nnative after\n"


def test_hidden_native_output_error_brings_it_back():
    done = run("raise ValueError('broken')")
    assert done.returncode == 1
    assert done.stderr.startswith("python says\nnative chatter\n")
    assert "ValueError: broken" in done.stderr


def test_hidden_native_output_verbose_tensorflow_is_left_alone():
    assert "native chatter" in run(level="0").stderr


def test_hidden_native_output_no_stderr_still_runs():
    program = "import os; os.close(2)\nfrom tfbert_edge.native_output import hidden_native_output\n"
    program += "with hidden_native_output():\n    print('done')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "done\n"


@pytest.mark.parametrize("name", ["tf", "tfmot"])
def test_keras_door_import_says_nothing(name):
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    program = f"from tfbert_edge._keras import tf, {name}; tf.zeros(1)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
