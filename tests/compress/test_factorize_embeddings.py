from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from export.audit import check
from export.convert import convert
from export.flatbuffer import read_model
from tfbert_edge.compress.account import account, macs
from tfbert_edge.compress.factorize_embeddings import factorize, factorize_embeddings
from tfbert_edge.errors import CompressionError, RecipeError
from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.parts import keep_parts
from tfbert_edge.models.presets import preset
from tfbert_edge.models.quantization import assign_ranges, fake_quantize
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.models.vocabulary import change_vocabulary
from tfbert_edge.recipe import Recipe
from tfbert_edge.stages.fit import steps_must_fit
from tfbert_edge.training.freezing import variable_depths

FAMILIES = {
    "bert": {},
    "distilbert": {"family": "distilbert", "type_vocab_size": 0},
    "electra": {"family": "electra", "embedding_size": 24},
}


def network(**fields):
    config = preset("tiny", **fields)
    built = build_model(config, num_outputs=3)
    random = np.random.default_rng(2)
    built.set_weights(
        [w if w.dtype == np.int64 else w + random.normal(0, 0.2, w.shape) for w in built.get_weights()]
    )
    return built, config


def batch(count=9, length=12):
    random = np.random.default_rng(1)
    mask = (np.arange(length) < random.integers(3, length + 1, (count, 1))).astype(np.int32)
    ids = random.integers(5, 128, mask.shape).astype(np.int32) * mask
    return {"input_ids": ids, "token_type_ids": np.zeros_like(ids), "attention_mask": mask}


INPUTS = list(batch().values())


def test_factorize_loses_the_tail_of_the_singular_values_and_no_more():
    table = np.random.default_rng(0).normal(size=(40, 12)) * np.geomspace(3.0, 0.1, 12)
    values = np.linalg.svd(table, compute_uv=False)

    for size in (1, 5, 11):
        narrow, matrix = factorize(table, size)
        assert (narrow.shape, matrix.shape) == ((40, size), (size, 12))
        lost = np.square(table - narrow.astype(np.float64) @ matrix).sum()
        assert lost == pytest.approx(np.square(values[size:]).sum(), rel=1e-4)
    narrow, matrix = factorize(table, 12)
    np.testing.assert_allclose(narrow @ matrix, table, atol=1e-5)


def test_factorize_with_weights_loses_the_tail_of_the_weighted_table_and_is_nearer_where_they_are():
    random = np.random.default_rng(0)
    table, weights = random.normal(size=(40, 12)), random.integers(0, 50, 40)
    values = np.linalg.svd(np.sqrt(weights)[:, np.newaxis] * table, compute_uv=False)

    def lost(narrow, matrix):
        return (weights * np.square(table - narrow.astype(np.float64) @ matrix).sum(axis=1)).sum()

    assert lost(*factorize(table, 5, weights=weights)) == pytest.approx(np.square(values[5:]).sum(), rel=1e-4)
    assert lost(*factorize(table, 5)) > 1.01 * np.square(values[5:]).sum()


@pytest.mark.parametrize("fields", FAMILIES.values(), ids=FAMILIES)
def test_factorized_network_equals_one_with_the_approximated_table(fields):
    model, config = network(**fields)
    (table,) = model.get_layer("embeddings.word").get_weights()
    left, values, right = np.linalg.svd(table.astype(np.float64), full_matrices=False)
    near = build_model(config, num_outputs=3)
    near.set_weights(model.get_weights())
    near.get_layer("embeddings.word").set_weights([(left[:, :8] * values[:8]) @ right[:8]])

    narrow, smaller = factorize_embeddings(model, config, size=8)

    np.testing.assert_allclose(narrow(INPUTS), near(INPUTS), atol=2e-5)
    assert np.abs(narrow(INPUTS) - model(INPUTS)).max() > 1e-3
    assert smaller == dataclasses.replace(config, embedding_rank=8)


def test_factorized_network_of_a_table_of_that_rank_has_the_same_logits():
    model, config = network()
    random = np.random.default_rng(3)
    table = random.normal(size=(128, 31)) @ random.normal(size=(31, 32)) * 0.05
    model.get_layer("embeddings.word").set_weights([table])

    narrow, _ = factorize_embeddings(model, config, size=31)

    np.testing.assert_allclose(narrow(INPUTS), model(INPUTS), atol=1e-5)


@pytest.mark.parametrize("size", [0, 32, 40])
def test_factorize_embeddings_to_no_smaller_width_says_the_range(size):
    with pytest.raises(CompressionError, match=f"size must be from 1 to 31.*was {size}"):
        factorize_embeddings(*network(), size=size)


def test_factorize_embeddings_twice_is_refused():
    with pytest.raises(CompressionError, match="factorised already, with size 8"):
        factorize_embeddings(*factorize_embeddings(*network(), size=8), size=4)


