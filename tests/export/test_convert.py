from __future__ import annotations

import numpy as np
import pytest

from export.convert import FORMS, convert
from export.flatbuffer import read_model
from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import ConversionError

# Largest difference of a probability from Keras's. float16 keeps 11 bits of each weight; int8 weights and one uint8
# step of the output (1/256) leave about two digits.
TOLERANCES = {"float32": 1e-5, "float16": 3e-3, "dynamic": 5e-2, "int16x8": 3e-2}


@pytest.mark.parametrize("form", TOLERANCES)
def test_convert_form_answers_as_keras(files, run, examples, keras_scores, form):
    assert np.ptp(keras_scores[:, 0]) > 0.1  # a constant answer would pass any tolerance
    np.testing.assert_allclose(run(files[form], examples.inputs), keras_scores, atol=TOLERANCES[form])


@pytest.mark.parametrize("form", TOLERANCES)
def test_convert_form_has_plain_names_in_order(files, form):
    graph = read_model(files[form])
    assert [(x.name, x.shape, x.dtype) for x in graph.inputs] == [
        (name, (1, 16), "int32") for name in ("ids", "segment_ids", "mask")
    ]
    assert [x.name for x in graph.outputs] == ["scores"]
    assert graph.signatures == (
        ("serving_default", {name: name for name in ("ids", "segment_ids", "mask")}, {"scores": "scores"}),
    )


@pytest.mark.parametrize("form", TOLERANCES)
def test_convert_form_is_static_and_builtin(files, form):
    graph = read_model(files[form])
    assert graph.subgraphs == 1
    assert all(-1 not in tensor.shape for tensor in graph.tensors)
    names = graph.operator_counts()
    assert not names.keys() & {"SHAPE", "CUSTOM", "CAST", "SQUARED_DIFFERENCE"}
    assert not any(operator.custom for operator in graph.operators)


@pytest.mark.parametrize("form", TOLERANCES)
def test_convert_form_holds_only_used_rows_of_position_table(files, config, form):
    shapes = [tensor.shape for tensor in read_model(files[form]).tensors if tensor.constant]
    assert (1, 16, config.hidden_size) in shapes
    assert not any(config.max_position_embeddings in shape for shape in shapes)


@pytest.mark.parametrize(
    ("form", "dtype"), [("float16", "float16"), ("dynamic", "int8"), ("int16x8", "int8")]
)
def test_convert_form_stores_matrices_and_word_table_as_its_dtype(files, config, form, dtype):
    matrices = [
        tensor
        for tensor in read_model(files[form]).tensors
        if tensor.constant and len(tensor.shape) == 2 and np.prod(tensor.shape) >= 1024
    ]
    assert (config.vocab_size, config.hidden_size) in [tensor.shape for tensor in matrices]
    assert {tensor.dtype for tensor in matrices} == {dtype}


def test_convert_same_model_twice_gives_equal_files(model, files):
    again = convert(model, "float32", sequence_length=16, output_activation="softmax")
    assert again == files["float32"]


def test_convert_fake_quantized_model_to_int8_passes_audit():
    from export.audit import audit

    content = convert(_fake_quantized(), "int8", sequence_length=4, output_activation="linear")
    report = audit(content)
    assert report.violations == ()
    (output,) = read_model(content).outputs
    assert output.dtype == "uint8" and output.scale[0] == pytest.approx(8 / 255, rel=1e-3)


def _fake_quantized():
    class Quantize(keras.layers.Layer):
        def call(self, inputs):
            return tf.quantization.fake_quant_with_min_max_args(inputs, -4.0, 4.0)

    class Table(keras.layers.Layer):
        def build(self, shape):
            self.table = self.add_weight(name="table", shape=(8, 6))

        def call(self, inputs):
            table = tf.quantization.fake_quant_with_min_max_args(self.table, -4.0, 4.0)
            return tf.quantization.fake_quant_with_min_max_args(tf.gather(table, inputs), -4.0, 4.0)

    inputs = [keras.Input((None,), dtype="int32", name=name) for name in "abc"]
    first, second, third = (Table()(tensor) for tensor in inputs)
    total = Quantize()(keras.layers.Add()([first, second]))
    total = Quantize()(keras.layers.Add()([total, third]))
    return keras.Model(inputs, total)


def test_convert_unknown_form_raises_with_the_known_ones(model):
    with pytest.raises(ConversionError, match=", ".join(FORMS)):
        convert(model, "int2", sequence_length=16, output_activation="softmax")


@pytest.mark.parametrize("calibration", [None, []])
def test_convert_int16x8_without_calibration_raises(model, calibration):
    with pytest.raises(ConversionError, match="needs calibration examples"):
        convert(model, "int16x8", sequence_length=16, output_activation="softmax", calibration=calibration)


def test_convert_operator_without_builtin_raises_naming_it_in_one_line():
    class Inverse(keras.layers.Layer):
        def call(self, inputs):
            return tf.linalg.cholesky(
                tf.cast(inputs[0][:, :, None] * inputs[1][:, None, :] + inputs[2], tf.float32)
            )

    inputs = [keras.Input((None,), dtype="int32", name=name) for name in "abc"]
    model = keras.Model(inputs, Inverse()(inputs))
    with pytest.raises(ConversionError, match=r"form float32 cannot be had .*Cholesky") as caught:
        convert(model, "float32", sequence_length=4, output_activation="linear")
    assert "\n" not in str(caught.value)
