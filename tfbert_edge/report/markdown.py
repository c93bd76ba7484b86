"""Tables and report as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tfbert_edge.report.content import Section
from tfbert_edge.report.tables import Table

_ESCAPED = {character: f"\\{character}" for character in "\\|*`[]"}
_SPECIAL = str.maketrans({**_ESCAPED, "<": "&lt;", "&": "&amp;", "\n": " ", "\r": " "})
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
"""Inside a word an underscore is one; at its edge it would be emphasis."""


def escape(text: str) -> str:
    """``text`` so that Markdown shows it as it is, on one line."""
    return _EDGE_UNDERSCORE.sub(r"\\_", text.translate(_SPECIAL))


def table_markdown(table: Table) -> str:
    """The table with its columns set left or right and its strong rows bold; no title."""
    rules = ["---" if index in table.text_columns else "---:" for index in range(len(table.columns))]
    lines = [[escape(column) for column in table.columns], rules]
    for number, row in enumerate(table.rows):
        cells = [escape(cell) for cell in row]
        lines.append([f"**{cell}**" if number in table.strong and cell else cell for cell in cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report_markdown(
    title: str, lead: Sequence[str], sections: Sequence[Section], plots: Mapping[str, tuple[str, bytes]]
) -> str:
    """The whole report; plots are the PNG files beside it."""
    parts = [f"# {escape(title)}", *(escape(line) for line in lead)]
    for section in sections:
        shown = [stem for stem in section.plots if stem in plots]
        if not section.tables and not shown and not section.text:
            continue
        parts.append(f"## {escape(section.title)}")
        parts += [escape(line) for line in section.text]
        for table in section.tables:
            if table.title != section.title:
                parts.append(f"### {escape(table.title)}")
            if table.note:
                parts.append(escape(table.note))
            if table.rows:
                parts.append(table_markdown(table))
        parts += [f"![{escape(plots[stem][0])}]({stem}.png)" for stem in shown]
    return "\n\n".join(parts) + "\n"
