from __future__ import annotations

import pytest

from tfbert_edge.report import write_report
from tfbert_edge.report.precision_table import precision_table


def planned(name, weights, bits, sensitivity):
    size = weights * bits // 8
    return {
        "name": name, "weights": weights, "bits": bits, "sensitivity": sensitivity, "size_bytes": size
    }  # fmt: skip


@pytest.fixture
def mixed(run):
    cost = {"parameters": 4_000, "encoder_parameters": 3_000, "macs": 1_000_000, "heads": 4}
    after = {**cost, "metrics": {"accuracy": 0.8}}
    plan = [
        planned("embeddings.word", 1_000, 8, None),
        planned("layer_0.ffn.output", 2_000, 4, 1.23456e-5),
        planned("layer_0.attention.key", 1_000, 8, -0.5),
    ]
    run["stages"]["compress"] = [
        {"method": "mixed_precision", "before": after, "after": after, "figures": after["metrics"],
         "by": "hessian", "plan": plan},
    ]  # fmt: skip
    return run


def test_precision_table_one_row_a_matrix_and_the_sum(mixed):
    table = precision_table(mixed)

    assert table.columns[-1] == "Sensitivity by hessian"
    assert [row[:4] for row in table.rows] == [
        ["embeddings.word", "1,000", "8", "1,000"],
        ["layer_0.ffn.output", "2,000", "4", "1,000"],
        ["layer_0.attention.key", "1,000", "8", "1,000"],
        ["all", "4,000", "6.00", "3,000"],
    ]
    assert [row[4] for row in table.rows[1:3]] == ["1.23e-05", "-0.5"]
    assert table.rows[0][4] == table.rows[3][4] != ""
    assert table.strong == {1}


def test_precision_table_without_a_plan_is_not_there(run):
    assert precision_table(run) is None


def test_report_shows_the_plan_in_both_formats(mixed, tmp_path):
    write_report(mixed, tmp_path)

    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "### Bits of each matrix" in text
    assert "| **layer_0.ffn.output** | **2,000** | **4** | **1,000** | **1.23e-05** |" in text
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Bits of each matrix" in page and "layer_0.attention.key" in page
