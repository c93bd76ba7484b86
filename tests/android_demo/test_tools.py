"""What the check says where something is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from android_demo.check import tools
from android_demo.check.tools import CheckError, require_programs, run


def test_missing_programs_are_all_named_with_the_command_that_installs_them(tmp_path, monkeypatch):
    for name in ("java", "javac", "keytool", "zipalign"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CheckError, match=r"mvn, apksigner not found.*install.* apksigner maven$"):
        require_programs()


def test_another_system_is_sent_to_gradle(monkeypatch):
    monkeypatch.setattr(tools.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(tools.platform, "machine", lambda: "arm64")
    with pytest.raises(
        CheckError, match=r"runs on Linux on x86_64, here is Darwin on arm64\. Build with Gradle"
    ):
        require_programs()


def test_check_without_tools_ends_with_a_line_and_code_1(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "android_demo.check"],
        cwd=tools.DEMO.parent,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(tools.DEMO.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("android-check: java, javac, keytool, mvn, apksigner, zipalign not found.")
    assert "Traceback" not in done.stderr


def test_failed_step_shows_what_it_printed(tmp_path):
    with pytest.raises(CheckError, match=r"(?s)look failed .*exit code 3.*what it said"):
        run("look", ["sh", "-c", "echo what it said; exit 3"])