@pytest.mark.parametrize("fields", FAMILIES.values(), ids=FAMILIES)
def test_factorized_network_is_saved_and_loaded(fields, tmp_path):
    narrow, config = factorize_embeddings(*network(**fields), size=8)

    loaded = load_checkpoint(save_checkpoint(narrow, config, tmp_path / "model"), num_outputs=3)

    assert loaded.config == config and not loaded.new_weights
    np.testing.assert_array_equal(loaded.model(INPUTS), narrow(INPUTS))


def test_trimmed_and_pruned_factorized_network_keeps_the_matrix():
    narrow, config = factorize_embeddings(*network(), size=8)
    kept = np.unique([0, *INPUTS[0].ravel()])

    trimmed, smaller = change_vocabulary(narrow, config, [(int(one),) for one in kept])
    pruned, _ = keep_parts(narrow, config, layers=[1])

    assert trimmed.get_layer("embeddings.word").get_weights()[0].shape == (len(kept), 8)
    ids = np.searchsorted(kept, INPUTS[0]).astype(np.int32)
    np.testing.assert_allclose(trimmed([ids, *INPUTS[1:]]), narrow(INPUTS), atol=1e-6)
    assert smaller.embedding_rank == 8
    for one in (trimmed, pruned):
        (matrix,) = one.get_layer("embeddings.expansion").get_weights()
        np.testing.assert_array_equal(matrix, narrow.get_layer("embeddings.expansion").get_weights()[0])


def test_matrix_is_frozen_and_counted_with_the_embeddings():
    model, config = network()
    narrow, smaller = factorize_embeddings(model, config, size=8)
    depths = {variable.name: depth for variable, depth in variable_depths(narrow)}

    before, after = (account(*one, length=12) for one in ((model, config), (narrow, smaller)))

    assert depths["embeddings.expansion/kernel:0"] == 0
    assert before["parameters"] - after["parameters"] == 128 * 32 - (128 * 8 + 8 * 32)
    assert before["encoder_parameters"] == after["encoder_parameters"]
    assert after["macs"] - before["macs"] == 12 * 8 * 32


def test_converted_factorized_network_is_integer_and_answers_as_its_fake_quantization():
    narrow, config = factorize_embeddings(*network(), size=8)
    ranges = estimate_ranges(observe(narrow, [batch(32)]), "minmax")
    quantized, exported = fake_quantize(narrow), fake_quantize(narrow, weights=False)
    for copy in (quantized, exported):
        assign_ranges(copy, ranges)

    content = convert(exported, "int8", sequence_length=12, output_activation="linear")

    assert check(content).passed
    graph = read_model(content)
    tensors = {tensor.index: tensor for tensor in graph.tensors}
    shapes = {tensor.shape for tensor in graph.tensors if tensor.constant}
    assert (128, 8) in shapes and (128, 32) not in shapes
    (matrix,) = (
        tensors[op.inputs[1]]
        for op in graph.operators
        if op.name == "FULLY_CONNECTED" and tensors[op.inputs[1]].shape == (32, 8)
    )
    assert matrix.dtype == "int8" and len(matrix.scale) == 32
    products = 0
    for operator in graph.operators:
        if operator.name in ("FULLY_CONNECTED", "BATCH_MATMUL"):
            outputs, inputs = tensors[operator.outputs[0]].shape, tensors[operator.inputs[0]].shape
            products += int(np.prod(outputs)) * inputs[-1]
    assert macs(config, length=12, outputs=3) == products
    expected = quantized(INPUTS, training=False).numpy()
    np.testing.assert_allclose(scores(content, INPUTS), expected, atol=0.1 * np.ptp(expected))


def scores(content, inputs):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    (output,) = interpreter.get_output_details()
    scale, zero_point = output["quantization"]
    found = []
    for rows in zip(*inputs, strict=True):
        for detail, row in zip(interpreter.get_input_details(), rows, strict=True):
            interpreter.set_tensor(detail["index"], row[np.newaxis])
        interpreter.invoke()
        found.append((interpreter.get_tensor(output["index"])[0].astype(np.float32) - zero_point) * scale)
    return np.array(found)


def recipe(*steps):
    return Recipe.model_validate(
        {
            "name": "x",
            "task": {"type": "classification"},
            "model": {"checkpoint": "x"},
            "data": {"train": {"path": "a.csv"}, "validation": {"holdout": 0.1}},
            "compress": steps,
        }
    )


def test_steps_must_fit_refuses_a_size_that_is_not_below_the_embeddings():
    factorized = {"method": "factorize_embeddings", "size": 24}

    steps_must_fit(recipe(factorized), preset("tiny"))
    with pytest.raises(RecipeError, match=r"compress.0.size: must be below .*, 24, was 24"):
        steps_must_fit(recipe(factorized), preset("tiny", family="electra", embedding_size=24))
    with pytest.raises(RecipeError, match=r"compress.0: the checkpoint's word table is factorised already"):
        steps_must_fit(recipe(factorized), preset("tiny", embedding_rank=8))
