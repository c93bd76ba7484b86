from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from tfbert_edge.report import model_card, write_report
from tfbert_edge.report.html import table_html
from tfbert_edge.report.markdown import escape, table_markdown
from tfbert_edge.report.plot_style import DARK, LIGHT, drawing, place_labels
from tfbert_edge.report.plots import learning_curves, make_plots
from tfbert_edge.report.tables import Table

PNG = b"\x89PNG\r\n\x1a\n"


class _Page(HTMLParser):
    """Collects what a page refers to, its text, and that every element is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.sources, self.tags, self.words = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.sources += [value for name, value in attributes if name in ("src", "srcset", "href")]
        if tag not in ("meta", "img", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_write_report_classification_writes_everything_and_html_fetches_nothing(run, tmp_path):
    folder = tmp_path / "run" / "report"
    written = write_report(run, folder)

    plots = ["learning.png", "size.png", "latency.png", "latency_bars.png", "confusion.png"]
    assert written == {"markdown": "report.md", "html": "report.html", "plots": plots}
    assert sorted(path.name for path in folder.iterdir()) == sorted(["report.md", "report.html", *plots])
    assert [path.name for path in folder.parent.iterdir()] == ["report"]
    assert all((folder / name).read_bytes().startswith(PNG) for name in plots)

    page = _Page()
    text = (folder / "report.html").read_text(encoding="utf-8")
    page.feed(text)
    assert page.open == []
    assert len(page.sources) == 2 * len(plots)  # a light and a dark one each
    assert all(source.startswith("data:image/png;base64,") for source in page.sources)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "url(" not in text and "@import" not in text
    assert "<script>alert(1)</script> of a plot" in " ".join(page.words)  # shown, not run
    assert "prefers-color-scheme: dark" in text and 'name="viewport"' in text

    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert set(re.findall(r"!\[[^]]*\]\(([^)]+)\)", markdown)) == set(plots)
    assert "&lt;script>" in markdown and r"plot \| add up to \*something\* that one_might" in markdown
    assert "Warning: 3 texts are in train and validation" in markdown
    for shown in (markdown, text):
        assert "max_size_mib: int8 must have at most 15 MiB" in shown


def test_write_report_regression_has_a_scatter_from_the_saved_outputs(regression_run, tmp_path):
    (tmp_path / "validate").mkdir()
    true = np.linspace(0, 5, 40)
    outputs = {"outputs": true[:, None] + 0.3, "keras_outputs": true[:, None] - 0.2, "labels": true}
    np.savez(tmp_path / "validate" / "outputs_int8.npz", **outputs)

    assert "values.png" in write_report(regression_run, tmp_path / "report")["plots"]
    (tmp_path / "validate" / "outputs_int8.npz").unlink()
    written = write_report(regression_run, tmp_path / "report")

    assert "values.png" not in written["plots"] and "confusion.png" not in written["plots"]
    assert not (tmp_path / "report" / "values.png").exists()  # the older report is gone, not mixed in


def test_write_report_failing_midway_leaves_the_older_report(run, tmp_path):
    write_report(run, tmp_path / "report")
    before = {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()}
    run["name"] = "\ud800"  # cannot be written as UTF-8

    with pytest.raises(UnicodeEncodeError):
        write_report(run, tmp_path / "report")

    assert {path.name: path.read_bytes() for path in (tmp_path / "report").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("stages", [[], ["train"], ["train", "export"]])
def test_write_report_early_stages_alone_still_reports(run, tmp_path, stages):
    run["stages"] = {name: run["stages"][name] for name in stages}
    written = write_report(run, tmp_path / "report")
    assert written["plots"] == (["learning.png"] if stages else [])
    assert "No form has been validated yet" in (tmp_path / "report" / "report.md").read_text()
    assert model_card(run).startswith("# rotten-tomatoes\n")


def test_make_plots_many_labels_and_dark_theme_draws_all(run):
    labels = [f"a rather long label {number}" for number in range(40)]
    validated = run["stages"]["validate"]
    validated["labels"] = labels
    for metrics in (validated["keras"]["metrics"], validated["forms"]["int8"]["metrics"]):
        metrics["confusion"] = np.eye(40, dtype=int).tolist()
    plots = make_plots(run, DARK)
    assert list(plots) == ["learning", "size", "latency", "latency_bars", "confusion"]
    assert all(content.startswith(PNG) for _, content in plots.values())


def test_place_labels_crowded_points_no_name_covers_another_or_the_line():
    points, names = (
        [(1.0, 0.5), (1.05, 0.5), (1.0, 0.52), (1.9, 0.5)],
        ["float32", "float16", "int8", "int16x8"],
    )
    with drawing(LIGHT) as pyplot:
        figure, axes = pyplot.subplots(figsize=(5, 4))
        axes.set(xlim=(0, 2), ylim=(0, 1))
        axes.scatter(*zip(*points, strict=True))
        place_labels(figure, axes, points, names, theme=LIGHT, bold="int8", line_at=0.5)
        renderer = figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        line = axes.transData.transform((0, 0.5))[1]
        frame = axes.get_window_extent(renderer)
        assert [text.get_text() for text in axes.texts] == names
        for number, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:number])
            assert not box.y0 < line < box.y1
            assert frame.x0 <= box.x0 and box.x1 <= frame.x1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b\nc", r"a\|b c"),
        ("*x* `y` [z] <b> &amp;", r"\*x\* \`y\` \[z\] &lt;b> &amp;amp;"),
        ("max_size_mib _x_", r"max_size_mib \_x\_"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_escape_special_characters_are_shown_as_they_are(text, expected):
    assert escape(text) == expected


def test_table_markdown_and_html_small_table_by_hand():
    table = Table("T", ["Form", "x"], [["a", "1"], ["b", "<2>"]], strong=frozenset({1}))
    assert table_markdown(table) == "| Form | x |\n| --- | ---: |\n| a | 1 |\n| **b** | **&lt;2>** |"
    assert '<tr class="s"><td class="t">b</td><td>&lt;2&gt;</td></tr>' in table_html(table)


def test_model_card_classification_says_what_was_measured_and_its_limits(run):
    card = model_card(run)
    assert "one of 2 labels: negative, positive, of at most 64 word pieces" in card
    assert "`model.tflite` is the form int8: every tensor in the file is an integer" in card
    assert "| **int8** | **0.8350** | **-1.00** |" in card
    assert "standard error of up to 1.6 points" in card  # sqrt(0.25 / 1000) = 0.0158
    assert "measured on Test CPU @ 2.50GHz, not on a phone" in card
    assert "decides otherwise than the Keras model on 19 of these examples" in card
    assert "trimmed from 30,522 to 14,208 pieces" in card
    assert "A gate of the recipe failed. max_size_mib" in card
    assert "3 texts are in train and validation: leakage" in card
    python = re.search(r"```python\n(.*?)```", card, re.S).group(1)
    compile(python, "card", "exec")


def test_model_card_form_named_is_the_one_it_is_about(run):
    card = model_card(run, form="dynamic")
    assert "`model.tflite` is the form dynamic." in card and "every tensor" not in card
    assert "| **dynamic** |" in card and "on 7 of these examples" in card


def test_model_card_regression_speaks_of_values(regression_run):
    card = model_card(regression_run)
    assert "fine-tuned to give a number for a text" in card
    assert "int8 moves 19 of these examples beyond the tolerance" in card
    assert "standard error" not in card and "labels" not in card.lower()


def test_learning_curves_with_a_compression_step_follow_it_after_fine_tuning(run):
    history = run["stages"]["train"]["history"]
    run["stages"]["compress"] = [{"method": "quantize_aware", "history": history[1:]}]
    with drawing(LIGHT) as pyplot:
        above, below = learning_curves(run, pyplot, LIGHT).axes
        assert [line.get_label() for line in above.lines[:2]] == ["fine-tuning", "quantize_aware"]
        assert [list(line.get_xdata()) for line in above.lines[:2]] == [[1, 2], [3]]
        assert [tick.get_text() for tick in below.get_xticklabels()] == ["1", "2", "1"]
