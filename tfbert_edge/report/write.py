"""The report folder: report.md, report.html and the plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.atomic import new_folder
from tfbert_edge.report.content import report_lead, report_sections, report_title
from tfbert_edge.report.figures import Run
from tfbert_edge.report.html import report_html
from tfbert_edge.report.markdown import report_markdown
from tfbert_edge.report.plot_style import DARK, LIGHT
from tfbert_edge.report.plots import make_plots

MARKDOWN_FILE, HTML_FILE = "report.md", "report.html"


def write_report(run: Run, folder: Path, *, validate_folder: Path | None = None) -> dict[str, Any]:
    """Write the report of ``run`` (the content of ``run.json``) as ``folder``, in the place of an older one.

    ``validate_folder`` holds the saved outputs, by default ``validate`` beside ``folder``; without them a regression
    has no scatter. The folder appears when all its files are written.

    Returns ``markdown``, ``html`` and ``plots``: the names of the files in ``folder``.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    folder = Path(folder)
    outputs = folder.parent / "validate" if validate_folder is None else validate_folder
    light, dark = (make_plots(run, theme, validate_folder=outputs) for theme in (LIGHT, DARK))
    title, lead, sections = report_title(run), report_lead(run), report_sections(run)
    with new_folder(folder) as pending:
        (pending / MARKDOWN_FILE).write_text(report_markdown(title, lead, sections, light), encoding="utf-8")
        (pending / HTML_FILE).write_text(report_html(title, lead, sections, light, dark), encoding="utf-8")
        for stem, (_, content) in light.items():
            (pending / f"{stem}.png").write_bytes(content)
    return {"markdown": MARKDOWN_FILE, "html": HTML_FILE, "plots": [f"{stem}.png" for stem in light]}
