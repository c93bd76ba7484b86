"""The table of compression steps, and the plots of the way that they go."""

from __future__ import annotations

import pytest

from tfbert_edge.report.plot_style import DARK, LIGHT, drawing
from tfbert_edge.report.plots import make_plots
from tfbert_edge.report.steps_table import steps_table
from tfbert_edge.report.tradeoff_plot import steps_against


def test_steps_table_without_files_has_a_row_before_and_one_after_each_step(run):
    assert steps_table(run) is None
    before = {"parameters": 22_565_000, "encoder_parameters": 10_600_000, "macs": 681_000_000, "heads": 72}
    after = {"parameters": 17_200_000, "encoder_parameters": 5_300_000, "macs": 340_500_000, "heads": 72}
    run["stages"]["compress"] = [
        {
            "method": "prune_layers",
            "before": {**before, "metrics": {"accuracy": 0.9}},
            "after": {**after, "metrics": {"accuracy": 0.7}},
            "figures": {"accuracy": 0.7},
        },
        {"method": "quantize_aware", "figures": {"accuracy": 0.71}},
    ]
    table = steps_table(run)

    # The heads are as many in every row, and nothing was exported: neither has a column.
    assert table.columns == ["After", "Parameters (M)", "In the encoder (M)", "MACs (M)", "Accuracy, Keras"]
    assert table.rows == [
        ["fine-tuned", "22.57", "10.60", "681.0", "0.9000"],
        ["1. prune_layers", "17.20", "5.30", "340.5", "0.7000"],
        ["2. quantize_aware", "17.20", "5.30", "340.5", "0.7100"],
    ]
    assert "LiteRT" not in table.note


def test_steps_table_of_quantization_alone_is_left_out(run):
    run["stages"]["compress"] = [{"method": "quantize_aware", "figures": {"accuracy": 0.71}}]

    assert steps_table(run) is None


def test_steps_table_with_files_has_their_sizes_latency_and_quality(chain):
    table = steps_table(chain)

    assert table.columns == [
        "After", "Parameters (M)", "In the encoder (M)", "MACs (M)", "Heads", "File", "Size (MiB)", "Zipped (MiB)",
        "p50 ms", "Accuracy, Keras", "Accuracy, LiteRT",
    ]  # fmt: skip
    # 17,825,792 bytes are 17 * 2**20; 11,534,336 are 11 * 2**20; 9,961,472 are 9.5 * 2**20.
    assert table.rows[0] == [
        "fine-tuned", "16.35", "10.67", "681.0", "72", "dynamic", "17.00", "15.00", "4.60", "0.8450", "0.8410",
    ]  # fmt: skip
    assert table.rows[4] == [
        "4. quantize_aware", "10.31", "4.63", "275.0", "22", "int8", "11.00", "9.50", "2.50", "0.8310", "0.8280",
    ]  # fmt: skip
    assert [row[0] for row in table.rows[1:4]] == ["1. prune_layers", "2. prune_heads", "3. distill_outputs"]
    assert table.strong == {4}
    assert table.text_columns == {0, 5}


def test_steps_table_shows_zeros_read_from_the_files_else_the_sparsity_of_the_networks(chain):
    steps, files = chain["stages"]["compress"], chain["stages"]["validate"]["steps"]
    steps[0]["before"]["sparsity"], steps[0]["after"]["sparsity"] = 0.0, 0.5
    table = steps_table(chain)
    sparsity = table.columns.index("Sparsity")
    assert [row[sparsity] for row in table.rows[:3]] == ["0.0%", "50.0%", "–"]  # noqa: RUF001

    files[1]["sparsity"] = 0.5087
    table = steps_table(chain)
    assert "Sparsity" not in table.columns
    zeros = table.columns.index("Zeros in the file")
    assert [row[zeros] for row in table.rows[:3]] == ["1.2%", "50.9%", "1.2%"]


def test_steps_table_form_without_a_step_of_its_own_comes_last(chain):
    chain["stages"]["compress"].pop()
    chain["stages"]["validate"]["steps"][-1].update(name="int8", method=None)
    row = steps_table(chain).rows[-1]

    assert row[:4] == ["int8", "10.31", "4.63", "275.0"]
    assert row[-2:] == ["–", "0.8280"]  # noqa: RUF001


@pytest.mark.parametrize(
    ("what", "costs"), [("size", [17.0, 11.5, 10.5, 10.5, 11.0]), ("latency", [4.6, 2.4, 2.1, 2.1, 2.5])]
)
def test_steps_plot_joins_the_points_in_order_and_marks_the_delivered_one(chain, what, costs):
    with drawing(LIGHT) as pyplot:
        figure = steps_against(chain, pyplot, LIGHT, what)
        (axes,) = figure.axes
        (line,) = axes.lines
        assert list(line.get_xdata()) == costs
        assert list(line.get_ydata()) == [0.841, 0.702, 0.668, 0.826, 0.828]
        assert [text.get_text() for text in axes.texts] == ["0", "1", "2", "3", "4"]
        key = [text.get_text() for text in figure.legends[0].get_texts()]
        assert key[0] == "0  fine-tuned, dynamic" and key[4] == "4  quantize_aware, int8"
        accent = [dots.get_facecolor()[0].tolist() for dots in axes.collections]
        assert accent[4] != accent[0] == accent[3]


def test_steps_plot_names_cover_neither_each_other_nor_the_line_nor_a_point(chain):
    for step in chain["stages"]["validate"]["steps"][1:4]:  # three files within a hair of each other
        step.update(latency_p50_ms=2.1 + 0.02 * step["size_bytes"] / 2**23, metrics={"accuracy": 0.7})
    with drawing(LIGHT) as pyplot:
        figure = steps_against(chain, pyplot, LIGHT, "latency")
        (axes,) = figure.axes
        renderer = figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        path = axes.lines[0].get_path().transformed(axes.transData)
        for number, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:number])
            assert not path.intersects_bbox(box, filled=False)


def test_make_plots_has_the_steps_only_where_they_were_measured(chain, run):
    plots = make_plots(chain, DARK)
    assert [stem for stem in plots if stem.startswith("steps")] == ["steps_size", "steps_latency"]
    assert plots["steps_size"][0] == "Accuracy against size, step by step"

    chain["stages"]["validate"]["steps"] = chain["stages"]["validate"]["steps"][:1]
    with drawing(LIGHT) as pyplot:
        assert steps_against(chain, pyplot, LIGHT, "size") is None
