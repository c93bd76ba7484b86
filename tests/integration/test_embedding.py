"""Vectors of sentences, end to end: an encoder as it is, as integers, and one that learns from pairs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run
from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

# What people write of films, in pairs that say the same, and one phrase of each pair with that of the next, which does not.
ALIKE = """
the actor is good and funny|a fine and funny actor
I hate the ending of this film|the ending is awful
a warm story of love|a moving story, and a lovely one
the plot is dull and flat|a boring plot with no story in it
the music is bright and fresh|fresh music, and so bright
it is the best film of all|no movie was so good
this script is silly and clumsy|a clumsy script, silly at best
the scene in the dark is sad|a sad and dark scene
smart, sharp and charming|it is charming and very smart
a tired movie|the film is stale and tired
"""
PAIRS = [tuple(line.split("|")) for line in ALIKE.strip().splitlines()]


def write_pairs(path: Path) -> Path:
    rows = [(one, other, 5.0) for one, other in PAIRS]
    rows += [
        (PAIRS[at][0], PAIRS[(at + step) % len(PAIRS)][1], 0.5) for at in range(len(PAIRS)) for step in (1, 3)
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["one", "other", "score"])
        writer.writerows(rows)
    return path


def recipe_of(
    make_recipe: Callable[..., Path], folder: Path, *, train: dict[str, Any] | None = None, **blocks: Any
) -> Path:
    pairs = str(write_pairs(folder / "pairs.tsv"))
    data = {
        "train": train or {"path": pairs},
        "validation": {"path": [pairs], "quoting": False},
        "text_column": "one",
        "text_pair_column": "other",
        "label_column": "score",
    }
    path = make_recipe(folder, data=data, **blocks)
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    recipe["task"] = {"type": "embedding", "range": [0, 5]}
    path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(make_recipe: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The encoder as it came, made integers with texts alone: no score has a part in it."""
    folder = tmp_path_factory.mktemp("vectors")
    texts = folder / "texts.txt"
    texts.write_text("\n".join(text for pair in PAIRS for text in pair) + "\n", encoding="utf-8")
    recipe = recipe_of(
        make_recipe,
        folder,
        train={"path": str(texts), "format": "text"},
        training={"epochs": 0},
        compress=[{"method": "quantize_aware", "epochs": 4, "batch_size": 8, "learning_rate": 3e-4}],
        export={"forms": ["float32", "int8"], "steps": None},
    )
    assert run(["run", str(recipe), "--debug"]) == 0
    return folder / "run"


def embedded(predictor: Predictor, text: str) -> np.ndarray:
    return np.array(predictor(text).embedding)


def test_float_vectors_are_the_means_that_transformers_gives(exported: Path):
    from transformers import AutoConfig, AutoTokenizer, TFAutoModel
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    folder = exported / "train" / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    # Not from_pretrained, which iterates over safe_open; today's safetensors does not allow it.
    model = TFAutoModel.from_config(AutoConfig.from_pretrained(folder))
    load_pytorch_state_dict_in_tf2_model(
        model, load_file(folder / "model.safetensors"), allow_missing_keys=True
    )
    outputs = np.load(exported / "validate" / "outputs_float32.npz")["outputs"]

    # Row by row: the two texts of the first pairs.
    for row, text in enumerate(text for pair in PAIRS[:4] for text in pair):
        states = model(**tokenizer(text, return_tensors="tf")).last_hidden_state.numpy()[0]
        np.testing.assert_allclose(outputs[row], states.mean(axis=0), rtol=0, atol=1e-4)


def test_encoder_that_is_not_trained_is_saved_as_it_came(exported: Path, tiny_bert_folder: Path):
    saved, came = (
        load_checkpoint(folder, head="mean_pooling", num_outputs=0)
        .model.get_layer("layer_1.ffn.output")
        .get_weights()
        for folder in (exported / "train" / "model", tiny_bert_folder)
    )
    config = json.loads((exported / "train" / "model" / "config.json").read_text(encoding="utf-8"))

    for ours, theirs in zip(saved, came, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert config["architectures"] == ["BertModel"]
    assert "LABEL_0" not in json.dumps(config)


def test_integer_file_passes_the_audit_and_keeps_the_angles(exported: Path):
    record = json.loads((exported / "run.json").read_text(encoding="utf-8"))
    validated = record["stages"]["validate"]
    forms = np.load(exported / "validate" / "outputs_int8.npz")
    unit = [
        one / np.linalg.norm(one, axis=1, keepdims=True) for one in (forms["outputs"], forms["keras_outputs"])
    ]

    assert record["stages"]["export"]["forms"]["int8"]["audit"]["passed"]
    assert validated["primary_metric"] == "spearman"
    assert validated["rows"] == 2 * validated["examples"] == 60
    assert (unit[0] * unit[1]).sum(axis=1).min() > 0.95
    assert validated["forms"]["int8"]["parity"]["agreement"] > 0.9
    assert record["stages"]["train"]["history"] == []
    assert validated["keras"]["metrics"] == pytest.approx(record["stages"]["train"]["figures"], abs=1e-5)


def test_bundle_answers_a_text_with_a_vector_and_a_pair_with_a_cosine(exported: Path):
    predictor = Predictor.from_bundle(exported / "bundle.zip")
    one, other = PAIRS[0]

    both = predictor(one, other)

    assert np.linalg.norm(embedded(predictor, one)) == pytest.approx(1.0, abs=1e-5)
    assert both.similarity == pytest.approx(embedded(predictor, one) @ embedded(predictor, other), abs=1e-5)
    assert both.embedding == predictor(one).embedding
    assert predictor(one, one).similarity == pytest.approx(1.0)
    assert [len(predictor.trace(one, other).rows), len(predictor.trace(one).rows)] == [2, 1]
    for text in ("", "\U0001f600", "\u0007\u200b", "good " * 1000):
        assert len(predictor(text).embedding) == 32
    assert check_golden(exported / "bundle").passed


def test_card_says_what_the_vectors_are_for(exported: Path):
    card = (exported / "bundle" / "README.md").read_text(encoding="utf-8")

    assert "whose angle to another text's says how alike the two are" in card
    assert "labels:" not in card


def test_encoder_learns_from_pairs_that_stay_together(make_recipe: Callable[..., Path], tmp_path: Path):
    recipe = recipe_of(
        make_recipe,
        tmp_path,
        training={"epochs": 6, "batch_size": 10, "learning_rate": 1e-3},
        export={"forms": ["float32"], "steps": None},
        validate={"gates": {"form": "float32"}},
        bundle={"form": "float32"},
    )

    assert run(["train", str(recipe), "--debug"]) == 0

    # Pairs that it learns by heart, of which the untrained encoder hardly knows any: a third is alike, the rest is not.
    history = json.loads((tmp_path / "run" / "train" / "history.json").read_text(encoding="utf-8"))
    assert history[-1]["loss"] < 0.5 * history[0]["loss"]
    assert max(record["metrics"]["spearman"] for record in history) > 0.6


def test_checkpoint_without_the_tasks_head_is_not_taken_untrained(
    make_recipe: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    recipe = make_recipe(tmp_path, training={"epochs": 0})

    assert run(["train", str(recipe)]) == 1
    assert "must bring all weights of a classification; it lacks" in capsys.readouterr().err
