"""Convert a trained run into .tflite files:

    python scripts/export.py runs/mine
    python scripts/export.py runs/mine --set "export.forms=[float32, int8]"

Reads runs/mine/train, writes runs/mine/export. Measure the files with scripts/validate.py.
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
    run = continue_run(recipe, arguments.run, from_stage="export")
    run_stage(run, "export")
    exported = run.record.stages["export"]
    sizes = exported["vocabulary"]
    print(
        f"vocabulary {sizes['after']:,} of {sizes['before']:,} pieces, length {exported['sequence_length']}"
    )
    for form, figures in exported["forms"].items():
        integer_only = "integer-only" if figures["audit"]["passed"] else "has float tensors"
        print(
            f"{form:8} {figures['size_bytes'] / 2**20:7.1f} MiB  {integer_only:18} {run.folder / figures['path']}"
        )


if __name__ == "__main__":
    exit_with(main)
