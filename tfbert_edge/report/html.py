"""The report as one HTML file that fetches nothing: style and plots are inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from tfbert_edge.report.content import Section
from tfbert_edge.report.tables import Table

_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --soft: #59636e; --line: #d8dee4;
  --band: #f6f8fa; --accent: #b34700; }
@media (prefers-color-scheme: dark) { :root { --ground: #161b22; --text: #e6edf3; --soft: #9da7b3;
  --line: #363d46; --band: #1f262e; --accent: #e69f00; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { margin: .5rem 0; } h2 { margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { margin: 1.4rem 0 .4rem; }
p.lead { font-size: 1.1rem; margin: .3rem 0; } p.note { color: var(--soft); font-size: .9rem; margin: .4rem 0; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { background: var(--band); vertical-align: bottom; white-space: normal; min-width: 4.5rem; }
.t { text-align: left; } td.p { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--ground); }
th:first-child { background: var(--band); }
tr.s td { font-weight: 600; color: var(--accent); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem;
  align-items: start; }
figure { margin: 0; max-width: 34rem; } figcaption { font-weight: 600; margin-bottom: .3rem; }
img { width: 100%; height: auto; display: block; }
"""

Plots = Mapping[str, tuple[str, bytes]]


def table_html(table: Table) -> str:
    """The table; wider than the page, it scrolls by itself."""
    head = "".join(f"<th{_class(table, at)}>{escape(column)}</th>" for at, column in enumerate(table.columns))
    body = []
    for number, row in enumerate(table.rows):
        cells = "".join(
            f"<td{_class(table, at, cell=True)}>{escape(cell)}</td>" for at, cell in enumerate(row)
        )
        body.append(f'<tr class="s">{cells}</tr>' if number in table.strong else f"<tr>{cells}</tr>")
    rows = "\n".join(body)
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def report_html(
    title: str, lead: Sequence[str], sections: Sequence[Section], light: Plots, dark: Plots
) -> str:
    """The whole report; each plot is there twice, for a light and a dark screen."""
    parts = [f"<h1>{escape(title)}</h1>", *(f'<p class="lead">{escape(line)}</p>' for line in lead)]
    for section in sections:
        shown = [stem for stem in section.plots if stem in light]
        if not section.tables and not shown and not section.text:
            continue
        parts.append(f"<h2>{escape(section.title)}</h2>")
        parts += [f"<p>{escape(line)}</p>" for line in section.text]
        for table in section.tables:
            if table.title != section.title:
                parts.append(f"<h3>{escape(table.title)}</h3>")
            if table.note:
                parts.append(f'<p class="note">{escape(table.note)}</p>')
            if table.rows:
                parts.append(table_html(table))
        if shown:
            figures = "\n".join(_figure(stem, light, dark) for stem in shown)
            parts.append(f'<div class="plots">\n{figures}\n</div>')
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _figure(stem: str, light: Plots, dark: Plots) -> str:
    title, content = light[stem]
    source = (
        f'<source media="(prefers-color-scheme: dark)" srcset="{_data(dark[stem][1])}">'
        if stem in dark
        else ""
    )
    picture = f'<picture>{source}<img src="{_data(content)}" alt="{escape(title)}"></picture>'
    return f"<figure><figcaption>{escape(title)}</figcaption>{picture}</figure>"


def _data(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _class(table: Table, column: int, *, cell: bool = False) -> str:
    names = (["t"] if column in table.text_columns else []) + (
        ["p"] if cell and column in table.prose else []
    )
    return f' class="{" ".join(names)}"' if names else ""
