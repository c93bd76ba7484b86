"""The run folder: made, taken up, replaced, refused. Whole runs are in tests/integration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfbert_edge.console import Console
from tfbert_edge.errors import RunError
from tfbert_edge.pipeline import STAGES, continue_run, open_run, run_stage
from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages.record import RunRecord

QUIET = Console(quiet=True)


def recipe(*overrides: str):
    return load_recipe("rotten-tomatoes", overrides)


def finished_run(folder: Path, *stages: str) -> Path:
    run = open_run(recipe(), output=folder, console=QUIET)
    for stage in stages:
        run.record.finish(stage, {})
    return folder


def test_open_run_in_new_folder_writes_resolved_recipe_and_record(tmp_path):
    open_run(
        recipe("data.max_length=48"),
        output=tmp_path / "a" / "run",
        console=QUIET,
        command="tfbert-edge run x",
    )

    assert load_recipe(tmp_path / "a" / "run" / "recipe.yaml") == recipe("data.max_length=48")
    record = json.loads((tmp_path / "a" / "run" / "run.json").read_text())
    assert record["command"] == "tfbert-edge run x"
    assert record["stages"] == {}


def test_open_run_without_output_uses_the_recipes_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert open_run(recipe(), console=QUIET).folder == Path("runs/rotten-tomatoes")


def test_open_run_on_a_run_without_resume_or_overwrite_names_both(tmp_path):
    folder = finished_run(tmp_path / "run", "train")

    with pytest.raises(RunError, match=r"holds a run already.*--resume.*--overwrite"):
        open_run(recipe(), output=folder, console=QUIET)

    assert RunRecord.load(folder).finished("train")


@pytest.mark.parametrize("flag", [{}, {"resume": True}, {"overwrite": True}])
def test_open_run_on_a_folder_of_something_else_leaves_it_alone(tmp_path, flag):
    (tmp_path / "thesis.tex").write_text("years of work")

    with pytest.raises(RunError, match="holds no run"):
        open_run(recipe(), output=tmp_path, console=QUIET, **flag)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_open_run_on_a_file_says_so(tmp_path):
    (tmp_path / "run").write_text("")

    with pytest.raises(RunError, match="it is a file"):
        open_run(recipe(), output=tmp_path / "run", console=QUIET)


def test_open_run_with_overwrite_removes_what_the_run_wrote_and_nothing_else(tmp_path):
    folder = finished_run(tmp_path / "run", "train", "compress")
    (folder / "train").mkdir()
    (folder / "train" / "history.json").write_text("[]")
    (folder / "notes.txt").write_text("mine")

    run = open_run(recipe("seed=4"), output=folder, overwrite=True, console=QUIET)

    assert run.record.stages == {}
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt", "recipe.yaml", "run.json"]


def test_open_run_with_resume_keeps_what_is_finished(tmp_path):
    folder = finished_run(tmp_path / "run", "train", "compress", "export")

    run = open_run(recipe(), output=folder, resume=True, console=QUIET)

    assert list(run.record.stages) == ["train", "compress", "export"]


def test_open_run_with_resume_where_there_is_no_run_starts_one(tmp_path):
    assert open_run(recipe(), output=tmp_path / "run", resume=True, console=QUIET).record.stages == {}


def test_open_run_killed_before_its_record_was_written_starts_anew(tmp_path):
    (tmp_path / "recipe.yaml").write_text("name: rotten-tom")

    assert open_run(recipe(), output=tmp_path, resume=True, console=QUIET).record.stages == {}


def test_resume_with_other_training_names_the_fields_and_overwrite(tmp_path):
    folder = finished_run(tmp_path / "run", "train")

    with pytest.raises(RunError, match=r"training\.epochs.*--overwrite") as caught:
        open_run(recipe("training.epochs=5", "seed=9"), output=folder, resume=True, console=QUIET)

    assert "seed" in str(caught.value)
    assert RunRecord.load(folder).finished("train")


def test_resume_with_other_export_runs_export_and_later_stages_again_and_says_so(tmp_path, capsys):
    folder = finished_run(tmp_path / "run", *STAGES)

    run = open_run(recipe("export.sequence_length=32"), output=folder, resume=True, console=Console())

    assert list(run.record.stages) == ["train", "compress"]
    assert list(RunRecord.load(folder).stages) == ["train", "compress"]
    assert load_recipe(folder / "recipe.yaml").export.sequence_length == 32
    said = capsys.readouterr().err
    assert "export.sequence_length" in said
    assert "export, validate, report, bundle" in said


def test_resume_with_other_training_while_training_is_under_way_keeps_the_snapshots(tmp_path):
    folder = finished_run(tmp_path / "run")
    (folder / "train" / "snapshots").mkdir(parents=True)

    with pytest.raises(RunError, match=r"training\.epochs.*--overwrite"):
        open_run(recipe("training.epochs=5"), output=folder, resume=True, console=QUIET)

    assert (folder / "train" / "snapshots").exists()


def test_resume_with_other_training_before_anything_was_trained_takes_it(tmp_path):
    folder = finished_run(tmp_path / "run")

    assert open_run(recipe("seed=5"), output=folder, resume=True, console=QUIET).recipe.seed == 5


def test_continue_run_for_one_stage_refuses_a_change_that_an_earlier_one_reads(tmp_path):
    folder = finished_run(tmp_path / "run", *STAGES)

    with pytest.raises(RunError, match=r"export\.sequence_length, which stage 'export' reads"):
        continue_run(recipe("export.sequence_length=32"), folder, from_stage="validate", console=QUIET)

    assert list(RunRecord.load(folder).stages) == list(STAGES)


def test_continue_run_without_a_run_says_it_is_none(tmp_path):
    with pytest.raises(RunError, match="is not a run folder"):
        continue_run(recipe(), tmp_path, console=QUIET)


def test_run_stage_before_the_one_it_reads_says_which_and_how(tmp_path):
    run = open_run(recipe(), output=tmp_path / "run", console=QUIET)

    with pytest.raises(RunError, match=r"'export' reads what 'train' writes.*--resume"):
        run_stage(run, "export")
