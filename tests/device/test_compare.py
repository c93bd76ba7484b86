"""A phone against the host: which figures may be compared, and the limits."""

from __future__ import annotations

import json

import pytest

from tfbert_edge.device.compare import (
    Gates,
    Row,
    check_comparable,
    check_gates,
    gate_results,
    latency_rows,
    metric_rows,
)
from tfbert_edge.device.host import HostFigures, bundled_examples, read_host
from tfbert_edge.errors import DeviceError, GateError
from tfbert_edge.runtime.bundle_files import read_bundle

HOST = HostFigures("run.json", 200, "accuracy", {"accuracy": 0.845, "f1_macro": 0.84}, {"1": {"p50_ms": 2.5}})
REPORT = {
    "metrics": {"accuracy": 0.84, "matthews": 0.6},
    "golden": {"rows": 60, "differences": 0},
    "latency_ms": {"p50": 8.0, "p90": 9.0, "p99": 12.0},
    "runtime": {"threads": 1},
}


def results(gates=(), **changes):
    limits = Gates(**{"max_accuracy_drop": 0.5, **dict(gates)})
    return {one.name: one for one in gate_results(REPORT | changes, HOST, "accuracy", limits)}


def test_drop_of_exactly_the_limit_passes_in_spite_of_rounding():
    assert 100 * (0.845 - 0.84) > 0.5  # what a plain comparison would refuse
    assert results()["max_accuracy_drop"].passed
    assert not results({"max_accuracy_drop": 0.49})["max_accuracy_drop"].passed


def test_phone_that_is_better_than_the_host_passes_with_a_limit_of_0():
    drop = results({"max_accuracy_drop": 0.0}, metrics={"accuracy": 0.85})["max_accuracy_drop"]

    assert drop.passed
    assert drop.measured == pytest.approx(-0.5)


def test_golden_decision_that_differs_fails_beyond_what_is_allowed():
    one_off = {"rows": 60, "differences": 1}

    assert results()["max_golden_differences"].passed
    assert not results(golden=one_off)["max_golden_differences"].passed
    assert results({"max_golden_differences": 1}, golden=one_off)["max_golden_differences"].passed


@pytest.mark.parametrize("name", ["id_differences", "answer_differences"])
def test_golden_text_tokenized_or_decoded_otherwise_fails_whatever_is_allowed(name):
    allowed = {"max_golden_differences": 60}

    assert results(allowed, golden=REPORT["golden"] | {name: 0})[f"golden {name}"].passed
    assert not results(allowed, golden=REPORT["golden"] | {name: 1})[f"golden {name}"].passed


def test_golden_outputs_further_off_than_the_report_allows_fail():
    golden = REPORT["golden"] | {"mean_difference": 0.02, "allowed_difference": 0.02}

    assert results(golden=golden)["golden mean_difference"].passed
    assert not results(golden=golden | {"mean_difference": 0.03})["golden mean_difference"].passed


def test_latency_is_a_gate_only_when_asked_for_and_of_the_90th_percentile():
    assert "max_latency_ms" not in results()
    assert results({"max_latency_ms": 9.0})["max_latency_ms"].passed
    assert not results({"max_latency_ms": 8.9})["max_latency_ms"].passed


def test_gates_that_fail_are_named_with_limit_and_measurement():
    failed = results({"max_latency_ms": 8.0}, golden={"rows": 60, "differences": 2}).values()

    with pytest.raises(GateError) as caught:
        check_gates(list(failed))

    assert str(caught.value).splitlines() == [
        "2 of 3 gates failed:",
        "  max_golden_differences: at most 0 (decided otherwise of 60 golden texts), measured 2",
        "  max_latency_ms: at most 8 ms (90th percentile of an inference), measured 9 ms",
    ]
    assert caught.value.exit_code == 2


def test_report_without_the_primary_metric_is_refused():
    with pytest.raises(DeviceError, match="measured matthews, not accuracy"):
        results(metrics={"matthews": 0.5})


def test_rows_have_the_primary_metric_first_and_every_other_once():
    assert metric_rows(REPORT, HOST) == [
        Row("accuracy", 0.845, 0.84),
        Row("matthews", None, 0.6),
        Row("f1_macro", 0.84, None),
    ]
    assert latency_rows(REPORT, HOST) == [
        Row("p50 ms", 2.5, 8.0),
        Row("p90 ms", None, 9.0),
        Row("p99 ms", None, 12.0),
    ]
    assert latency_rows(REPORT | {"runtime": {"threads": 2}}, HOST)[0] == Row("p50 ms", None, 8.0)


