"""What a recipe says about training reaches the training: seen in weights, curves and losses of whole runs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import log_softmax
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfbert_edge._keras import tf
from tfbert_edge.cli.main import run

KEPT_WHOLE = {"trim_vocabulary": {"enabled": False}}


def train(make_recipe, tiny_bert_folder: Path, folder: Path, **training) -> Path:
    """``tfbert-edge train`` without dropout; returns the folder ``train``."""
    rates = dict.fromkeys(("hidden_dropout", "attention_dropout", "classifier_dropout"), 0.0)
    model = {"checkpoint": str(tiny_bert_folder), **KEPT_WHOLE, **rates}
    recipe = make_recipe(folder, model=model, training=training)
    assert run(["train", str(recipe), "--debug"]) == 0
    return folder / "run" / "train"


def history(folder: Path) -> list[dict]:
    return json.loads((folder / "history.json").read_text())


def moved(folder: Path, checkpoint: Path) -> dict[str, float]:
    """How far each tensor of the checkpoint moved, on average."""
    before = load_file(checkpoint / "model.safetensors")
    after = load_file(folder / "model" / "model.safetensors")
    found = {}
    for name, array in before.items():
        (now,) = [value for key, value in after.items() if key.endswith(name)]
        found[name] = float(np.abs(now - array).mean())
    return found


@pytest.fixture(scope="module")
def released(make_recipe, tiny_bert_folder, tmp_path_factory) -> Path:
    return train(
        make_recipe,
        tiny_bert_folder,
        tmp_path_factory.mktemp("released"),
        epochs=8,
        accumulate=2,
        schedule={"type": "constant", "warmup_steps": 4},
        learning_rate=3e-3,
        unfreeze_per_epoch=1,
        tensorboard=True,
    )


@pytest.fixture(scope="module")
def stopped(make_recipe, tiny_bert_folder, tmp_path_factory) -> Path:
    return train(
        make_recipe,
        tiny_bert_folder,
        tmp_path_factory.mktemp("stopped"),
        epochs=5,
        # So small that no decision changes: no epoch is better than the first.
        learning_rate=1e-5,
        schedule={"type": "constant"},
        weight_decay=0.0,
        layer_learning_rate_decay=0.1,
        freeze={"embeddings": True, "layers": 0},
        class_weights={"positive": 3.0},
        early_stopping={"metric": "f1_macro", "patience": 1},
    )


def test_progressive_unfreezing_moves_the_layers_released_by_the_best_epoch(released, tiny_bert_folder):
    best = [record["best"] for record in history(released)].index(True)
    places = {
        place
        for name, distance in moved(released, tiny_bert_folder).items()
        for place in ("embeddings", "layer.0", "layer.1")
        if place in name and distance > 0
    }

    assert best >= 1
    assert places == set(["layer.1", "layer.0", "embeddings"][:best])


def test_tensorboard_shows_warmup_counted_in_accumulated_updates(released):
    read = EventAccumulator(str(released / "tensorboard"), size_guidance={"tensors": 0}).Reload()
    rates = [float(tf.make_ndarray(event.tensor_proto)) for event in read.Tensors("train/learning_rate")]

    # 120 examples are 15 batches an epoch: 8 updates, the last of one batch. The rate, which rises
    # from 0 over 4 updates, is shown as the last update had it.
    assert len(rates) == 120
    np.testing.assert_allclose(rates[:9], np.array([0, 0, 0, 1, 1, 2, 2, 3, 3]) / 4 * 3e-3, rtol=1e-5)
    np.testing.assert_allclose(rates[9:], 3e-3, rtol=1e-5)


def test_early_stopping_ends_after_its_patience_with_the_best_epoch(stopped):
    records = history(stopped)

    assert [record["best"] for record in records] == [True, False]
    assert records[0]["metrics"]["f1_macro"] >= records[1]["metrics"]["f1_macro"]


def test_layer_decay_and_frozen_embeddings_scale_the_steps(stopped, tiny_bert_folder):
    distances = moved(stopped, tiny_bert_folder)
    name = "encoder.layer.{}.output.dense.weight"

    assert {distance for key, distance in distances.items() if key.startswith("embeddings.")} == {0.0}
    # Adam's first steps are the rate itself, whatever the gradient.
    assert distances[name.format(0)] / distances[name.format(1)] == pytest.approx(0.1, rel=0.3)


def test_class_weights_weigh_the_losses_of_their_label(stopped, tiny_bert_folder):
    from transformers import BertConfig, BertTokenizerFast, TFBertForSequenceClassification
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    with (stopped.parents[1] / "reviews.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([["negative", "positive"].index(row["label"]) for row in rows])
    tokens = BertTokenizerFast.from_pretrained(tiny_bert_folder)(
        [row["text"] for row in rows], padding=True, return_tensors="tf"
    )
    model = TFBertForSequenceClassification(BertConfig.from_pretrained(stopped / "model"))
    state = load_file(stopped / "model" / "model.safetensors")
    logits = load_pytorch_state_dict_in_tf2_model(model, state)(**tokens).logits.numpy()
    losses = -log_softmax(logits.astype(np.float64), axis=-1)[np.arange(len(rows)), labels]
    # 120 of the 160 are for training, as many of each label in proportion: the mean of all is near enough.
    expected = np.mean(losses * np.where(labels == 1, 3.0, 1.0))

    assert history(stopped)[0]["loss"] == pytest.approx(expected, rel=0.02)
    assert abs(np.mean(losses) - expected) > 0.5 * np.mean(losses)


def test_seed_of_the_recipe_makes_a_second_run_equal(released, make_recipe, tiny_bert_folder, tmp_path):
    again = train(
        make_recipe,
        tiny_bert_folder,
        tmp_path,
        epochs=8,
        accumulate=2,
        schedule={"type": "constant", "warmup_steps": 4},
        learning_rate=3e-3,
        unfreeze_per_epoch=1,
    )

    expected = load_file(released / "model" / "model.safetensors")
    for name, array in load_file(again / "model" / "model.safetensors").items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


def test_adversarial_strength_changes_what_is_learned_from_the_same_batches(
    make_recipe, tiny_bert_folder, tmp_path
):
    folders = {strength: tmp_path / str(strength) for strength in (0.0, 0.2)}
    for strength, folder in folders.items():
        folder.mkdir()
        train(make_recipe, tiny_bert_folder, folder, epochs=1, adversarial=strength)
    plain, adversarial = (folder / "run" / "train" for folder in folders.values())

    weights, others = (load_file(folder / "model" / "model.safetensors") for folder in (plain, adversarial))
    assert any(np.abs(array - others[name]).max() > 1e-4 for name, array in weights.items())
    # The loss is that of the unchanged words in both, here of a network that has learned next to nothing.
    assert history(adversarial)[0]["loss"] == pytest.approx(history(plain)[0]["loss"], rel=0.1)
