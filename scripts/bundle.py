"""Pack one form of a validated run for a device:

    python scripts/bundle.py runs/mine
    python scripts/bundle.py runs/mine --form dynamic

Writes runs/mine/bundle and runs/mine/bundle.zip: model, vocabulary, labels, manifest, golden vectors, model card.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.errors import exit_with
from tfbert_edge.pipeline import RECIPE_FILE, continue_run, run_stage
from tfbert_edge.recipe import load_recipe
from tfbert_edge.runtime.predictor import Predictor


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="the run folder")
    parser.add_argument("--form", help="the form to pack; default: the recipe's bundle.form")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    overrides = [f"bundle.form={arguments.form}"] if arguments.form else []
    recipe = load_recipe(arguments.run / RECIPE_FILE, overrides)
    run = continue_run(recipe, arguments.run, from_stage="bundle")
    run_stage(run, "bundle")
    manifest = Predictor.from_bundle(run.folder / "bundle").manifest
    print(
        f"{run.folder / 'bundle'}: {manifest.task}, {manifest.form}, {manifest.sequence_length} word pieces"
    )
    for name, record in manifest.files.items():
        print(f"  {name:16} {record.size_bytes:12,} bytes")


if __name__ == "__main__":
    exit_with(main)
