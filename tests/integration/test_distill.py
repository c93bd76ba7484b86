"""Each step that distils, in a whole run: what it learns on, what it leaves, and what it refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.errors import CompressionError, DataError, RecipeError
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages.prune import save_network

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


def test_mean_of_what_steps_left_keeps_zeros_and_is_measured(compressed):
    zeros = {"method": "prune_weights", "sparsity": 0.5, **TRAIN}
    run = compressed(
        zeros, OUTPUTS, {**OUTPUTS, "learning_rate": 1e-3}, {"method": "average_weights", "steps": 3}
    )
    *_, last, mean = run.record.stages["compress"]
    folders = sorted((run.folder / "compress").glob("0*"))
    *trained, found = [load_file(folder / "model" / "model.safetensors") for folder in folders]

    for name, value in found.items():
        np.testing.assert_allclose(value, sum(one[name] for one in trained) / 3, atol=1e-6)
    assert mean["before"]["metrics"] == last["figures"]
    assert mean["after"]["sparsity"] == last["after"]["sparsity"] == pytest.approx(0.5, abs=0.01)
    assert mean["figures"]["accuracy"] > 0.8


def test_last_weights_are_kept_where_no_metric_can_tell_which_are_best(compressed):
    run = compressed(PRUNE, {"method": "distill_layers", "distill_weight": 0, **TRAIN})
    step = run.record.stages["compress"][1]

    assert not any(epoch["best"] for epoch in step["history"])
    assert step["after"]["metrics"] == step["figures"] and step["figures"]["accuracy"] >= 0


STUDENT = {
    "method": "new_student",
    "layers": 2,
    "hidden_size": 24,
    "heads": 3,
    "neurons": 32,
    "activation": "relu",
}
RELATIONS = {"method": "distill_relations", "relation_heads": 8, **TRAIN}
PATIENT = {"method": "distill_patient", **TRAIN}
MIXED = {"method": "distill_layers", "layer_map": "learned", **TRAIN}
PROGRESSIVE = {"method": "distill_progressive", "attention_weight": 0, **TRAIN}
OUTPUTS = {"method": "distill_outputs", **TRAIN}


@pytest.mark.parametrize(
    ("student", "learns"),
    [
        (STUDENT, RELATIONS),
        ({**STUDENT, "hidden_size": 32, "heads": 4, "embeddings": "random"}, PATIENT),
        (STUDENT, MIXED),
    ],
)
def test_new_student_learns_what_is_inside_the_teacher(student, learns, compressed):
    made, taught = compressed(student, learns).record.stages["compress"]

    assert made["after"]["macs"] < made["before"]["macs"]
    assert made["config"] == {"heads": [student["heads"]] * 2, "neurons": [32, 32]}
    assert taught["before"] == made["after"]
    assert taught["history"][-1]["loss"] < taught["history"][0]["loss"]


def test_layers_learn_in_turn_and_go_on_where_they_were_stopped(compressed, texts, tmp_path, monkeypatch):
    from tfbert_edge.stages import distill_progressive
    from tfbert_edge.training.loop import fine_tune

    steps = [STUDENT, {**PROGRESSIVE, "unlabelled": texts, "lower_rate": 0.1}, {**OUTPUTS, "epochs": 1}]
    learned = []

    def stopped_at_the_second(*args, **kwargs):
        if learned:
            raise KeyboardInterrupt
        learned.append(kwargs["folder"].name)
        return fine_tune(*args, **kwargs)

    monkeypatch.setattr(distill_progressive, "fine_tune", stopped_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        compressed(*steps)
    folder = tmp_path / "run" / "compress" / "02-distill_progressive"
    assert learned == ["0"] and (folder / "progress.npz").is_file()
    learned.clear()

    def goes_on(*args, **kwargs):
        learned.append(kwargs["folder"].name)
        return fine_tune(*args, **kwargs)

    monkeypatch.setattr(distill_progressive, "fine_tune", goes_on)
    step = compressed(*steps, resume=True).record.stages["compress"][1]
    resumed = load_file(folder / "model" / "model.safetensors")
    # Once more, without a stop.
    shutil.rmtree(tmp_path / "run")
    whole = compressed(*steps[:2], OUTPUTS).record.stages["compress"][1]

    assert learned == ["1", "0", "1"]
    assert [record["layer"] for record in step["history"]] == [0, 0, 1, 1]
    assert [record["loss"] for record in step["history"]] == [record["loss"] for record in whole["history"]]
    for first in (0, 2):
        assert step["history"][first + 1]["loss"] < step["history"][first]["loss"]
    for name, array in load_file(folder / "model" / "model.safetensors").items():
        np.testing.assert_array_equal(array, resumed[name], err_msg=name)
    assert sorted(path.name for path in folder.iterdir()) == ["figures.json", "key.json", "model"]


def test_new_student_becomes_an_integer_only_file(make_recipe, trained, tmp_path):
    recipe = load_recipe(trained.parent / "recipe.yaml").model_dump(mode="json")
    steps = [STUDENT, {"method": "distill_outputs", "epochs": 6, "batch_size": 8, "learning_rate": 3e-3}]
    recipe |= {"output": str(tmp_path / "run"), "compress": steps}
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps(recipe))

    run = run_pipeline(load_recipe(path), trained=trained, stages=["compress", "export"])

    assert run.record.stages["compress"][1]["figures"]["accuracy"] > 0.8
    assert run.record.stages["export"]["forms"]["int8"]["audit"]["passed"]


def test_teachers_teach_by_the_mean_of_their_outputs(compressed, trained, make_tiny_bert, tmp_path):
    from tfbert_edge.stages.network import saved_network
    from tfbert_edge.stages.teachers import other_teachers, teacher_answers
    from tfbert_edge.training.evaluation import predict

    run = compressed({"method": "distill_outputs", "teachers": [str(trained)], "epochs": 1})
    tokenizer = saved_network(run, run.model_folder).tokenizer
    train = run.features(run.data.train, tokenizer)
    network = saved_network(run, run.model_folder)
    network.model.get_layer("head.classifier").set_weights([np.zeros((32, 2)), np.array([8.0, -2.0])])
    save_network(run, network, tmp_path / "other")
    step = run.recipe.compress[0].model_copy(update={"teachers": (str(tmp_path / "other"),)})
    own = predict(saved_network(run, run.model_folder).model, train)

    found = teacher_answers(run, train, others=other_teachers(run, step))

    np.testing.assert_allclose(found.logits, (own + np.array([8.0, -2.0])) / 2, atol=1e-4)


@pytest.mark.parametrize(
    ("steps", "error", "expected"),
    [
        (
            [PRUNE, {"method": "distill_outputs", "unlabelled": {"path": "absent.txt"}}],
            DataError,
            r"no file absent\.txt .*Set compress\.1\.unlabelled\.path",
        ),
        (
            [PRUNE, {"method": "distill_layers", "layer_map": [2]}],
            RecipeError,
            r"compress\.1: layer_map .* from 0 to 1 for each of the student's 1, was",
        ),
        (
            [{**STUDENT, "preset": "bert-mini", "hidden_size": 64, "heads": 4}, RELATIONS],
            RecipeError,
            r"compress\.0: embeddings: teacher needs .* teacher's 32, it is 64 wide",
        ),
        (
            [STUDENT, {**PATIENT, "layer_map": "last"}],
            RecipeError,
            r"compress\.1: .* student is 24 wide and the teacher 32",
        ),
        (
            [STUDENT, {**RELATIONS, "relation_heads": 5}],
            RecipeError,
            r"compress\.1: relation_heads .*Set it to one of 1, 2, 4, 8",
        ),
        (
            [STUDENT, {**PROGRESSIVE, "attention_weight": 1.0}, OUTPUTS],
            RecipeError,
            r"compress\.1: attention_weight compares the heads",
        ),
        (
            [STUDENT, {**PROGRESSIVE, "layer_map": [0, 7]}, OUTPUTS],
            RecipeError,
            r"compress\.1: layer_map must be",
        ),
        (
            [STUDENT, {"method": "distill_layers", "attention_weight": 1.0}],
            RecipeError,
            r"compress\.1: attention_weight compares the heads",
        ),
        (
            [{"method": "distill_outputs", "teachers": ["absent"]}],
            CompressionError,
            r"compress\.0\.teachers: absent must be the folder of a trained run",
        ),
        (
            [{"method": "prune_layers", "keep": 2}],
            RecipeError,
            r"compress\.0\.keep: must be below",
        ),
    ],
)
def test_steps_that_do_not_fit_are_refused_before_any_of_them_runs(
    steps, error, expected, compressed, tmp_path
):
    with pytest.raises(error, match=expected):
        compressed(*steps)
    assert not list((tmp_path / "run" / "compress").glob("*/figures.json"))


@pytest.mark.parametrize("changed", ["vocabulary", "labels", "length"])
def test_teacher_that_cannot_answer_says_why(changed, compressed, trained, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(trained / "train" / "model", other)
    if changed == "vocabulary":
        words = (other / "vocab.txt").read_text().split("\n")
        (other / "vocab.txt").write_text("\n".join([*words[:-3], words[-2], words[-3], ""]))
        for extra in ("tokenizer.json",):
            (other / extra).unlink(missing_ok=True)
    else:
        config = json.loads((other / "config.json").read_text())
        config |= {
            "labels": {"id2label": {"0": "no", "1": "yes"}},
            "length": {"max_position_embeddings": 16},
        }[changed]
        (other / "config.json").write_text(json.dumps(config))
    expected = {
        "vocabulary": "must have this run's vocabulary",
        "labels": "must have the labels negative, positive, in this order, has no, yes",
        "length": "must read data.max_length 32 word pieces, reads 16",
    }[changed]

    with pytest.raises(CompressionError, match=expected):
        compressed({"method": "distill_outputs", "teachers": [str(other)]})


def test_steps_are_held_against_the_checkpoint_before_it_is_trained(make_recipe, tmp_path):
    path = make_recipe(tmp_path, compress=[STUDENT, {**PATIENT, "epochs": 1}])

    with pytest.raises(RecipeError, match="student is 24 wide and the teacher 32"):
        run_pipeline(load_recipe(path))

    assert not (tmp_path / "run" / "train" / "model").exists()
