from __future__ import annotations

from copy import deepcopy

import pytest

from tfbert_edge.errors import RunError
from tfbert_edge.report.compare import compare_plot, compare_runs, compare_table


@pytest.fixture
def pair(run, chain):
    other = deepcopy(run)
    other["stages"]["validate"]["forms"]["int8"].update(size_bytes=8_388_608)
    other["stages"]["export"]["forms"]["int8"]["zipped_bytes"] = 6_291_456
    other["stages"]["export"]["network"] = {"parameters": 7_400_000, "macs": 150_500_000}
    return {"plain": chain, "distilled": other}


def test_compare_runs_takes_the_delivered_form_of_each(pair):
    plain, distilled = compare_runs(pair)

    assert plain == {
        "name": "plain", "metric": "accuracy", "float": 0.845, "quality": 0.835, "form": "int8",
        "size_bytes": 16_252_928, "zipped_bytes": None, "latency_ms": 5.8, "parameters": 10_310_000,
        "macs": 275_000_000, "sequence_length": 64, "vocabulary": None, "pieces_per_word": None,
    }  # fmt: skip
    assert (distilled["size_bytes"], distilled["zipped_bytes"]) == (8_388_608, 6_291_456)
    assert (distilled["parameters"], distilled["macs"]) == (7_400_000, 150_500_000)


def test_compare_table_has_a_row_a_run_and_names_the_form_they_share(pair):
    table = compare_table(compare_runs(pair))

    assert table.columns == [
        "Run", "Accuracy, float", "Accuracy, int8", "Size (MiB)", "Zipped (MiB)", "p50 ms", "Parameters (M)", "MACs (M)",
    ]  # fmt: skip
    assert table.rows == [
        ["plain", "0.8450", "0.8350", "15.50", "–", "5.80", "10.31", "275.0"],  # noqa: RUF001
        ["distilled", "0.8450", "0.8350", "8.00", "6.00", "5.80", "7.40", "150.5"],
    ]


def test_compare_table_names_forms_and_lengths_that_differ(pair):
    pair["distilled"]["stages"]["bundle"] = {"form": "dynamic"}
    pair["distilled"]["stages"]["export"]["sequence_length"] = 48
    table = compare_table(compare_runs(pair))

    assert table.columns[2] == "Accuracy, file" and table.columns[-1] == "Length"
    assert [(row[0], row[2], row[-1]) for row in table.rows] == [
        ("plain, int8", "0.8350", "64"),
        ("distilled, dynamic", "0.8410", "48"),
    ]


def test_compare_table_shows_vocabularies_that_differ(pair):
    pair["plain"]["data"]["vocabulary"] = {"before": 30522, "after": 30522}
    pair["distilled"]["data"]["vocabulary"] = {
        "after": 12976,
        "evaluation": {"pieces_per_word": {"before": 1.1, "after": 1.1427}},
    }
    table = compare_table(compare_runs(pair))

    assert table.columns[-2:] == ["Word pieces", "Pieces a word"]
    assert [row[-2:] for row in table.rows] == [["30,522", "–"], ["12,976", "1.143"]]  # noqa: RUF001


def test_compare_runs_refuses_a_run_that_was_not_validated_and_two_metrics(pair, regression_run):
    with pytest.raises(RunError, match=r"accuracy, spearman\. Compare runs of one task"):
        compare_runs({**pair, "stsb": regression_run})
    del pair["plain"]["stages"]["validate"]
    with pytest.raises(RunError, match="plain has not been validated"):
        compare_runs(pair)


def test_compare_plot_needs_a_run_with_both_figures(pair):
    rows = compare_runs(pair)
    for row in rows:
        row["latency_ms"] = None

    assert compare_plot(rows, "size").startswith(b"\x89PNG")
    with pytest.raises(RunError, match="a quality and a latency"):
        compare_plot(rows, "latency")
