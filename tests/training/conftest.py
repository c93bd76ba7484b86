"""Tiny trainings for the tests of this room."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

_PROGRAM = Path(__file__).with_name("training_program.py")


@pytest.fixture(scope="session")
def program() -> ModuleType:
    """The module ``training_program``: make_features, make_model, train."""
    spec = importlib.util.spec_from_file_location("training_program", _PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def start_training(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start ``train(**settings)`` in a process of its own; ``output`` names the file of its results in
    tmp_path.
    """

    def start(
        output: str, *, environment: dict[str, str] | None = None, **settings: Any
    ) -> subprocess.Popen[str]:
        file = tmp_path / f"{output}.json"
        file.write_text(json.dumps({**settings, "output": str(tmp_path / output)}))
        return subprocess.Popen(
            [sys.executable, str(_PROGRAM), str(file)],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start
