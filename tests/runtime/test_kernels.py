from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfbert_edge.runtime import kernels
from tfbert_edge.runtime.kernels import kernels_that_run


@pytest.mark.parametrize("form", ["float32", "int8", "regression"])
def test_kernels_that_run_a_plain_model_are_all(form, tiny_models, tiny_inputs):
    found = kernels_that_run(tiny_models[form][0], tiny_inputs)

    assert found == {"xnnpack": True, "builtin": True, "reference": True}


def test_kernels_that_give_garbage_without_an_error_do_not_run_the_model(wrong_reference, tiny_inputs):
    found = kernels_that_run(wrong_reference, tiny_inputs)

    assert found == {"xnnpack": True, "builtin": True, "reference": False}


def test_kernels_that_refuse_a_model_do_not_run_it(tiny_models, tiny_inputs):
    from ai_edge_litert import schema_py_generated as schema

    from export.rewrite import pack, unpack

    model = unpack(tiny_models["int8"][0])
    for code in model.operatorCodes:
        if code.builtinCode == schema.BuiltinOperator.FULLY_CONNECTED:
            code.version = 999

    assert kernels_that_run(pack(model), tiny_inputs) == {
        "xnnpack": False,
        "builtin": False,
        "reference": False,
    }


@pytest.mark.parametrize(
    ("differs_at", "per_piece", "right"),
    [("padding", [1], True), ("padding", [], False), ("pieces", [1], False), ("whole", [1], False)],
)
def test_kernels_that_run_compares_no_padding_of_outputs_of_pieces(
    differs_at, per_piece, right, monkeypatch, tiny_inputs
):
    class Interpreter:
        """Gives numbers of the whole text, (1, 3), and of its pieces, (1, 16, 2); the reference kernels are wrong somewhere."""

        outputs = (SimpleNamespace(scale=0.001), SimpleNamespace(scale=0.001))

        def __init__(self, model, *, reference_kernels=False, delegate=True):
            self.wrong = reference_kernels

        def run(self, ids, segment_ids, mask):
            random = np.random.default_rng(int(ids.sum()))
            whole, pieces = random.normal(size=(1, 3)), random.normal(size=(1, 16, 2))
            if self.wrong and differs_at == "whole":
                whole += 50.0
            elif self.wrong:
                pieces[mask == (differs_at == "pieces")] += 5.0
            return [whole, pieces]

        def dequantize(self, outputs):
            return outputs

    monkeypatch.setattr(kernels, "EdgeInterpreter", Interpreter)

    found = kernels_that_run(b"", tiny_inputs, per_piece=per_piece)

    assert found == {"xnnpack": True, "builtin": True, "reference": right}


@pytest.mark.parametrize("spread", ["normal", "sure", "rare"])
@pytest.mark.parametrize("garbage", ["others", "median", "zero", "noise"])
def test_outputs_that_tell_nothing_of_the_right_ones_are_beyond_the_tolerance(
    garbage, spread, monkeypatch, tiny_inputs
):
    random = np.random.default_rng(8)
    size = (len(tiny_inputs), 1, 3)
    right = {
        "normal": random.normal(size=size),
        "sure": np.where(random.random(size) < 0.5, 0.02, 0.97),
        "rare": np.where(random.random(size) < 0.15, 0.9, 0.01),
    }[spread]
    wrong = {
        "others": np.roll(right, 1, axis=0),
        "median": np.broadcast_to(np.median(right, axis=0), size),
        "zero": np.zeros(size),
        "noise": random.uniform(right.min(), right.max(), size),
    }[garbage]

    class Interpreter:
        """Gives the outputs of one example after the other; the reference kernels give garbage."""

        outputs = (SimpleNamespace(scale=0.001),)

        def __init__(self, model, *, reference_kernels=False, delegate=True):
            self.rows = iter(wrong if reference_kernels else right)

        def run(self, ids, segment_ids, mask):
            return [next(self.rows)]

        def dequantize(self, outputs):
            return outputs

    monkeypatch.setattr(kernels, "EdgeInterpreter", Interpreter)

    assert kernels_that_run(b"", tiny_inputs) == {"xnnpack": True, "builtin": True, "reference": False}
