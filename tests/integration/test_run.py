"""A whole recipe on a tiny BERT, through the command line's own entry."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tfbert_edge.cli.main import run

FORMS = ("float32", "dynamic", "int8")


@pytest.fixture(scope="module")
def finished(make_recipe, tmp_path_factory) -> Path:
    """The folder of a run that went all the way."""
    folder = tmp_path_factory.mktemp("whole")
    assert run(["run", str(make_recipe(folder))]) == 0
    return folder / "run"


@pytest.fixture(scope="module")
def record(finished: Path) -> dict:
    return json.loads((finished / "run.json").read_text())


def test_run_writes_every_folder_of_the_artifact_contract(finished):
    expected = ["recipe.yaml", "run.json", "train/model/config.json", "train/model/model.safetensors"]
    expected += ["train/model/tokenizer.json", "train/history.json", "export/vocab.txt", "export/labels.txt"]
    expected += [
        "export/reference.npz",
        "export/evaluation.jsonl",
        "export/audit.json",
        "export/calibration.json",
    ]
    expected += [f"export/{form}.tflite" for form in FORMS]
    expected += ["validate/figures.json", "report/report.md", "report/report.html", "bundle.zip"]
    expected += [f"bundle/{name}" for name in ("model.tflite", "manifest.json", "golden.jsonl", "README.md")]

    assert [name for name in expected if not (finished / name).is_file()] == []
    assert not (finished / "train" / "snapshots").exists()
    assert [path.name for path in finished.rglob(".*")] == []


def test_run_learns_what_the_adjectives_decide(record):
    history = record["stages"]["train"]["history"]

    assert history[-1]["loss"] < history[0]["loss"]
    assert record["stages"]["train"]["figures"]["accuracy"] > 0.9


def test_record_holds_data_host_versions_and_all_stages(record):
    assert record["data"]["train_examples"] == 120
    assert record["data"]["validation_examples"] == 40
    assert record["data"]["labels"] == ["negative", "positive"]
    assert list(record["stages"]) == ["train", "compress", "export", "validate", "report", "bundle"]
    assert record["stages"]["compress"] == []
    assert record["versions"]["tensorflow"].startswith("2.")
    assert record["command"].startswith("tfbert-edge")


def test_float32_form_gives_keras_answers(record):
    # XNNPACK sums in another order than TensorFlow: float32 rounding over two layers, no more.
    assert record["stages"]["validate"]["forms"]["float32"]["parity"]["max_abs"] < 1e-4
    assert record["stages"]["validate"]["forms"]["float32"]["parity"]["agreement"] == 1.0


def test_keras_figures_after_export_equal_those_of_training_where_trimming_costs_nothing(record):
    trained = record["stages"]["train"]["figures"]["accuracy"]

    assert record["stages"]["validate"]["keras"]["metrics"]["accuracy"] == pytest.approx(trained, abs=0.05)


def test_only_the_int8_form_is_integer_only(record):
    forms = record["stages"]["export"]["forms"]

    assert {form: figures["audit"]["passed"] for form, figures in forms.items()} == {
        "float32": False,
        "dynamic": False,
        "int8": True,
    }


def test_calibration_measures_every_method_and_takes_one_that_agrees_most(finished, record):
    calibration = json.loads((finished / "export" / "calibration.json").read_text())
    agreement = calibration["agreement"]

    assert set(agreement) == {"minmax", "percentile", "mse"}
    assert agreement[calibration["method"]] == max(agreement.values()) > 0.5
    assert calibration["examples"] == 32
    assert record["stages"]["export"]["calibration"]["method"] == calibration["method"]


def test_vocabulary_is_trimmed_to_the_texts_pieces(finished, record):
    sizes = record["stages"]["export"]["vocabulary"]
    pieces = (finished / "export" / "vocab.txt").read_text().splitlines()

    assert sizes["after"] == len(pieces) < sizes["before"]
    assert {"[PAD]", "[CLS]", "[SEP]", "film", "a", "##a"} <= set(pieces)
    assert "scene" in pieces  # in the sentences
    assert "warm" not in pieces  # in no sentence


def test_every_form_carries_vocabulary_and_labels(finished):
    for form in FORMS:
        with zipfile.ZipFile(finished / "export" / f"{form}.tflite") as archive:
            assert archive.read("labels.txt") == b"negative\npositive\n"
            assert archive.read("vocab.txt") == (finished / "export" / "vocab.txt").read_bytes()


def test_run_again_without_a_flag_is_refused_and_with_resume_does_nothing_anew(finished, capsys):
    before = (finished / "export" / "float32.tflite").stat().st_mtime_ns

    assert run(["run", str(finished / "recipe.yaml")]) == 1
    assert "--resume" in capsys.readouterr().err
    assert run(["run", str(finished / "recipe.yaml"), "--resume"]) == 0

    said = capsys.readouterr()
    assert (finished / "export" / "float32.tflite").stat().st_mtime_ns == before
    assert said.out.splitlines()[1].split()[:4] == ["Form", "Accuracy", "(points)", "Agreement"]
    assert [line.split()[0] for line in said.out.splitlines()[2:6]] == ["Keras", *FORMS]
    assert f"bundle: {finished / 'bundle.zip'}" in said.out


def test_predict_answers_arguments_and_says_json_lines(finished, capsys):
    assert run(["predict", str(finished / "bundle.zip"), "the film is great", "the plot is awful"]) == 0

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["label"] for answer in answers] == ["positive", "negative"]
    assert sum(score["score"] for score in answers[0]["scores"]) == pytest.approx(1.0, abs=0.02)


def test_predict_of_pairs_with_an_odd_text_returns_1(finished, capsys):
    assert run(["predict", str(finished / "bundle"), "--pair", "one"]) == 1
    assert "even number" in capsys.readouterr().err


def test_predict_with_an_altered_bundle_returns_1(finished, tmp_path, capsys):
    import shutil

    altered = shutil.copytree(finished / "bundle", tmp_path / "bundle")
    with (altered / "vocab.txt").open("a") as file:
        file.write("extra\n")

    assert run(["predict", str(altered), "the film is great"]) == 1
    assert "vocab.txt" in capsys.readouterr().err


def test_audit_of_int8_returns_0_and_of_float32_returns_2(finished, capsys):
    assert run(["audit", str(finished / "export" / "int8.tflite")]) == 0
    assert "integer-only" in capsys.readouterr().out
    assert run(["audit", str(finished / "export" / "float32.tflite"), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["passed"] is False
    assert "float32" in said.err


def test_run_table_names_every_form_once(finished, capsys):
    assert run(["report", str(finished)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.split()[0] in ("Keras", *FORMS)] == ["Keras", *FORMS]
    assert "Agreement" in lines[1]
    assert run(["bundle", str(finished)]) == 0


def test_record_holds_the_recipe_and_where_the_integer_time_goes(finished, record):
    assert record["recipe"]["model"]["checkpoint"] and record["recipe"]["training"]["epochs"] == 6
    operators = {form: one.get("operators") for form, one in record["stages"]["validate"]["forms"].items()}
    assert operators["float32"] is None
    assert {"SOFTMAX", "GELU"} <= {one["operator"] for one in operators["int8"]}
    report = (finished / "report" / "report.md").read_text()
    assert "Time by operator, int8" in report
    assert "learning rate 0.003" in report
    assert "learning rate 0.003" in (finished / "bundle" / "README.md").read_text()


def test_bundle_says_what_this_machine_makes_of_the_examples_in_it(finished):
    from tfbert_edge.runtime import Predictor

    assert run(["bundle", str(finished), "--set", "bundle.eval_examples=7"]) == 0

    rows = [json.loads(line) for line in (finished / "bundle" / "eval.jsonl").read_text().splitlines()]
    answers = Predictor.from_bundle(finished / "bundle")([row["text"] for row in rows])
    right = sum(answer.label == row["label"] for answer, row in zip(answers, rows, strict=True))
    evaluation = json.loads((finished / "bundle" / "manifest.json").read_text())["figures"]["evaluation"]
    every = (finished / "export" / "evaluation.jsonl").read_text().splitlines()
    assert rows == [json.loads(every[at]) for at in (0, 5, 11, 17, 22, 28, 34)]  # of 40
    assert evaluation["examples"] == 7
    assert evaluation["primary_metric"] == "accuracy"
    assert evaluation["metrics"]["accuracy"] == pytest.approx(right / 7)
    record = json.loads((finished / "run.json").read_text())
    assert record["stages"]["bundle"]["evaluation"] == evaluation
    assert run(["bundle", str(finished), "--set", "bundle.eval_examples=0"]) == 0
    assert "evaluation" not in json.loads((finished / "bundle" / "manifest.json").read_text())["figures"]


def test_benchmark_per_op_lists_the_operators_of_a_file(finished, capsys):
    command = ["benchmark", str(finished / "export" / "int8.tflite"), "--runs", "5", "--per-op"]
    assert run(command) == 0
    assert "GELU" in capsys.readouterr().out
    assert run([*command, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    gelu = next(one for one in row["operators"] if one["operator"] == "GELU")
    assert (gelu["count"], gelu["delegated"]) == (2, False)  # one a layer


def test_benchmark_of_a_run_times_every_form_against_the_first(finished, capsys):
    assert run(["benchmark", str(finished), str(finished / "bundle"), "--runs", "10", "--json"]) == 0

    result = json.loads(capsys.readouterr().out)
    assert [Path(row["model"]).stem for row in result["models"]] == [*FORMS, "bundle"]
    assert all(0 < row["p50_ms"] <= row["p90_ms"] <= row["p99_ms"] for row in result["models"])


def test_gate_that_fails_returns_2_after_everything_is_written(finished, capsys):
    gate = "validate.gates.max_size_mib=0.001"

    assert run(["run", str(finished / "recipe.yaml"), "--resume", "--set", gate]) == 2

    said = capsys.readouterr()
    assert "max_size_mib" in said.err
    assert "bundle:" in said.out
    assert (finished / "bundle.zip").is_file()
    gates = json.loads((finished / "run.json").read_text())["stages"]["validate"]["gates"]
    assert [(one["name"], one["passed"]) for one in gates] == [("max_size_mib", False)]


def test_stage_alone_runs_again_and_leaves_later_ones_to_resume(finished, capsys):
    assert run(["validate", str(finished), "--set", "validate.gates.max_size_mib=null"]) == 0

    stages = json.loads((finished / "run.json").read_text())["stages"]
    assert list(stages) == ["train", "compress", "export", "validate"]
    assert run(["report", str(finished)]) == 0
    assert run(["bundle", str(finished), "--set", "bundle.form=dynamic"]) == 0
    assert json.loads((finished / "bundle" / "manifest.json").read_text())["form"] == "dynamic"
