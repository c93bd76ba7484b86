"""Put the figures of a finished run into README.md, between the two comments that mark their place:

    python scripts/readme_figures.py runs/quickstart

Figures in the README come from a run.json, never from a hand.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from tfbert_edge.report import forms_table

PLACE = re.compile(r"(<!-- figures: [^>]*-->\n)(.*?)(<!-- end of figures -->)", re.DOTALL)
VERSIONS = (
    "python",
    "tensorflow",
    "tf-keras",
    "tensorflow-model-optimization",
    "ai-edge-litert",
    "ai-edge-quantizer",
)


def figures(run: dict[str, Any]) -> str:
    """The table of forms, with where and when it was measured."""
    table = forms_table(run)
    rows = ["| " + " | ".join(row) + " |" for row in ([*table.columns], *table.rows)]
    rows.insert(1, "| --- " + "| ---: " * (len(table.columns) - 1) + "|")
    host, stages = run["host"], run["stages"]
    processor = f"{host['processor']} ({host['machine']}, {host['cores']} cores; {', '.join(host['flags'])})"
    versions = ", ".join(f"{name} {run['versions'][name]}" for name in VERSIONS if name in run["versions"])
    minutes = sum(seconds(figures) for figures in stages.values()) / 60
    return (
        "\n".join(rows)
        + f"\n\n{table.note}\n"
        + f"Length {stages['export']['sequence_length']} word pieces. Printed by `{run['command']}` on {run['date'][:10]}, "
        + f"{minutes:.0f} minutes in all, on {processor}; {versions}.\n"
    )


def seconds(stage: Any) -> float:
    """How long a stage took; compression is a list of steps."""
    return sum(step.get("seconds", 0.0) for step in (stage if isinstance(stage, list) else [stage]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="the run folder")
    parser.add_argument("--readme", type=Path, default=Path("README.md"))
    arguments = parser.parse_args()
    run = json.loads((arguments.run / "run.json").read_text(encoding="utf-8"))
    text = arguments.readme.read_text(encoding="utf-8")
    changed, places = PLACE.subn(lambda match: match[1] + figures(run) + match[3], text)
    if places != 1:
        raise SystemExit(f"{arguments.readme} must have one place for figures, it has {places}.")
    arguments.readme.write_text(changed, encoding="utf-8")
    print(f"{arguments.readme} now shows {arguments.run / 'run.json'}")


if __name__ == "__main__":
    main()
