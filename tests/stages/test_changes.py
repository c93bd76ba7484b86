"""Which stages a changed recipe leaves standing."""

from __future__ import annotations

import pytest

from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages.changes import STAGES, changed_fields, first_affected, first_stage, with_defaults


def dumped(*overrides: str) -> dict:
    return load_recipe("rotten-tomatoes", overrides).model_dump(mode="json")


@pytest.mark.parametrize(
    ("override", "field", "stage"),
    [
        ("seed=1", "seed", "train"),
        ("data.max_length=32", "data.max_length", "train"),
        ("training.learning_rate=1e-5", "training.learning_rate", "train"),
        ("model.hidden_dropout=0.2", "model.hidden_dropout", "train"),
        ("data.train.limit=100", "data.train.limit", "train"),
        ("data.calibration_examples=8", "data.calibration_examples", "compress"),
        ("name=other", "name", "export"),
        ("export.sequence_length=32", "export.sequence_length", "export"),
        ("model.trim_vocabulary.enabled=false", "model.trim_vocabulary.enabled", "train"),
        ("validate.examples=10", "validate.examples", "export"),
        ("validate.gates.max_size_mib=3", "validate.gates.max_size_mib", "validate"),
        ("bundle.zip=false", "bundle.zip", "bundle"),
    ],
)
def test_first_stage_of_changed_field_is_the_first_that_reads_it(override, field, stage):
    assert changed_fields(dumped(), dumped(override)) == [field]
    assert first_stage(field) == stage


@pytest.mark.parametrize(
    "override", ["training.checkpoint_seconds=5", "training.tensorboard=true", "output=elsewhere"]
)
def test_first_affected_with_change_that_no_result_depends_on_is_none(override):
    changed = changed_fields(dumped(), dumped(override))

    assert len(changed) == 1
    assert first_affected(changed) is None


def test_first_affected_with_changes_in_several_blocks_is_the_earliest():
    changed = changed_fields(dumped(), dumped("bundle.zip=false", "export.sequence_length=32"))

    assert first_affected(changed) == "export"


def test_first_affected_with_another_length_is_compression_where_bytes_are_planned():
    steps = load_recipe(
        "rotten-tomatoes",
        [
            "compress=[{method: mixed_precision, int4_share: 0.5}, {method: quantize_aware}]",
            "export.forms=[int8, int4]",
        ],
    ).compress
    changed = changed_fields(dumped(), dumped("export.sequence_length=32"))

    assert first_affected(changed, steps=steps) == "compress"
    assert first_affected(changed, steps=steps[1:]) == "export"


def test_changed_fields_of_equal_recipes_is_empty():
    assert changed_fields(dumped(), dumped()) == []


def test_every_field_of_the_recipe_has_a_stage_or_none():
    def leaves(value, path=""):
        if isinstance(value, dict):
            for key, one in value.items():
                yield from leaves(one, f"{path}.{key}" if path else key)
        else:
            yield path

    assert {first_stage(path) for path in leaves(dumped())} == {*STAGES} - {"report"} | {None}


def test_recipe_of_an_earlier_version_counts_its_missing_fields_as_defaults():
    stored, unreadable = dumped(), dumped()
    del stored["training"]["adversarial"]
    unreadable["training"]["of_another_version"] = 1
    del unreadable["training"]["adversarial"]

    assert changed_fields(with_defaults(stored), dumped()) == []
    assert changed_fields(with_defaults(stored), dumped("training.adversarial=0.1")) == [
        "training.adversarial"
    ]
    assert "training.of_another_version" in changed_fields(with_defaults(unreadable), dumped())