@pytest.mark.parametrize(
    ("host", "examples", "said"),
    [
        (HOST, 0, "no eval.jsonl.*bundle.eval_examples"),
        (HOST, 100, "of 200 examples, the bundle carries 100.*tfbert-edge bundle RUN.*--no-gates"),
        (HostFigures("manifest.json"), 100, "in manifest.json are of an unknown number of examples"),
        (HostFigures("run.json", 100, "accuracy", {"f1_macro": 0.8}), 100, "of 100 examples"),
    ],
)
def test_figures_of_other_examples_are_not_compared(host, examples, said):
    with pytest.raises(DeviceError, match=said):
        check_comparable(host, examples)


def test_figures_of_as_many_examples_are_compared_by_the_primary_metric():
    assert check_comparable(HOST, 200) == "accuracy"


def test_host_without_a_run_is_that_of_the_manifest(make_bundle):
    bundle = make_bundle("alone/bundle")
    files = read_bundle(bundle)

    host = read_host(files, bundle)

    assert (host.source, host.examples, host.primary_metric) == ("manifest.json", 8, "accuracy")
    assert host.metrics == {"accuracy": 0.875, "f1_macro": 0.87}
    assert (host.p50_ms(1), host.p50_ms(2)) == (2.5, None)
    assert bundled_examples(files) == 8
    assert bundled_examples(read_bundle(make_bundle("other/bundle", examples=0))) == 0


def write_run(folder, *, size, evaluation=None, form="int8"):
    stages = {
        "validate": {
            "examples": 1000,
            "primary_metric": "accuracy",
            "forms": {
                form: {"size_bytes": size, "metrics": {"accuracy": 0.83, "confusion": [[1]]}, "latency": {}}
            },
        },
        "bundle": {"form": "int8"} | ({} if evaluation is None else {"evaluation": evaluation}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    content = {"schema_version": 1, "stages": stages, "host": {"processor": "Xeon"}}
    (folder / "run.json").write_text(json.dumps(content))


def test_run_beside_the_bundle_is_read_by_default_and_another_by_name(make_bundle, tmp_path):
    bundle = make_bundle()
    files = read_bundle(bundle)
    size = (bundle / "model.tflite").stat().st_size
    own = {"examples": 8, "primary_metric": "accuracy", "metrics": {"accuracy": 0.875}}
    write_run(bundle.parent, size=size, evaluation=own)
    write_run(tmp_path / "other", size=size)

    beside = read_host(files, bundle)
    named = read_host(files, bundle, tmp_path / "other")

    assert (beside.examples, beside.metrics, beside.processor) == (8, {"accuracy": 0.875}, "Xeon")
    assert (named.examples, named.metrics) == (1000, {"accuracy": 0.83})
    assert read_host(files, bundle, tmp_path / "other" / "run.json") == named


@pytest.mark.parametrize("wrong", [{"size": 1}, {"size": 264, "form": "float32"}])
def test_run_of_another_model_is_refused(make_bundle, tmp_path, wrong):
    bundle = make_bundle("alone/bundle")
    write_run(tmp_path / "other", **wrong)

    with pytest.raises(DeviceError, match=r"of another model: the bundle has int8 in 264 bytes.*--run"):
        read_host(read_bundle(bundle), bundle, tmp_path / "other")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"stages": {}}', '{"stages": {"validate": {}}}'])
def test_run_that_cannot_be_read_is_named(make_bundle, tmp_path, content):
    bundle = make_bundle("alone/bundle")
    if content is not None:
        (tmp_path / "run.json").write_text(content)

    with pytest.raises(DeviceError, match=r"run.json.*--run"):
        read_host(read_bundle(bundle), bundle, tmp_path / "run.json")


def test_figures_that_are_no_numbers_are_named(make_bundle):
    bundle = make_bundle("alone/bundle", latency={"1": {"p50_ms": "fast"}})

    with pytest.raises(DeviceError, match=r"figures in manifest.json cannot be read"):
        read_host(read_bundle(bundle), bundle)
