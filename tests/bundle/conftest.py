"""The runtime's fixtures serve here too: a bundle is what the runtime reads."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "runtime_fixtures", Path(__file__).parents[1] / "runtime" / "conftest.py"
)
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

make_bundle = _fixtures.make_bundle
tiny_models = _fixtures.tiny_models
tiny_tokenizer = _fixtures.tiny_tokenizer
wrong_reference = _fixtures.wrong_reference
