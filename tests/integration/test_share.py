"""Steps after which fewer numbers do the same work, as whole recipes up to the integer-only file."""

from __future__ import annotations

import csv
import json

import numpy as np
from safetensors.numpy import load_file

from export.flatbuffer import read_model
from tfbert_edge.cli.main import run
from tfbert_edge.runtime.tokenizer import Tokenizer

TAUGHT = {"method": "distill_outputs", "epochs": 6, "batch_size": 8, "learning_rate": 3e-3}
FACTORIZED = {"method": "factorize_embeddings", "size": 8}
QUANTIZED = {"method": "quantize_aware", "batch_size": 8, "learning_rate": 1e-4}


def stages_of(folder):
    return json.loads((folder / "run.json").read_text())["stages"]


def test_factorized_embeddings_are_taught_quantized_and_exported(run_steps, tmp_path):
    stages = stages_of(run_steps(tmp_path, [FACTORIZED, TAUGHT, QUANTIZED], precision="bfloat16"))
    factorized, taught, _ = stages["compress"]
    config = json.loads(
        (tmp_path / "run/compress/03-quantize_aware/model/config.json").read_text(encoding="utf-8")
    )
    constants = {
        tensor.shape: tensor.dtype
        for tensor in read_model(tmp_path / "run/export/int8.tflite").tensors
        if tensor.constant
    }

    rows = config["vocab_size"]
    assert factorized["before"]["parameters"] - factorized["after"]["parameters"] == rows * 32 - (
        rows * 8 + 8 * 32
    )
    assert taught["after"]["parameters"] == factorized["after"]["parameters"]
    assert taught["figures"]["accuracy"] > 0.8
    assert config["embedding_rank"] == 8
    assert stages["export"]["forms"]["int8"]["audit"]["passed"]
    assert constants[(rows, 8)] == constants[(32, 8)] == "int8"
    assert (rows, 32) not in constants


def test_shared_layers_stay_one_through_teaching_and_quantization_and_stand_once_in_the_file(
    run_steps, tmp_path
):
    stages = stages_of(run_steps(tmp_path, [{"method": "share_layers", "groups": 1}, TAUGHT, QUANTIZED]))
    shared, taught, _ = stages["compress"]
    # Of one layer, 32 wide with 64 neurons: the matrices, and all the rest.
    kernels, others = 4 * 32 * 32 + 2 * 32 * 64, 4 * 32 + 64 + 32 + 4 * 32

    assert shared["before"]["parameters"] - shared["after"]["parameters"] == kernels + others
    assert taught["after"]["parameters"] == shared["after"]["parameters"]
    assert taught["history"][-1]["loss"] < taught["history"][0]["loss"]
    assert taught["figures"]["accuracy"] > 0.8
    before = load_file(tmp_path / "run/compress/01-share_layers/model/model.safetensors")
    for step in ("02-distill_outputs", "03-quantize_aware"):
        made = load_file(tmp_path / f"run/compress/{step}/model/model.safetensors")
        first = {name: value for name, value in made.items() if "encoder.layer.0." in name}
        assert len(first) == 16
        for name, value in first.items():
            np.testing.assert_array_equal(value, made[name.replace("layer.0.", "layer.1.")])
        assert any((value != before[name]).any() for name, value in first.items())
    forms = stages["export"]["forms"]
    assert forms["int8"]["audit"]["passed"]
    # Both layers' matrices once; in the integer form the biases, int32, go with each layer's own scales.
    assert kernels < forms["int8"]["encoder_bytes"] < kernels + 2 * 4 * others
    assert 4 * kernels < forms["float32"]["encoder_bytes"] < 4 * (kernels + others) + 200


def test_factorized_embeddings_are_nearest_where_the_training_texts_are(make_recipe, tmp_path):
    recipe, folder = make_recipe(tmp_path, compress=[FACTORIZED]), tmp_path / "run"
    assert run(["train", str(recipe), "--set", "training.epochs=1"]) == 0
    name = "bert.embeddings.word_{}.weight"
    table = load_file(folder / "train/model/model.safetensors")[name.format("embeddings")]
    tokenizer = Tokenizer.from_folder(folder / "train/model")
    with (tmp_path / "reviews.csv").open(encoding="utf-8") as file:
        ids = [piece for row in csv.DictReader(file) for piece in tokenizer.encode(row["text"]).ids]
    counts = np.bincount(ids, minlength=len(table))

    errors = {}
    for weighting in ("counts", "equal"):
        assert run(["compress", str(folder), "--set", f"compress.0.weighting={weighting}"]) == 0
        made = load_file(folder / "compress/01-factorize_embeddings/model/model.safetensors")
        product = made[name.format("embeddings")] @ made[name.format("expansion")].T
        squares = np.square(product - table).sum(axis=1)
        errors[weighting] = (counts @ squares, squares.sum())

    assert errors["counts"][0] < 0.8 * errors["equal"][0]
    assert errors["counts"][1] > errors["equal"][1]


def test_steps_that_do_not_fit_the_checkpoint_are_refused_before_it_is_trained(make_recipe, tmp_path, capsys):
    recipe = make_recipe(tmp_path, compress=[{"method": "factorize_embeddings", "size": 32}])

    assert run(["run", str(recipe)]) == 1
    assert "compress.0.size: must be below the width of the embeddings, 32, was 32" in capsys.readouterr().err
    assert not (tmp_path / "run" / "train" / "model").exists()
