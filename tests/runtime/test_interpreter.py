"""Outputs against Keras and against LiteRT driven by hand."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.tokenizer import Encoding


def example(length=16, filled=9):
    random = np.random.default_rng(8)
    mask = (np.arange(length) < filled).astype(np.int32)
    return random.integers(0, 23, length).astype(np.int32) * mask, mask * 0, mask


def test_run_float_model_equals_keras(tiny_models):
    content, model = tiny_models["float32"]
    interpreter = EdgeInterpreter(content)
    inputs = example()
    want = model.predict([values[None] for values in inputs], verbose=0)
    raw = interpreter.run(*inputs)
    np.testing.assert_allclose(raw[0], want, atol=1e-6)
    np.testing.assert_array_equal(interpreter.dequantize(raw)[0], raw[0])


@pytest.mark.parametrize("reference", [False, True])
def test_run_integer_model_equals_litert_by_hand(reference, tiny_models):
    content, _ = tiny_models["int8"]
    inputs = dict(zip(("ids", "segment_ids", "mask"), example(), strict=True))
    resolver = OpResolverType.BUILTIN_REF if reference else OpResolverType.AUTO
    oracle = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    runner = oracle.get_signature_runner()
    want = runner(**{name: values[None] for name, values in inputs.items()})
    interpreter = EdgeInterpreter(content, reference_kernels=reference)
    raw = interpreter.run(**inputs)
    assert raw[0].dtype == np.uint8
    np.testing.assert_array_equal(raw[0], next(iter(want.values())))


def test_dequantize_follows_the_files_scale_and_zero_point(tiny_models):
    interpreter = EdgeInterpreter(tiny_models["regression"][0])
    detail = Interpreter(model_content=tiny_models["regression"][0]).get_output_details()[0]
    scale, zero_point = detail["quantization"]
    raw = np.array([[0], [zero_point], [255]], np.uint8)
    want = np.array([[-zero_point * scale], [0.0], [(255 - zero_point) * scale]])
    assert interpreter.dequantize(raw).dtype == np.float32
    np.testing.assert_allclose(interpreter.dequantize(raw), want, rtol=1e-6)
    np.testing.assert_allclose(interpreter.dequantize([raw])[0], want, rtol=1e-6)


def test_inputs_and_outputs_are_described_by_role(tiny_models):
    interpreter = EdgeInterpreter(tiny_models["int8"][0])
    assert interpreter.sequence_length == 16
    assert {tensor.role: tensor.shape for tensor in interpreter.inputs} == {
        "ids": (1, 16),
        "segment_ids": (1, 16),
        "mask": (1, 16),
    }
    assert all(tensor.role in tensor.name for tensor in interpreter.inputs)
    # A softmax in 8 bits always has the scale 1/256.
    assert [(tensor.dtype, tensor.scale, tensor.zero_point) for tensor in interpreter.outputs] == [
        ("uint8", 1 / 256, 0)
    ]


def test_run_encoded_pads_and_drops_the_batch_axis(tiny_models):
    content, model = tiny_models["float32"]
    encoding = Encoding(ids=[2, 5, 3], segment_ids=[0, 0, 1], offsets=[(0, 0)] * 3)
    padded = [np.array([row + [0] * 13], np.int32) for row in ([2, 5, 3], [0, 0, 1], [1, 1, 1])]
    have = EdgeInterpreter(content).run_encoded(encoding)
    assert have.shape == (3,)
    np.testing.assert_allclose(have, model.predict(padded, verbose=0)[0], atol=1e-6)


def test_run_encoded_too_long_raises(tiny_models):
    encoding = Encoding(ids=[5] * 17, segment_ids=[0] * 17, offsets=[(0, 0)] * 17)
    with pytest.raises(DataError, match="takes 16 pieces, the text has 17"):
        EdgeInterpreter(tiny_models["int8"][0]).run_encoded(encoding)


@pytest.mark.parametrize("ids", [np.zeros(15, np.int32), np.zeros(16, np.float32)])
def test_run_wrong_length_or_dtype_raises(ids, tiny_models):
    _, segment_ids, mask = example()
    with pytest.raises(DataError, match="ids must be 16 integers"):
        EdgeInterpreter(tiny_models["int8"][0]).run(ids, segment_ids, mask)


def test_run_results_outlive_the_next_run(tiny_models):
    interpreter = EdgeInterpreter(tiny_models["int8"][0])
    ids, segment_ids, mask = example()
    first = interpreter.run(ids, segment_ids, mask)[0]
    kept = first.copy()
    interpreter.run((ids + 7) % 20, segment_ids, mask)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"PK\x03\x04" + b"\0" * 30])
def test_foreign_file_raises(content, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.tflite must be a TFLite model"):
        EdgeInterpreter(path)


def test_damaged_model_raises(tiny_models):
    content = tiny_models["int8"][0]
    with pytest.raises(BundleError, match="cannot be run by LiteRT"):
        EdgeInterpreter(content[:600])


def test_missing_file_raises(tmp_path):
    with pytest.raises(BundleError, match="cannot be read"):
        EdgeInterpreter(tmp_path / "none.tflite")


def test_zero_threads_raises(tiny_models):
    with pytest.raises(DataError, match="threads"):
        EdgeInterpreter(tiny_models["int8"][0], threads=0)


def test_model_with_other_inputs_raises():
    from tfbert_edge._keras import keras, tf

    inputs = keras.Input(batch_shape=(1, 4), name="pixels")
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    with pytest.raises(
        BundleError, match=r"must have the inputs ids, segment_ids and mask; it has: .*pixels"
    ):
        EdgeInterpreter(tf.lite.TFLiteConverter.from_keras_model(model).convert())
