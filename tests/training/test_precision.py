import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.errors import TrainingError
from tfbert_edge.training import precision as module
from tfbert_edge.training.precision import cpu_flags, precision, resolve_precision


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fma avx2", "float32"), ("fma avx512_bf16", "bfloat16"), ("amx_bf16 amx_tile", "bfloat16")],
)
def test_resolve_precision_auto_follows_the_processors_flags(tmp_path, monkeypatch, flags, expected):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    found = cpu_flags(file)
    monkeypatch.setattr(module, "cpu_flags", lambda: found)
    assert resolve_precision("auto") == expected


def test_cpu_flags_without_the_file_are_empty(tmp_path):
    assert cpu_flags(tmp_path / "nothing") == frozenset()


def test_resolve_precision_bfloat16_without_hardware_warns_and_stays(monkeypatch):
    monkeypatch.setattr(module, "has_bfloat16", lambda: False)
    told: list[str] = []
    assert resolve_precision("bfloat16", on_warning=told.append) == "bfloat16"
    assert len(told) == 1 and "training.precision" in told[0]


def test_resolve_precision_unknown_lists_what_there_is():
    with pytest.raises(TrainingError, match="auto, float32, bfloat16, was 'fp8'"):
        resolve_precision("fp8")


def test_precision_restores_the_policy_and_variables_stay_float32(program):
    with pytest.raises(RuntimeError, match="inside"), precision("bfloat16"):
        raise RuntimeError("inside")
    assert keras.mixed_precision.global_policy().name == "float32"
    with precision("bfloat16"):
        model = program.make_model(dropout=0.0)
    assert keras.mixed_precision.global_policy().name == "float32"
    assert {v.dtype.name for v in model.trainable_variables} == {"float32"}
    assert model.get_layer("layer_0.ffn.output").compute_dtype == "bfloat16"
    exact = program.make_model(dropout=0.0)
    exact.set_weights(model.get_weights())
    inputs = [np.ones((2, 8), np.int32)] * 3
    np.testing.assert_allclose(model(inputs), exact(inputs), atol=0.02)
    assert model(inputs).dtype == "float32"
