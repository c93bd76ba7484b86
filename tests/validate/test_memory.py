from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.errors import ConversionError
from tfbert_edge.validate import measure_memory


def test_measure_memory_fresh_process_does_not_count_what_the_parent_holds(models):
    held = np.ones(2**29 // 8)  # 512 MiB in this process, more than a fresh one needs
    memory = measure_memory(models["same"])

    assert held.nbytes / 2**20 == 512
    assert 10 < memory["peak_memory_mib"] < 450
    assert 0 <= memory["model_memory_mib"] < memory["peak_memory_mib"]


def test_measure_memory_not_a_model_raises_with_the_reason(tmp_path):
    (tmp_path / "a.tflite").write_bytes(b"not a model at all")
    with pytest.raises(
        ConversionError, match=r"a\.tflite cannot be run in a process of its own: .*TFLite model"
    ):
        measure_memory(tmp_path / "a.tflite")
