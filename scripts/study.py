"""Compress one fine-tuned model in several ways, or train in several ways, and measure each:

    python scripts/study.py scripts/studies/sst2.yaml --trained runs/teacher
    python scripts/study.py scripts/studies/sst2.yaml --trained runs/teacher --only three-layers heads
    python scripts/study.py scripts/studies/vocabulary.yaml

A study names a recipe, what all its runs have in common (`set`), and chains: their compression steps (`compress`) and what
else they set. Each chain becomes a run of its own, in runs/STUDY/CHAIN, that takes over the training of --trained or, without
it, trains itself; finished ones are not run again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import yaml

from tfbert_edge.errors import RecipeError, exit_with
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", type=Path, help="a YAML file with recipe, set and chains")
    parser.add_argument("--trained", type=Path, help="a run of the recipe whose training is done")
    parser.add_argument("--output", type=Path, help="where the runs go; default: runs/STUDY")
    parser.add_argument("--only", nargs="+", metavar="CHAIN", help="these chains alone")
    return parser.parse_args()


def read_study(path: Path) -> dict[str, Any]:
    """The study in ``path``, with keys ``recipe``, ``set`` (overrides, may be missing) and ``chains``."""
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(study, dict) or not isinstance(study.get("chains"), dict) or "recipe" not in study:
        raise RecipeError(f"{path} must have the keys recipe and chains. See scripts/studies/sst2.yaml.")
    return study


def main() -> None:
    arguments = parse()
    study = read_study(arguments.study)
    output = arguments.output or Path("runs") / arguments.study.stem
    unknown = [name for name in arguments.only or [] if name not in study["chains"]]
    if unknown:
        raise RecipeError(
            f"{arguments.study} has no chain {', '.join(unknown)}; it has: {', '.join(study['chains'])}."
        )
    # All recipes first: a mistake in the last one is found before the first one runs.
    recipes = {
        name: load_recipe(
            study["recipe"],
            [
                *study.get("set", []),
                *study["chains"][name].get("set", []),
                f"name={name}",
                f"compress={json.dumps(study['chains'][name].get('compress', []))}",
            ],
        )
        for name in arguments.only or study["chains"]
    }
    for name, recipe in recipes.items():
        print(f"\n{name}", flush=True)
        run = run_pipeline(recipe, output=output / name, resume=True, trained=arguments.trained)
        print(run.forms_table(), flush=True)


if __name__ == "__main__":
    exit_with(main)
