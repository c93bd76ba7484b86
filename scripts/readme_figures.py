"""Put the figures of finished runs into README.md, between the comments that mark their places:

    python scripts/readme_figures.py runs/quickstart
    python scripts/readme_figures.py runs/quickstart --recipes runs/conll2003 runs/snips
    python scripts/readme_figures.py --students runs/sst2/*

The first run's forms become one table, the recipes' float and integer figures another, and the runs of a study, each with the
file that it delivers, a third. Figures in the README come from a run.json, never from a hand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfbert_edge.atomic import write_text
from tfbert_edge.errors import RunError, exit_with
from tfbert_edge.pipeline import RunRecord
from tfbert_edge.report import figures as fig
from tfbert_edge.report import forms_table
from tfbert_edge.report.compare import compare_runs, compare_table

VERSIONS = (
    "python",
    "tensorflow",
    "tf-keras",
    "tensorflow-model-optimization",
    "ai-edge-litert",
    "ai-edge-quantizer",
)
BESIDE = {
    "intent_slots": ("intent_accuracy", "slot_f1"),
    "summarization": ("lead_rouge1", "rouge2", "rougeL"),
    "question_answering": ("exact_match",),
}
"""Task -> the metrics that say more than the primary one alone."""


def form_figures(run: Mapping[str, Any]) -> str:
    """The table of a run's forms, with where and when it was measured."""
    table = forms_table(run)
    return (
        markdown(table.columns, table.rows)
        + f"\n{table.note}\nLength {run['stages']['export']['sequence_length']} word pieces. "
        + f"Printed by `{run['command']}` on {run['date'][:10]}, {minutes(run):.0f} minutes in all, on {machine(run)}.\n"
    )


def recipe_figures(runs: Sequence[Mapping[str, Any]]) -> str:
    """A row for each metric of each run, with where and when they were measured.

    Raises:
        RunError: a run has no validated int8 form, or the runs are of several machines or versions.
    """
    one_machine(runs)
    columns = ["Recipe", "Figure", "Float", "Integers", "Same answers", "Size (MiB)", "p50 ms", "Length"]
    rows = [row for run in runs for row in recipe_rows(run)]
    commands = "".join(
        f"- `{run['command']}`, {run['date'][:10]}, {minutes(run):.0f} minutes\n" for run in runs
    )
    return (
        markdown(columns, rows)
        + "\nFloat: the fine-tuned Keras network. Integers: the int8 file through LiteRT, one thread, one example a call. Same "
        + f"answers: of the evaluation set's examples, those that both decide alike.\nOn {machine(runs[0])}, by\n\n{commands}"
    )


def student_figures(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each of ``runs`` (name -> run), as ``scripts/compare_runs.py`` has it, with where and when they were measured.

    Raises:
        RunError: a run has not been validated, or the runs are of several metrics, machines or versions.
    """
    one_machine(list(runs.values()))
    table = compare_table(compare_runs(runs))
    dates = sorted({run["date"][:10] for run in runs.values()})
    lengths = sorted({run["stages"]["export"]["sequence_length"] for run in runs.values()})
    return (
        markdown(table.columns, table.rows)
        + "\nFloat: the Keras network after the last step. The other figures are of the file, through LiteRT: one thread, one "
        + f"example of {' or '.join(map(str, lengths))} word pieces a call. "
        + f"{' to '.join(sorted({dates[0], dates[-1]}))}, on {machine(next(iter(runs.values())))}.\n"
    )


def one_machine(runs: Sequence[Mapping[str, Any]]) -> None:
    machines = sorted({machine(run) for run in runs})
    if len(machines) > 1:
        raise RunError(
            f"the runs must be of one machine and its versions, they are of {'; '.join(machines)}."
        )


def recipe_rows(run: Mapping[str, Any]) -> list[list[str]]:
    form = fig.forms(run).get("int8")
    if form is None:
        raise RunError(f"the run of {run['name']} has no validated int8 form. Finish it with --resume.")
    primary = fig.primary_metric(run)
    first = [
        run["name"],
        f"{fig.metric_title(primary)}, {fig.stage(run, 'validate')['examples']:,} examples",
        fig.score(fig.keras_metrics(run)[primary]),
        fig.score(form["metrics"][primary]),
        fig.percent(form["parity"]["agreement"]),
        fig.mib(form["size_bytes"]),
        fig.milliseconds(form["latency"]["1"]["p50_ms"]),
        str(fig.stage(run, "export")["sequence_length"]),
    ]
    others = [
        [
            "",
            fig.metric_title(name),
            fig.score(fig.keras_metrics(run)[name]),
            fig.score(form["metrics"][name]),
        ]
        for name in BESIDE.get(fig.task_of(run), ())
    ]
    return [first, *([*row, *[""] * (len(first) - len(row))] for row in others)]


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in ([*columns], *rows)]
    lines.insert(1, "| --- " + "| ---: " * (len(columns) - 1) + "|")
    return "\n".join(lines) + "\n"


def machine(run: Mapping[str, Any]) -> str:
    host = run["host"]
    versions = ", ".join(f"{name} {run['versions'][name]}" for name in VERSIONS if name in run["versions"])
    return f"{host['processor']} ({host['machine']}, {host['cores']} cores; {', '.join(host['flags'])}); {versions}"


def minutes(run: Mapping[str, Any]) -> float:
    """How long the stages took; compression is a list of steps."""
    stages = run["stages"].values()
    steps = [step for figures in stages for step in (figures if isinstance(figures, list) else [figures])]
    return sum(step.get("seconds", 0.0) for step in steps) / 60


def put(text: str, place: str, figures: str) -> str:
    """``text`` with ``figures`` between the comment that opens ``place`` and the one that closes it."""
    marked = re.compile(rf"(<!-- {place}: [^>]*-->\n)(.*?)(<!-- end of {place} -->)", re.DOTALL)
    changed, places = marked.subn(lambda match: match[1] + figures + match[3], text)
    if places != 1:
        raise RunError(f"the README must have one place '<!-- {place}: ... -->', it has {places}.")
    return changed


def read(readme: Path) -> str:
    try:
        return readme.read_text(encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"{readme} cannot be read ({error.strerror}). Run this in the project's folder, or name the file with --readme."
        ) from None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, nargs="?", help="the run folder whose forms to show")
    parser.add_argument("--recipes", type=Path, nargs="+", default=[], help="run folders of other recipes")
    parser.add_argument("--students", type=Path, nargs="+", default=[], help="run folders of a study")
    parser.add_argument("--readme", type=Path, default=Path("README.md"))
    arguments = parser.parse_args()
    folders = [*([arguments.run] if arguments.run else []), *arguments.recipes, *arguments.students]
    if not folders:
        raise RunError("there is nothing to show. Name a run folder, or some with --recipes or --students.")
    text = read(arguments.readme)
    if arguments.run:
        text = put(text, "figures", form_figures(RunRecord.load(arguments.run).content))
    if arguments.recipes:
        runs = [RunRecord.load(folder).content for folder in arguments.recipes]
        text = put(text, "recipes", recipe_figures(runs))
    if arguments.students:
        students = {folder.name: RunRecord.load(folder).content for folder in arguments.students}
        text = put(text, "students", student_figures(students))
    write_text(arguments.readme, text)
    print(f"{arguments.readme} now shows {', '.join(map(str, folders))}")


if __name__ == "__main__":
    exit_with(main)
