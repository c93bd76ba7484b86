"""run.json: what stands in it is finished."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from tfbert_edge.errors import RunError
from tfbert_edge.stages.record import RunRecord


def test_record_after_describe_says_command_host_versions_and_recipe_hash(tmp_path):
    record = RunRecord.new(tmp_path, name="films", seed=3)
    record.describe(command="tfbert-edge run films", recipe_text="name: films\n")
    record.save()

    written = json.loads((tmp_path / "run.json").read_text())

    assert written["schema_version"] == 1
    assert (written["name"], written["seed"], written["command"]) == ("films", 3, "tfbert-edge run films")
    assert written["recipe_sha256"] == hashlib.sha256(b"name: films\n").hexdigest()
    assert written["recipe"] == {"name": "films"}
    assert written["host"]["machine"] == os.uname().machine
    assert written["host"]["cores"] == len(os.sched_getaffinity(0))
    assert {"python", "tfbert-edge", "numpy", "ai-edge-litert"} <= written["versions"].keys()


def test_record_described_without_measuring_keeps_the_command_of_the_figures(tmp_path):
    record = RunRecord.new(tmp_path, name="films", seed=3)
    record.describe(command="tfbert-edge run films", recipe_text="name: films\n")
    record.describe(command="tfbert-edge report x", recipe_text="name: other\n", measures=False)

    assert record.content["command"] == "tfbert-edge run films"
    assert record.content["recipe"] == {"name": "other"}


def test_finish_is_seen_by_another_process_that_loads(tmp_path):
    record = RunRecord.new(tmp_path, name="films", seed=3)
    record.finish("train", {"figures": {"accuracy": 0.5}})

    again = RunRecord.load(tmp_path)

    assert again.finished("train")
    assert not again.finished("export")
    assert again.stages["train"]["figures"] == {"accuracy": 0.5}


def test_forget_drops_the_stage_and_all_after_it(tmp_path):
    record = RunRecord.new(tmp_path, name="films", seed=3)
    for stage in ("train", "compress", "export", "validate"):
        record.finish(stage, {})

    assert record.forget("export") == ["export", "validate"]
    assert list(record.stages) == ["train", "compress"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema_version": 1}'])
def test_load_of_damaged_record_says_overwrite(tmp_path, content):
    (tmp_path / "run.json").write_text(content)

    with pytest.raises(RunError, match="--overwrite"):
        RunRecord.load(tmp_path)


def test_load_of_newer_schema_names_both_versions(tmp_path):
    (tmp_path / "run.json").write_text('{"schema_version": 99, "stages": {}}')

    with pytest.raises(RunError, match=r"schema version 99.*reads 1"):
        RunRecord.load(tmp_path)


def test_save_of_another_worker_writes_nothing(tmp_path):
    record = RunRecord.new(tmp_path, name="films", seed=3, on_disk=False)

    record.finish("train", {})

    assert list(tmp_path.iterdir()) == []
