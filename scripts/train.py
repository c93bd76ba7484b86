"""Fine-tune a pretrained BERT on a recipe's task:

    python scripts/train.py rotten-tomatoes --output runs/mine
    python scripts/train.py my-recipe.yaml --set training.epochs=1 --overwrite

The result is a Hugging Face folder, runs/mine/train/model. Export it with scripts/export.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.errors import exit_with
from tfbert_edge.pipeline import run_pipeline
from tfbert_edge.recipe import load_recipe


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, or a builtin recipe's name")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--output", type=Path, help="the run folder; default: the recipe's")
    parser.add_argument("--resume", action="store_true", help="continue the run that is in the folder")
    parser.add_argument("--overwrite", action="store_true", help="replace the run that is in the folder")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    recipe = load_recipe(arguments.recipe, arguments.overrides)
    run = run_pipeline(
        recipe,
        output=arguments.output,
        resume=arguments.resume,
        overwrite=arguments.overwrite,
        stages=("train",),
    )
    trained = run.record.stages["train"]
    for epoch in trained["history"]:
        metric = epoch["metrics"][run.task.primary_metric]
        kept = "  <- kept" if epoch["best"] else ""
        print(
            f"epoch {epoch['epoch']}: loss {epoch['loss']:.4f}, {run.task.primary_metric} {metric:.4f}{kept}"
        )
    print(
        f"{trained['tokens_per_second']:,.0f} tokens/s in {trained['precision']}; the model is in {run.model_folder}"
    )


if __name__ == "__main__":
    exit_with(main)
