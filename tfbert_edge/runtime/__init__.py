"""What runs on the edge: tokenization, the interpreter, bundles and predictions, without TensorFlow."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfbert_edge.runtime.golden import check_golden
    from tfbert_edge.runtime.interpreter import EdgeInterpreter
    from tfbert_edge.runtime.predictor import Predictor
    from tfbert_edge.runtime.tokenizer import Tokenizer

__all__ = ["EdgeInterpreter", "Predictor", "Tokenizer", "check_golden"]

# Imported when first used: the tokenizer alone must not load the interpreter, nor the command line's help either.
_HOMES = {
    "EdgeInterpreter": "interpreter",
    "Predictor": "predictor",
    "Tokenizer": "tokenizer",
    "check_golden": "golden",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
