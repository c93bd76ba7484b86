from __future__ import annotations

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge._keras import keras
from tfbert_edge.models.fold import Folded, folded, folded_ranges, rescaled, shifted
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.normalization import ChannelShift
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import assign_ranges, copy_weights, fake_quantize, read_ranges
from tfbert_edge.models.ranges import estimate_ranges, observe

FACTOR = 1 / np.sqrt(8)


@pytest.fixture(scope="module")
def model():
    built = build_model(preset("tiny"), num_outputs=3)
    random = np.random.default_rng(2)
    built.set_weights(
        [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in built.get_weights()]
    )
    return built


def inputs(count: int = 9) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    mask = (np.arange(12) < random.integers(3, 13, (count, 1))).astype(np.int32)
    ids = random.integers(5, 128, (count, 12)).astype(np.int32) * mask
    return [ids, np.zeros_like(ids), mask]


def batch() -> dict[str, np.ndarray]:
    return dict(zip(("input_ids", "token_type_ids", "attention_mask"), inputs(), strict=True))


def test_folded_network_answers_the_same_without_factors_and_shifts_and_leaves_the_other_alone(model):
    before = model.get_weights()

    copy = folded(model)

    np.testing.assert_allclose(copy(inputs()), model(inputs()), rtol=0, atol=1e-5)
    assert rescaled(model) == pytest.approx({f"layer_{i}.attention.query": FACTOR for i in range(2)})
    assert len(shifted(model)) == 5
    assert rescaled(copy) == shifted(copy) == {} and folded(copy) is copy
    # The query takes the factor, and the beta of the norm before it; (x + beta) W + b = x W + (b + beta W).
    kernel, bias = model.get_layer("layer_1.attention.query").get_weights()
    (beta,) = model.get_layer("layer_0.ffn.norm.shift").get_weights()
    found = copy.get_layer("layer_1.attention.query").get_weights()
    np.testing.assert_allclose(found[0], kernel * FACTOR, rtol=1e-6)
    np.testing.assert_allclose(found[1], (bias + beta @ kernel) * FACTOR, rtol=1e-4, atol=1e-6)
    # The output that is added to the norm's takes its beta as it is.
    (kernel, bias), found = (one.get_layer("layer_1.attention.output").get_weights() for one in (model, copy))
    np.testing.assert_array_equal(found[0], kernel)
    np.testing.assert_allclose(found[1], bias + beta, rtol=1e-6)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize(
    ("head", "outputs", "last"),
    [
        ("classification", 2, ["head.dense"]),
        ("tokens", 3, ["head.tokens"]),
        ("span", (1, 1), ["head.end", "head.start"]),
        ("joint", (4, 3), ["head.intent", "head.slots"]),
    ],
)
def test_heads_take_over_the_last_norms_shift(head, outputs, last):
    built = build_model(preset("tiny"), head=head, num_outputs=outputs)
    random = np.random.default_rng(5)
    built.set_weights(
        [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in built.get_weights()]
    )

    readers, before_sums = shifted(built)["layer_1.ffn.norm.shift"]

    assert (sorted(readers), before_sums) == (last, [])
    assert shifted(built)["layer_0.attention.norm.shift"] == (
        ["layer_0.ffn.intermediate"],
        ["layer_0.ffn.output"],
    )
    np.testing.assert_allclose(folded(built)(inputs()), built(inputs()), rtol=0, atol=1e-5)


@pytest.mark.parametrize("head", ["mean_pooling", "cls_pooling"])
def test_shift_of_states_that_are_the_output_stays(head):
    built = build_model(preset("tiny"), head=head, num_outputs=32)

    copy = folded(built)

    assert set(shifted(built)) == {
        "embeddings.norm.shift",
        *(f"layer_{i}.{part}.norm.shift" for i, part in ((0, "attention"), (0, "ffn"), (1, "attention"))),
    }
    assert type(copy.get_layer("layer_1.ffn.norm.shift")) is ChannelShift
    np.testing.assert_allclose(copy(inputs()), built(inputs()), rtol=0, atol=1e-5)


