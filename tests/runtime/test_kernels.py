from __future__ import annotations

import pytest

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
