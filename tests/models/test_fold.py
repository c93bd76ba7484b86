from __future__ import annotations

import json

import numpy as np
import pytest

from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge._keras import keras
from tfbert_edge.models.fold import Folded, folded, folded_ranges, rescaled
from tfbert_edge.models.heads import build_model
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


def test_folded_network_answers_the_same_without_a_factor_and_leaves_the_other_alone(model):
    before = model.get_weights()

    copy = folded(model)

    np.testing.assert_allclose(copy(inputs()), model(inputs()), rtol=0, atol=1e-5)
    assert rescaled(model) == pytest.approx({f"layer_{i}.attention.query": FACTOR for i in range(2)})
    assert rescaled(copy) == {} and folded(copy) is copy
    for old, new in zip(
        model.get_layer("layer_1.attention.query").get_weights(),
        copy.get_layer("layer_1.attention.query").get_weights(),
        strict=True,
    ):
        np.testing.assert_allclose(new, old * FACTOR, rtol=1e-6)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(new, old)


def test_neither_the_float_nor_the_integer_file_multiplies_the_queries(model):
    """The converter folds the factor of a float network by itself, but not past a fake quantization."""
    exported = fake_quantize(model, weights=False)
    assign_ranges(exported, estimate_ranges(observe(model, [batch()]), "minmax"))
    plain, integer = (
        [operator.name for operator in read_model(content).operators]
        for content in (
            convert(one, form, sequence_length=12, output_activation="softmax")
            for one, form in ((model, "float32"), (exported, "int8"))
        )
    )
    spared = [
        operator.name
        for operator in read_model(
            convert(folded(model), "float32", sequence_length=12, output_activation="softmax")
        ).operators
    ]

    assert spared == plain
    # Square, quotient and gamma of each of five norms.
    assert integer.count("MUL") == 3 * 5


def test_fake_quantized_network_is_folded_and_its_weights_come_back_as_they_were(model):
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
    np.testing.assert_allclose(
        kernel, model.get_layer("layer_0.attention.query").get_weights()[0] * FACTOR, rtol=1e-6
    )
    for name, old, new in zip(
        [variable.name for variable in model.variables], model.get_weights(), other.get_weights(), strict=True
    ):
        np.testing.assert_allclose(new, old, rtol=1e-6, atol=0, err_msg=name)


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
