"""Run the compression steps of a trained run's recipe:

    python scripts/compress.py runs/mine
    python scripts/compress.py runs/mine --set compress.0.epochs=2

Reads runs/mine/train, writes runs/mine/compress. Export the result with scripts/export.py.
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
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    recipe = load_recipe(arguments.run / RECIPE_FILE, arguments.overrides)
    run = continue_run(recipe, arguments.run, from_stage="compress")
    run_stage(run, "compress")
    metric = run.task.primary_metric
    print(f"before: {metric} {run.record.stages['train']['figures'][metric]:.4f}")
    for step in run.record.stages["compress"]:
        print(f"{step['method']}: {metric} {step['figures'][metric]:.4f}, {step['seconds']:.0f} s")


if __name__ == "__main__":
    exit_with(main)
