"""What a recipe says about a compression step reaches the code that does it: each step runs up to its training, or its removal,
with every option unlike its default, and what arrives there is compared with what was said."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from tfbert_edge.console import Console
from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages.compress import METHODS
from tfbert_edge.stages.record import RunRecord
from tfbert_edge.stages.run import Run

TRAINING = {
    "epochs": 2,
    "batch_size": 5,
    "learning_rate": 0.02,
    "warmup_ratio": 0.5,
    "weight_decay": 0.03,
    "adversarial": 0.07,
}
OUTPUTS = {"task_weight": 0.15, "distill_weight": 0.35, "temperature": 1.5}
# method -> its own options, and those of them that go by other names where they arrive.
STUDENTS = {
    "distill_outputs": ({"cosine_weight": 0.25, **OUTPUTS}, {}),
    "distill_layers": (
        {
            "layer_map": [1, 0],
            "embedding_weight": 0.2,
            "hidden_weight": 0.3,
            "attention_weight": 0.4,
            **OUTPUTS,
        },
        {"layer_map": "layers"},
    ),
    "distill_patient": ({"layer_map": [1], "patient_weight": 0.6, **OUTPUTS}, {"layer_map": "layers"}),
    "distill_relations": (
        {
            "teacher_layer": 0,
            "relations": ["key-value"],
            "relation_heads": 2,
            "relation_weight": 0.6,
            **OUTPUTS,
        },
        {"teacher_layer": "layer"},
    ),
    "prune_weights": (
        {
            "sparsity": 0.3,
            "begin_ratio": 0.1,
            "end_ratio": 0.9,
            "frequency": 2,
            "pattern": "4x1",
            "embeddings": True,
            "exclude": ["*.attention.key"],
            **OUTPUTS,
        },
        {},
    ),
    "prune_movement": (
        {
            "remaining": 0.4,
            "begin_ratio": 0.2,
            "end_ratio": 0.7,
            "frequency": 3,
            "score_learning_rate": 0.5,
            **OUTPUTS,
        },
        {},
    ),
    "lottery_ticket": ({"sparsity": 0.3, "rounds": 3}, {}),
    "distill_progressive": (
        {"layer_map": [1, 0], "feature_weight": 0.2, "attention_weight": 0.3, "lower_rate": 0.25},
        {"layer_map": "layers"},
    ),
}


# What a recipe must have after a step, or is refused.
AFTER = {
    "new_student": [{"method": "distill_outputs"}],
    "replace_blocks": [{"method": "distill_outputs"}],
    "mixed_precision": [{"method": "quantize_aware"}],
}


class Arrived(Exception):
    """The step has come to where its options are used."""


@pytest.fixture(scope="module")
def trained(tiny_bert_folder, tmp_path_factory):
    """The folder of a run with a fine-tuned model, which has not learned anything."""
    from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint
    from tfbert_edge.runtime.tokenizer import Tokenizer

    folder = tmp_path_factory.mktemp("run")
    loaded = load_checkpoint(tiny_bert_folder, head="classification", num_outputs=2)
    save_checkpoint(
        loaded.model,
        loaded.config,
        folder / "train" / "model",
        tokenizer=Tokenizer.from_folder(tiny_bert_folder),
        labels=("bad", "good"),
        task_type="classification",
    )
    lines = [
        f"the film is {'good' if at % 2 else 'bad'} {at},{'good' if at % 2 else 'bad'}" for at in range(30)
    ]
    (folder / "data.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    return folder


@pytest.fixture
def arrive(trained, tiny_bert_folder, tmp_path, monkeypatch):
    """``arrive(method, options, place, name)``: what ``place.name`` is called with when the step runs; it goes no further."""

    def run(method, options, place, name):
        before = [{"method": "prune_neurons", "amount": 0.5}] if method.startswith("distill_") else []
        recipe = {
            "name": "options",
            "task": {"type": "classification", "labels": ["bad", "good"]},
            "model": {"checkpoint": str(tiny_bert_folder)},
            "data": {
                "train": {"path": str(trained / "data.csv")},
                "validation": {"holdout": 10},
                "max_length": 16,
            },
            "training": {"precision": "float32"},
            "compress": [*before, {"method": method, **options}, *AFTER.get(method, ())],
            "export": {"forms": ["int8", "int4"] if method == "mixed_precision" else ["int8"]},
        }
        path = tmp_path / "recipe.yaml"
        path.write_text(yaml.safe_dump(recipe))
        found = SimpleNamespace()

        def record(*args, **kwargs):
            found.args, found.kwargs = args, kwargs
            raise Arrived

        monkeypatch.setattr(importlib.import_module(f"tfbert_edge.stages.{place}"), name, record)
        module, function = METHODS[method]
        step = getattr(importlib.import_module(f"tfbert_edge.stages.{module}"), function)
        read = load_recipe(path)
        one = Run(
            trained, read, RunRecord.new(trained, name="options", seed=0, on_disk=False), Console(quiet=True)
        )
        with pytest.raises(Arrived):
            step(one, read.compress[len(before)], trained / "train" / "model", tmp_path)
        return found

    return run


@pytest.mark.parametrize("method", STUDENTS)
def test_options_of_a_student_reach_its_training(method, arrive):
    own, names = STUDENTS[method]
    place = "distill_progressive" if method == "distill_progressive" else "student"
    taught = {**TRAINING, **own, **({"masking": "hard"} if method == "prune_movement" else {})}

    given = arrive(method, taught, place, "fine_tune").kwargs

    settings = dict(given["settings"][method])
    for hook in given["hooks"]:
        settings |= hook.key
    assert {names.get(name, name): value for name, value in own.items()} == {
        name: _plain(settings[name]) for name in (names.get(name, name) for name in own)
    }
    optimizer = given["optimizer"]
    schedule = optimizer._learning_rate
    assert given["batches"].batch_size == 5 and given["epochs"] == 2
    assert (given["adversarial"], float(optimizer.weight_decay)) == (0.07, 0.03)
    assert (schedule.learning_rate, schedule.total_steps, schedule.warmup_steps) == (0.02, 8, 4)
    rates = set(np.round(optimizer._rate_scales, 6))
    assert rates == ({1.0, 25.0} if method == "prune_movement" else {1.0})


@pytest.mark.parametrize(
    ("method", "level"), [("prune_weights", {"sparsity": 0.5}), ("prune_movement", {"remaining": 0.5})]
)
@pytest.mark.parametrize("frozen", [True, False])
def test_embeddings_train_in_pruning_unless_they_are_frozen(frozen, method, level, arrive):
    given = arrive(method, {**level, "freeze_embeddings": frozen}, "student", "fine_tune").kwargs

    assert given["freezing"].embeddings is frozen


def test_layers_below_learn_at_the_share_of_the_rate_that_was_asked_for(arrive):
    options = {"lower_rate": 0.25, "weight_decay": 0.03}

    assert arrive("distill_progressive", options, "distill_progressive", "layer_training").kwargs == options


def test_soft_movement_gets_its_penalty_and_threshold(arrive):
    options = {"masking": "soft", "penalty": 3.0, "threshold": 0.3}

    (hook, *_) = arrive("prune_movement", options, "student", "fine_tune").kwargs["hooks"]

    assert options.items() <= hook.key.items()


def test_options_of_quantize_aware_training_reach_it(arrive):
    settings = {name: value for name, value in TRAINING.items() if name not in ("batch_size", "adversarial")}
    settings |= {**OUTPUTS, "range_learning_rate": 0.5, "hidden_weight": 0.6}

    given = arrive(
        "quantize_aware", {**settings, "batch_size": 5, "examples": 12}, "quantize_aware", "quantize_aware"
    )

    assert vars(given.kwargs["settings"]) == settings
    assert given.kwargs["batches"].batch_size == 5 and len(given.kwargs["batches"].features) == 12


def test_pieces_to_replace_reach_the_batches_of_quantize_aware_training(arrive):
    given = arrive("quantize_aware", {"replace_pieces": 0.2}, "quantize_aware", "quantize_aware")

    replaced = given.kwargs["batches"]
    kept = {replaced.batches.features.input_ids[0][at] for at in (0, -1)}  # [CLS] and [SEP]
    assert replaced.share == 0.2
    assert kept <= set(replaced.special.tolist()) and len(replaced.special) == 5


def test_activation_ranges_begin_at_the_percentile_that_was_asked_for(arrive):
    found = arrive("quantize_aware", {"percentile": 97.0}, "quantize_aware", "calibrate")

    assert found.kwargs == {"percentile": 97.0}


@pytest.mark.parametrize(
    ("method", "options", "place"),
    [
        ("prune_layers", {"keep": 1, "choice": "greedy"}, "prune"),
        ("prune_heads", {"amount": 0.3, "rounds": 3}, "prune"),
        ("prune_neurons", {"amount": 0.3, "rounds": 3}, "prune"),
        ("tame_activations", {}, "tame_activations"),
        (
            "replace_blocks",
            {"normalization": "no_norm", "activation": "relu", "heads": 2},
            "replace_blocks",
        ),
    ],
)
def test_options_of_a_removal_reach_it_with_as_many_examples_as_asked(method, options, place, arrive):
    given = arrive(method, {**options, "examples": 7}, place, method).kwargs

    assert options.items() <= given.items()
    assert sum(batch["example_weight"].sum() for batch in given["batches"]()) == 7


@pytest.mark.parametrize("by", ["hessian", "loss"])
def test_options_of_mixed_precision_reach_its_measure(by, arrive):
    options = {"by": by, "int4_share": 0.5, "examples": 7, **({"draws": 3} if by == "hessian" else {})}

    given = arrive("mixed_precision", options, "mixed_precision", f"{by}_sensitivity")

    assert sum(batch["example_weight"].sum() for batch in given.args[2]()) == 7
    assert given.kwargs.get("draws") == options.get("draws")


@pytest.mark.parametrize(
    ("method", "options", "place"),
    [
        ("factorize_embeddings", {"size": 4}, "share"),
        ("share_layers", {"groups": [[1, 0]], "init": "mean"}, "share"),
    ],
)
def test_options_of_sharing_reach_it(method, options, place, arrive):
    given = arrive(method, options, place, method).kwargs

    assert options == {name: _plain(given[name]) for name in options}


def test_options_of_a_new_student_reach_it(arrive):
    options = {"preset": "tiny", "layers": 3, "hidden_size": 20, "heads": 5, "neurons": 28}
    options |= {"activation": "relu", "embeddings": "random"}

    given = arrive("new_student", options, "new_student", "new_student")

    config = given.args[1]
    assert given.kwargs["embeddings"] == "random"
    assert (config.num_layers, config.hidden_size, config.hidden_act) == (3, 20, "relu")
    assert (config.num_heads, config.intermediate_sizes) == ((5,) * 3, (28,) * 3)


def _plain(value):
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
