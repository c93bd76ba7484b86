from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "audit.py"


@pytest.fixture
def audit_script(files, tmp_path):
    for form, content in files.items():
        (tmp_path / f"{form}.tflite").write_bytes(content)

    def call(*names):
        command = [sys.executable, str(SCRIPT), *(str(tmp_path / name) for name in names)]
        return subprocess.run(command, capture_output=True, text=True, cwd=SCRIPT.parents[1])

    return call


def test_audit_script_integer_file_exits_0(audit_script):
    done = audit_script("int16x8.tflite")
    assert done.returncode == 0, done.stderr
    assert "integer-only" in done.stdout and "FULLY_CONNECTED" in done.stdout


def test_audit_script_float_file_exits_2_and_names_tensors(audit_script):
    done = audit_script("int16x8.tflite", "dynamic.tflite")
    assert done.returncode == 2
    assert "violation: output 'scores' must be uint8, it is float32" in done.stdout


def test_audit_script_missing_file_exits_1_without_traceback(audit_script):
    done = audit_script("none.tflite")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr and "Traceback" not in done.stderr
