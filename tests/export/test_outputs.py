"""Networks that give several tensors, or numbers for each piece."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from export.audit import audit
from export.convert import convert
from export.flatbuffer import read_model
from export.freeze import freeze
from tfbert_edge.errors import ConversionError

LENGTH = 16


@pytest.fixture(scope="module")
def span(config):
    return _random(config, "span", (1, 1))


def _random(config, head, num_outputs):
    from tfbert_edge.models.heads import build_model

    model = build_model(config, head=head, num_outputs=num_outputs)
    generator = np.random.default_rng(8)
    for variable in model.trainable_variables:
        start = 1.0 if "gamma" in variable.name else 0.0
        variable.assign(start + 0.2 * generator.standard_normal(variable.shape))
    return model


def _quantized(model, examples):
    from tfbert_edge.models.quantization import assign_ranges, fake_quantize
    from tfbert_edge.models.ranges import calibrate

    ranges = calibrate(model, [dict(rows) for rows in examples.single], "minmax")
    quantized = fake_quantize(model, weights=False)
    assign_ranges(quantized, ranges)
    return quantized


def _run(content, inputs):
    """Each output's dequantized rows by tensor name."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    found: dict[str, list[np.ndarray]] = {}
    for rows in zip(*inputs, strict=True):
        for detail, row in zip(interpreter.get_input_details(), rows, strict=True):
            interpreter.set_tensor(detail["index"], row[np.newaxis])
        interpreter.invoke()
        for detail in interpreter.get_output_details():
            raw = interpreter.get_tensor(detail["index"])[0].astype(np.float32)
            scale, zero_point = detail["quantization"]
            found.setdefault(detail["name"], []).append((raw - zero_point) * scale if scale else raw)
    return {name: np.stack(rows) for name, rows in found.items()}


@pytest.mark.parametrize(("form", "tolerance"), [("float32", 1e-4), ("int8", 0.35), ("int16x8", 0.1)])
def test_span_network_gives_two_tensors_in_order(span, examples, form, tolerance):
    logits = span(examples.inputs, training=False).numpy()
    content = convert(
        _quantized(span, examples) if form == "int8" else span,
        form,
        sequence_length=LENGTH,
        output_activation="linear",
        calibration=examples.single,
        output_names=("start", "end"),
    )
    graph = read_model(content)
    assert [(tensor.name, tensor.shape) for tensor in graph.outputs] == [("start", (1, 16)), ("end", (1, 16))]
    assert graph.signatures[0][2] == {"start": "start", "end": "end"}
    real = examples.inputs[2] > 0
    for place, (name, found) in enumerate(_run(content, examples.inputs).items()):
        assert name == ("start", "end")[place]
        assert np.ptp(logits[real, place]) > 1
        np.testing.assert_allclose(found[real], logits[..., place][real], atol=tolerance)
    if form == "int8":
        assert audit(content).violations == ()
        assert [tensor.dtype for tensor in graph.outputs] == ["uint8", "uint8"]
        assert graph.outputs[0].scale[0] != graph.outputs[1].scale[0]


def test_token_network_gives_a_row_for_each_piece(config, examples):
    model = _random(config, "tokens", 5)
    content = convert(
        model, "float32", sequence_length=LENGTH, output_activation="linear", output_names=("tags",)
    )
    assert read_model(content).outputs[0].shape == (1, 16, 5)
    logits, real = model(examples.inputs, training=False).numpy(), examples.inputs[2] > 0
    np.testing.assert_allclose(_run(content, examples.inputs)["tags"][real], logits[real], atol=1e-4)


def test_freeze_with_another_number_of_names_raises(span):
    with pytest.raises(ConversionError, match="has 2 outputs, but output_names has 1: scores"):
        freeze(span, sequence_length=LENGTH, output_activation="linear")
