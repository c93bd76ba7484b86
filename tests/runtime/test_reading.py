from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.interpreter import TensorInfo
from tfbert_edge.runtime.reading import OutputSpec, Reader


class Plain(Reader):
    def answer(self, text, pair, rows, outputs, *, top_k=None) -> Any:
        return None


class Joint(Plain):
    outputs = (OutputSpec("intent"), OutputSpec("slots", per_piece=True), OutputSpec("end", per_piece=True))


def test_join_of_a_texts_tensor_is_flat():
    assert Plain().join([np.array([[0.5, 0.25]], np.float32)]).tolist() == [0.5, 0.25]


def test_join_puts_a_texts_numbers_at_the_first_piece():
    intent, slots, end = np.array([1.0, 2.0]), np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0, 9.0])
    assert Joint().join([intent, slots, end]).tolist() == [
        [1.0, 2.0, 0.0, 1.0, 7.0],
        [0.0, 0.0, 2.0, 3.0, 8.0],
        [0.0, 0.0, 4.0, 5.0, 9.0],
    ]


def test_order_finds_tensors_by_name_whatever_a_single_one_is_called():
    tensors = [TensorInfo(name, "uint8", (1, 3)) for name in ("slots", "end", "intent")]
    assert Joint().order(tensors) == [2, 0, 1]
    assert Plain().order(tensors[:1]) == [0]
    with pytest.raises(BundleError, match="must have the outputs intent, slots, end; it has: slots, end"):
        Joint().order(tensors[:2])
