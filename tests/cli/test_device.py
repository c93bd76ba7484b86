"""``tfbert-edge device``, against the scripted phone."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tfbert_edge.cli.main import run

_spec = importlib.util.spec_from_file_location(
    "device_fixtures", Path(__file__).parents[1] / "device" / "conftest.py"
)
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

make_bundle = _fixtures.make_bundle
phone = _fixtures.phone


def test_validate_that_keeps_its_limits_prints_a_table_and_returns_0(phone, make_bundle, capsys):
    assert run(["device", "validate", str(make_bundle())]) == 0

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "host phone",
        "examples 8 8",
        "accuracy 0.8750 0.8750",
        "f1_macro 0.8700 0.8600",
        "threads 1 1",
        "p50 ms 2.50 8.00",
        "p90 ms 3.50 9.00",
        "p99 ms 4.00 12.00",
        "tokenize p50 ms - 0.250",
        "decode p50 ms - 0.250",
        "golden differences - 0 of 60",
        "peak memory MiB - 96.5",
        "passed max_accuracy_drop: at most 0.5 points (accuracy lost against the host), measured 0 points",
        "passed max_golden_differences: at most 0 (decided otherwise of 60 golden texts), measured 0",
        "passed golden id_differences: at most 0 (tokenized otherwise of 60 golden texts), measured 0",
        "passed golden answer_differences: at most 0 (decoded otherwise of 60 golden texts), measured 0",
        "passed golden mean_difference: at most 0.02 (mean difference of the outputs of 60 golden texts), measured 0.004",
        "phone: Acme One, Android API 34, arm64-v8a, 8 cores, LiteRT 2.16.1",
        "host: unknown processor, figures of manifest.json",
    ]


@pytest.mark.parametrize(
    ("changes", "options", "code", "said"),
    [
        # One of 8 examples is 12.5 points.
        ({"metrics": {"accuracy": 0.75}}, [], 2, "max_accuracy_drop: at most 0.5 points"),
        ({"metrics": {"accuracy": 0.75}}, ["--max-accuracy-drop", "12.5"], 0, ""),
        ({"golden_changes": {"differences": 1}}, [], 2, "max_golden_differences: at most 0"),
        ({"golden_changes": {"differences": 2}}, ["--max-golden-differences", "2"], 0, ""),
        (
            {"golden_changes": {"id_differences": 1}},
            ["--max-golden-differences", "9"],
            2,
            "golden id_differences",
        ),
        ({"golden_changes": {"mean_difference": 0.021}}, [], 2, "golden mean_difference: at most 0.02"),
        ({}, ["--max-latency-ms", "8.5"], 2, "max_latency_ms: at most 8.5 ms"),
        ({}, ["--max-latency-ms", "8.5", "--threads", "2"], 0, ""),
        ({"metrics": {"accuracy": 0.0}, "golden_changes": {"differences": 9}}, ["--no-gates"], 0, ""),
    ],
)
def test_validate_returns_2_when_a_gate_fails_and_prints_the_table_either_way(
    phone, make_bundle, capsys, changes, options, code, said
):
    phone.set(**changes)

    assert run(["device", "validate", str(make_bundle()), *options]) == code

    printed = capsys.readouterr()
    assert "accuracy" in printed.out and "Acme One" in printed.out
    assert said in printed.err
    assert ("FAILED" in printed.out) == (code == 2)
    assert phone.files == []


def test_validate_as_json_holds_report_host_and_gates(phone, make_bundle, capsys, tmp_path):
    output = tmp_path / "out" / "result.json"
    command = ["device", "validate", str(make_bundle()), "--threads", "4", "--json", "--output", str(output)]

    assert run(command) == 0

    result = json.loads(capsys.readouterr().out)
    assert json.loads(output.read_text()) == result
    assert result["report"]["latency_ms"]["p50"] == 2.0
    assert result["host"]["metrics"]["accuracy"] == 0.875
    assert [(gate["name"], gate["measured"], gate["passed"]) for gate in result["gates"]] == [
        ("max_accuracy_drop", 0.0, True),
        ("max_golden_differences", 0, True),
        ("golden id_differences", 0, True),
        ("golden answer_differences", 0, True),
        ("golden mean_difference", 0.004, True),
    ]


def test_validate_of_figures_that_cannot_be_compared_says_so_before_the_phone_is_busy(
    phone, make_bundle, capsys
):
    evaluation = {"examples": 1000, "primary_metric": "accuracy", "metrics": {"accuracy": 0.83}}
    bundle = str(make_bundle(evaluation=evaluation))

    assert run(["device", "validate", bundle]) == 1
    assert "of 1,000 examples, the bundle carries 8" in capsys.readouterr().err
    assert phone.commands == []
    assert run(["device", "validate", bundle, "--no-gates"]) == 0
    assert "1,000" in capsys.readouterr().out


def test_validate_compares_with_the_run_that_is_named(phone, make_bundle, capsys, tmp_path):
    bundle = make_bundle()
    evaluation = {"examples": 8, "primary_metric": "accuracy", "metrics": {"accuracy": 1.0}}
    forms = {"int8": {"size_bytes": (bundle / "model.tflite").stat().st_size, "metrics": {}}}
    stages = {"validate": {"forms": forms}, "bundle": {"form": "int8", "evaluation": evaluation}}
    (tmp_path / "run.json").write_text(json.dumps({"stages": stages, "host": {"processor": "Xeon"}}))

    assert run(["device", "validate", str(bundle), "--run", str(tmp_path / "run.json")]) == 2

    printed = capsys.readouterr()
    assert "measured 12.5 points" in printed.err
    assert f"host: Xeon, figures of {tmp_path / 'run.json'}" in printed.out


def test_validate_when_the_phone_left_examples_out_is_an_error(phone, make_bundle, capsys):
    phone.set(report_changes={"examples": 7})

    assert run(["device", "validate", str(make_bundle())]) == 1
    assert "ran 7 examples, the bundle carries 8" in capsys.readouterr().err


def test_validate_on_the_named_phone_with_an_apk_and_little_time(phone, make_bundle, capsys, tmp_path):
    apk = tmp_path / "app.apk"
    apk.touch()
    other = {"serial": "emulator-5554", "state": "device", "details": "model:sdk transport_id:1"}
    phone.set(connected=[*phone.state["connected"], other], installed=False, silent=True)
    command = ["device", "validate", str(make_bundle()), "--apk", str(apk), "--timeout", "1"]

    assert run(command) == 1
    assert "2 phones are connected" in capsys.readouterr().err
    assert run([*command, "--serial", "emulator-5554"]) == 1
    assert "no report came from emulator-5554 (sdk) in 1 s" in capsys.readouterr().err
    assert {line[1] for line in phone.commands if line[0] == "-s"} == {"emulator-5554"}
    assert ["-s", "emulator-5554", "install", "-r", str(apk)] in phone.commands


def test_benchmark_times_every_number_of_threads_in_one_copy(phone, make_bundle, capsys):
    assert run(["device", "benchmark", str(make_bundle()), "--repeats", "30"]) == 0

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:6] for line in lines[1:4]] == [
        ["1", "8.00", "9.00", "12.00", "8.50", "30"],
        ["2", "4.00", "4.50", "6.00", "4.25", "30"],
        ["4", "2.00", "2.25", "3.00", "2.12", "30"],
    ]
    assert [line[-1] for line in lines[1:4]] == ["2.50", "-", "-"]
    assert sum(line[2:3] == ["push"] for line in phone.commands) == 1
    assert phone.files == []


def test_benchmark_of_named_threads_as_json(phone, make_bundle, capsys, tmp_path):
    output = tmp_path / "result.json"
    command = ["device", "benchmark", str(make_bundle()), "--threads", "2", "--json", "--output", str(output)]

    assert run(command) == 0

    result = json.loads(capsys.readouterr().out)
    assert [one["runtime"]["threads"] for one in result["reports"]] == [2]
    assert result["reports"][0]["mode"] == "benchmark"
    assert json.loads(output.read_text()) == result


def test_device_without_adb_is_one_line(make_bundle, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ANDROID_HOME", "ANDROID_SDK_ROOT"):
        monkeypatch.delenv(name, raising=False)

    assert run(["device", "validate", str(make_bundle())]) == 1

    said = capsys.readouterr().err
    assert said.startswith("error: adb is neither on the PATH") and said.count("\n") == 1
