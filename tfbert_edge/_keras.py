"""The only door to TensorFlow, its legacy Keras and TF-MOT.

TF-MOT works on legacy Keras alone, and TensorFlow decides at its first import which Keras it is; so the switch is set here,
before anything imports TensorFlow. ``tfmot`` is imported when first used: quantization and pruning alone need it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from tfbert_edge.errors import TfbertEdgeError, require_extra
from tfbert_edge.native_output import hidden_native_output

if "tensorflow" in sys.modules and os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    raise TfbertEdgeError(
        "TensorFlow was imported before tfbert_edge, without TF_USE_LEGACY_KERAS=1. "
        "Import tfbert_edge first, or set TF_USE_LEGACY_KERAS=1 in the environment."
    )
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# TensorFlow turns oneDNN on by itself only where the processor has AVX-512; with AVX2 alone its products are faster as well.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

with hidden_native_output():
    tf: Any = require_extra("tensorflow", "train")
    keras: Any = require_extra("tf_keras", "train")
    # The first look for devices is what speaks of missing CUDA drivers; it sets nothing up yet.
    tf.config.list_physical_devices()

__all__ = ["keras", "tf", "tfmot"]


def __getattr__(name: str) -> Any:
    if name == "tfmot":
        with hidden_native_output():
            return require_extra("tensorflow_model_optimization", "train")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
