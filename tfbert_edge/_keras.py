"""The only door to TensorFlow, its legacy Keras and TF-MOT.

TF-MOT works on legacy Keras alone, and TensorFlow decides at its first import which Keras it is; so the switch is set here,
before anything imports TensorFlow. ``tfmot`` is imported when first used: quantization and pruning alone need it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from tfbert_edge.errors import TfbertEdgeError, require_extra

if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    raise TfbertEdgeError(
        "TensorFlow was imported before tfbert_edge, without TF_USE_LEGACY_KERAS=1. "
        "Import tfbert_edge first, or set TF_USE_LEGACY_KERAS=1 in the environment."
    )
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

tf: Any = require_extra("tensorflow", "train")
keras: Any = require_extra("tf_keras", "train")

__all__ = ["keras", "tf", "tfmot"]


def __getattr__(name: str) -> Any:
    if name == "tfmot":
        return require_extra("tensorflow_model_optimization", "train")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
