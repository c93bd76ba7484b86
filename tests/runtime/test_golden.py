from __future__ import annotations

import json

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.manifest import FileRecord


def test_check_golden_fresh_bundle_passes(make_bundle):
    report = check_golden(make_bundle())
    assert report.passed
    assert report.rows > 20
    assert report.max_output_steps == 0


def test_golden_outputs_equal_litert_reference_kernels(make_bundle):
    bundle = make_bundle()
    oracle = Interpreter(
        model_path=str(bundle / "model.tflite"), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    ).get_signature_runner()
    for line in (bundle / "golden.jsonl").read_text().splitlines():
        example = json.loads(line)
        (row,) = example["rows"]
        inputs = {name: np.array([row[name]], np.int32) for name in ("ids", "segment_ids", "mask")}
        assert next(iter(oracle(**inputs).values())).tolist() == row["outputs"]
        assert example["answer"]["scores"][0]["score"] == max(row["outputs"][0]) / 256


def test_check_golden_names_the_field_that_differs(make_bundle):
    bundle = make_bundle()
    rows = [json.loads(line) for line in (bundle / "golden.jsonl").read_text().splitlines()]
    rows[1]["rows"][0]["outputs"][0][2] += 3
    rows[4]["rows"][0]["ids"][1] = 4
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"]["golden.jsonl"] = vars(FileRecord.of(content))
    (bundle / "golden.jsonl").write_bytes(content)
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    report = check_golden(bundle)
    assert not report.passed
    assert [(difference.row, difference.field) for difference in report.differences] == [
        (1, "rows.0.outputs"),
        (4, "rows.0.ids"),
    ]
    assert report.max_output_steps == 3


def test_check_golden_reads_a_bundle_of_schema_2(make_bundle):
    bundle = make_bundle()
    lines = [json.loads(line) for line in (bundle / "golden.jsonl").read_text().splitlines()]
    old = [
        {name: value for name, value in line.items() if name != "rows"} | line["rows"][0] for line in lines
    ]
    content = "".join(json.dumps(line) + "\n" for line in old).encode()
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"]["golden.jsonl"] = vars(FileRecord.of(content))
    (bundle / "golden.jsonl").write_bytes(content)
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 2}))
    report = check_golden(bundle)
    assert report.passed
    assert report.rows == len(lines)
