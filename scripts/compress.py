"""Run compression steps on a trained run: those of its recipe, or others, in a run folder of their own:

    python scripts/compress.py runs/mine
    python scripts/compress.py runs/mine --output runs/half --step prune_layers keep=3 --step distill_outputs epochs=2
    python scripts/compress.py --methods

Reads runs/mine/train, writes compress/ in the run folder. Export the result with scripts/export.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, get_args

import yaml

from tfbert_edge.errors import RecipeError, exit_with
from tfbert_edge.pipeline import RECIPE_FILE, continue_run, run_pipeline, run_stage
from tfbert_edge.recipe import load_recipe
from tfbert_edge.recipe.schema_compress import CompressStep


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, nargs="?", help="the run folder")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument(
        "--step", nargs="+", action="append", metavar=("METHOD", "KEY=VALUE"), help="in place of the recipe's"
    )
    parser.add_argument("--output", type=Path, help="a run folder of its own; default: that of the run")
    parser.add_argument("--methods", action="store_true", help="list the methods and their settings, and end")
    arguments = parser.parse_args()
    if arguments.run is None and not arguments.methods:
        parser.error("name a run folder, or --methods")
    return arguments


def as_step(words: list[str]) -> dict[str, Any]:
    """``["prune_layers", "keep=3"]`` as the recipe has it."""
    wrong = [word for word in words[1:] if "=" not in word]
    if wrong:
        raise RecipeError(f"--step {' '.join(words)}: {wrong[0]} must be KEY=VALUE.")
    settings = (word.split("=", 1) for word in words[1:])
    return {"method": words[0]} | {key: yaml.safe_load(value) for key, value in settings}


def print_methods() -> None:
    for block in get_args(get_args(CompressStep)[0]):
        print(f"{block.TAG}: {block.__doc__}")
        for name, field in block.model_fields.items():
            if name != "method":
                print(f"    {name}{'' if field.is_required() else f'={field.default}'}")


def main() -> None:
    arguments = parse()
    if arguments.methods:
        return print_methods()
    overrides = list(arguments.overrides)
    if arguments.step:
        overrides.append(f"compress={json.dumps([as_step(words) for words in arguments.step])}")
    recipe = load_recipe(arguments.run / RECIPE_FILE, overrides)
    if arguments.output:
        stages = ("train", "compress")
        run = run_pipeline(recipe, output=arguments.output, resume=True, trained=arguments.run, stages=stages)
    else:
        run = continue_run(recipe, arguments.run, from_stage="compress")
        run_stage(run, "compress")
    metric = run.task.primary_metric
    print(f"before: {metric} {run.record.stages['train']['figures'][metric]:.4f}")
    for step in run.record.stages["compress"]:
        print(f"{step['method']}: {metric} {step['figures'][metric]:.4f}, {step['seconds']:.0f} s")


if __name__ == "__main__":
    exit_with(main)
