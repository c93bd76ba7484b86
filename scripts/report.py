"""Write the report of a validated run: python scripts/report.py runs/mine

Reads runs/mine/run.json and writes runs/mine/report: report.md, report.html and the plots.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.errors import exit_with
from tfbert_edge.pipeline import RECIPE_FILE, continue_run, run_stage
from tfbert_edge.recipe import load_recipe


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="the run folder")
    return parser.parse_args()


def main() -> None:
    folder = parse().run
    run = continue_run(load_recipe(folder / RECIPE_FILE), folder, from_stage="report")
    run_stage(run, "report")
    for name in run.record.stages["report"]["files"]:
        print(folder / "report" / name)


if __name__ == "__main__":
    exit_with(main)
