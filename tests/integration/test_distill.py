"""Each step that distils, in a whole run: what it learns on, what it leaves, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe

PRUNE = {"method": "prune_layers", "keep": 1, "choice": "last"}
TRAIN = {"epochs": 2, "batch_size": 16, "learning_rate": 3e-3}


@pytest.fixture(scope="module")
def trained(make_recipe, tmp_path_factory):
    """A finished training, which every test takes over."""
    path = make_recipe(tmp_path_factory.mktemp("teacher"))
    return run_pipeline(load_recipe(path), stages=["train"]).folder


@pytest.fixture
def compressed(make_recipe, trained, tmp_path):
    """``compressed(steps)`` runs the steps on the trained network; returns the run."""

    def run(*steps, resume=False):
        # The same data and the same network to begin with, so that the training can be taken over.
        recipe = load_recipe(trained.parent / "recipe.yaml").model_dump(mode="json")
        recipe |= {"output": str(tmp_path / "run"), "compress": list(steps)}
        path = tmp_path / "recipe.yaml"
        path.write_text(json.dumps(recipe))
        return run_pipeline(load_recipe(path), trained=trained, stages=["compress"], resume=resume)

    return run


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("".join(f"Here is story {n}. The film is {n} times good.\n" for n in range(30)))
    return {"path": str(path), "cut": "sentences", "examples": 40}


def test_steps_learn_on_unlabelled_texts_beside_the_training_examples_or_alone(compressed, texts):
    alone = {**texts, "with_training": False}
    run = compressed(
        PRUNE,
        {"method": "distill_layers", "unlabelled": alone, **TRAIN},
        {"method": "distill_outputs", "unlabelled": texts, **TRAIN},
        {"method": "distill_outputs", "unlabelled": texts, "task_weight": 0, **TRAIN},
    )
    _, general, task, again = run.record.stages["compress"]

    assert general["history"][-1]["step"] == 2 * np.ceil(40 / 16)
    assert task["history"][-1]["step"] == 2 * np.ceil((120 + 40) / 16)
    for step in (general, task, again):
        assert step["history"][-1]["loss"] < step["history"][0]["loss"]
    # One file of answers for the forty texts, one that the last two steps share.
    assert sorted(np.load(path)["logits"].shape for path in (run.folder / "compress").glob("teacher-*")) == [
        (40, 2),
        (160, 2),
    ]


def test_last_weights_are_kept_where_no_metric_can_tell_which_are_best(compressed):
    run = compressed(PRUNE, {"method": "distill_layers", "distill_weight": 0, **TRAIN})
    step = run.record.stages["compress"][1]

    assert not any(epoch["best"] for epoch in step["history"])
    assert step["after"]["metrics"] == step["figures"] and step["figures"]["accuracy"] >= 0


def test_missing_texts_are_told_with_their_setting(compressed):
    with pytest.raises(DataError, match=r"Set compress\.1\.unlabelled\.path"):
        compressed(PRUNE, {"method": "distill_outputs", "unlabelled": {"path": "absent.txt"}})
