from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "compare_runs.py"


def network(products: int) -> bytes:
    """A file with so many products of matrices, and the inputs and output of a model."""
    from tfbert_edge._keras import tf

    weights = np.random.default_rng(0).normal(size=(256, 256)).astype(np.float32) / 16
    specs = [tf.TensorSpec((1, 256), tf.int32, one) for one in ("ids", "segment_ids", "mask")]

    @tf.function(input_signature=specs)
    def scores(ids, segment_ids, mask):
        found = tf.cast(ids + segment_ids + mask, tf.float32)
        for _ in range(products):
            found = tf.tanh(tf.matmul(found, weights))
        return found[:, :2]

    return tf.lite.TFLiteConverter.from_concrete_functions([scores.get_concrete_function()], scores).convert()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two run folders as validation leaves them, each with a file that runs."""
    folder = tmp_path_factory.mktemp("runs")
    for name, products in (("small", 1), ("large", 4)):
        content = network(products)
        (folder / name / "export").mkdir(parents=True)
        (folder / name / "export" / "int8.tflite").write_bytes(content)
        figures = {
            "metrics": {"accuracy": 0.9},
            "latency": {"1": {"p50_ms": 77.0}},
            "size_bytes": len(content),
        }
        stages = {
            "export": {"forms": {"int8": {"zipped_bytes": 5}}, "sequence_length": 256},
            "validate": {
                "primary_metric": "accuracy",
                "keras": {"metrics": {"accuracy": 0.91}},
                "forms": {"int8": figures},
            },
        }
        record = {"schema_version": 1, "name": name, "stages": stages}
        (folder / name / "run.json").write_text(json.dumps(record))
    return folder


def compare(*arguments):
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=SCRIPT.parents[1])


def test_compare_runs_script_prints_what_each_run_recorded(runs):
    done = compare(runs / "small", runs / "large")

    assert done.returncode == 0, done.stderr
    small, large = (line.split() for line in done.stdout.splitlines()[-2:])
    assert small[:3] == ["small", "0.9100", "0.9000"] and large[0] == "large"
    assert "77.0" in small and "77.0" in large


def test_compare_runs_script_measures_anew_and_draws(runs, tmp_path):
    plot = tmp_path / "plots" / "runs.png"
    done = compare(runs / "small", runs / "large", "--measure", "--calls", 50, "--json", "--plot", plot)

    assert done.returncode == 0, done.stderr
    small, large = json.loads(done.stdout)
    assert all(0 < row["latency_ms"] != 77.0 for row in (small, large))
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_compare_runs_script_tells_folders_of_one_name_apart(runs, tmp_path):
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "run.json").write_text((runs / "large" / "run.json").read_text())
    done = compare(runs / "small", tmp_path / "small", "--json")

    assert [row["name"] for row in json.loads(done.stdout)] == [str(runs / "small"), str(tmp_path / "small")]


def test_compare_runs_script_on_what_is_no_run_exits_1_without_traceback(tmp_path):
    done = compare(tmp_path)

    assert done.returncode == 1
    assert "is not a run folder" in done.stderr and "Traceback" not in done.stderr
