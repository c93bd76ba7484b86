"""Exit codes: 0 done, 1 the user's input, 2 a gate failed, 3 a bug, 130 interrupted; and no traceback unasked."""

from __future__ import annotations

import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.errors import GateError


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def load_recipe(*_):
        raise error

    monkeypatch.setattr("tfbert_edge.recipe.load_recipe", load_recipe)


def test_run_of_version_prints_it_and_returns_0(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == "0.1.0"


@pytest.mark.parametrize(
    "command",
    [
        "",
        "run",
        "train",
        "compress",
        "export",
        "validate",
        "report",
        "bundle",
        "predict",
        "benchmark",
        "audit",
        "android",
        "device validate",
        "device benchmark",
        "doctor",
    ],
)
def test_help_of_every_command_returns_0_with_an_example(capsys, command):
    assert run([*command.split(), "--help"]) == 0

    shown = capsys.readouterr().out
    assert "Usage" in shown
    assert not command or f"tfbert-edge {command}" in shown


@pytest.mark.parametrize(
    "arguments", [["run", "--nope"], ["nope"], ["run"], ["benchmark", "a", "--runs", "0"]]
)
def test_run_of_wrong_usage_returns_1_and_explains_on_stderr(capsys, arguments):
    assert run(arguments) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert "Usage" in said.err


def test_users_mistake_returns_1_without_traceback(capsys):
    assert run(["run", "no-such-recipe"]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: no recipe 'no-such-recipe'")
    assert "Traceback" not in said.err


@pytest.mark.parametrize("arguments", [["--debug", "run", "no-such"], ["run", "no-such", "--debug"]])
def test_users_mistake_with_debug_shows_the_traceback_too(capsys, arguments):
    assert run(arguments) == 1
    assert "Traceback" in capsys.readouterr().err


def test_gate_that_fails_returns_2(capsys, monkeypatch):
    fails_with(monkeypatch, GateError("1 of 1 gate failed"))

    assert run(["run", "rotten-tomatoes"]) == 2
    assert capsys.readouterr().err == "error: 1 of 1 gate failed\n"


def test_bug_returns_3_in_one_line_that_names_debug(capsys, monkeypatch):
    fails_with(monkeypatch, KeyError("nowhere"))

    assert run(["run", "rotten-tomatoes"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("bug: KeyError: 'nowhere'.")
    assert "--debug" in said
    assert said.count("\n") == 1


def test_interruption_returns_130(monkeypatch):
    fails_with(monkeypatch, KeyboardInterrupt())

    assert run(["run", "rotten-tomatoes"]) == 130


def test_interruption_of_the_stages_says_how_to_resume(capsys, monkeypatch, tmp_path):
    def run_pipeline(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("tfbert_edge.pipeline.run_pipeline", run_pipeline)

    assert run(["run", "rotten-tomatoes", "--set", "seed=3", "--output", str(tmp_path)]) == 130
    assert (
        f"tfbert-edge run rotten-tomatoes --set seed=3 --output {tmp_path} --resume"
        in capsys.readouterr().err
    )


def test_all_mistakes_of_a_recipe_come_in_one_run(capsys):
    assert run(["run", "rotten-tomatoes", "--set", "training.epoch=2", "--set", "data.max_length=1"]) == 1

    said = capsys.readouterr().err
    assert "training.epoch" in said
    assert "data.max_length" in said


def test_stage_of_a_folder_that_is_no_run_returns_1(capsys, tmp_path):
    assert run(["validate", str(tmp_path)]) == 1
    assert "error: " in capsys.readouterr().err