def test_shifts_of_layers_that_share_weights_stay():
    shared = build_model(dataclasses.replace(preset("tiny"), layer_groups=(0, 0)), num_outputs=2)

    assert shifted(shared) == {}


def test_neither_file_multiplies_the_queries_and_the_integer_one_adds_no_beta(model):
    """The converter folds the factor of a float network by itself, but not past a fake quantization."""
    exported = fake_quantize(model, weights=False)
    assign_ranges(exported, estimate_ranges(observe(model, [batch()]), "minmax"))
    plain, spared, integer = (
        Counter(operator.name for operator in read_model(content).operators)
        for content in (
            convert(one, form, sequence_length=12, output_activation="softmax")
            for one, form in ((model, "float32"), (folded(model), "float32"), (exported, "int8"))
        )
    )

    # Of the float network, folding spares the five betas alone; the last, which one layer reads, the converter folds itself.
    assert plain - spared == {"ADD": 4} and not spared - plain
    # Square, quotient and gamma of each of five norms; two sums of embeddings, and two and the mask's in each layer.
    assert integer["MUL"] == 3 * 5
    assert integer["ADD"] == 2 + 3 * 2


def test_fake_quantized_network_is_folded_and_what_comes_back_answers_the_same(model):
    quantized = fake_quantize(model)
    other = build_model(preset("tiny"), num_outputs=3)

    # Read as a variable: the wrapper has put its rounded values in the layer's attribute.
    (kernel,) = (
        variable.numpy()
        for variable in quantized.get_layer("quant_layer_0.attention.query").variables
        if variable.name.endswith("kernel:0")
    )
    copy_weights(quantized, other)

    assert isinstance(quantized.get_layer("layer_0.attention.rescale"), Folded)
    assert isinstance(quantized.get_layer("layer_0.ffn.norm.shift"), Folded)
    np.testing.assert_allclose(
        kernel, model.get_layer("layer_0.attention.query").get_weights()[0] * FACTOR, rtol=1e-6
    )
    np.testing.assert_allclose(other(inputs()), model(inputs()), rtol=0, atol=1e-5)
    # Kernels come back as they were; betas are in the biases.
    for name, old, new in zip(
        [variable.name for variable in model.variables], model.get_weights(), other.get_weights(), strict=True
    ):
        if "/bias" in name or name.endswith("beta:0"):
            continue
        np.testing.assert_allclose(new, old, rtol=1e-6, atol=0, err_msg=name)
    for name in shifted(model):
        assert not np.any(other.get_layer(name).get_weights()[0])


def test_observed_query_is_the_rescaled_one(model):
    found = observe(model, [batch()])
    query = keras.Model(model.inputs, model.get_layer("layer_0.attention.rescale").output)(inputs()).numpy()

    assert found["layer_0.attention.query"].high == pytest.approx(query.max(), rel=1e-5)
    assert found["layer_0.attention.query"].low == pytest.approx(query.min(), rel=1e-5)
    assert not any(name.endswith(".rescale") for name in found)


def test_ranges_of_a_network_that_was_not_folded_give_the_same_fake_quantization(model, tmp_path):
    ranges = estimate_ranges(observe(model, [batch()]), "minmax")
    # As a file of an earlier version has them.
    older = dict(ranges)
    for index in range(2):
        name = f"layer_{index}.attention"
        older[f"{name}.rescale"] = ranges[f"{name}.query"]
        older[f"{name}.query"] = tuple(bound / FACTOR for bound in ranges[f"{name}.query"])
    (tmp_path / "ranges.json").write_text(json.dumps(older))
    new, old = fake_quantize(model), fake_quantize(model)
    assign_ranges(new, ranges)
    assign_ranges(old, json.loads((tmp_path / "ranges.json").read_text()))

    assert read_ranges(old) == read_ranges(new)
    assert folded_ranges(ranges) == ranges
    assert folded_ranges(
        {"layer_0.attention.query": (-2.0, 2.0), "layer_0.attention.rescale": (-1.0, 1.0), "x": (0.0, 3.0)}
    ) == {
        "layer_0.attention.query": (-1.0, 1.0),
        "x": (0.0, 3.0),
    }
