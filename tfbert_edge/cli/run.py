"""``tfbert-edge run``: the whole road."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfbert_edge.cli.options import (
    Json,
    Output,
    Overrides,
    Overwrite,
    RecipeArgument,
    Resume,
    print_run,
    resumable,
    resume_line,
)

Trained = Annotated[
    Path | None,
    typer.Option(
        "--trained",
        metavar="RUN",
        help="Take the finished training of this run, of a recipe that trains the same model.",
    ),
]


def run(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    output: Output = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    trained: Trained = None,
    as_json: Json = False,
) -> None:
    """Train, compress, export, validate, report and bundle.

    Ends with a table of the forms and the paths of report and bundle; with exit code 2 when a gate of the recipe
    failed (everything is written all the same).

    Examples:

    - `tfbert-edge run rotten-tomatoes`
    - `tfbert-edge run my-recipe.yaml --set data.max_length=64 --output runs/short`
    - `tfbert-edge run my-recipe.yaml --resume`
    - `tfbert-edge run my-student.yaml --trained runs/teacher`
    """
    from tfbert_edge.pipeline import run_pipeline
    from tfbert_edge.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or [])
    folder = output or loaded.output_folder
    with resumable(resume_line("run", recipe, overrides, folder)):
        finished = run_pipeline(loaded, output=folder, resume=resume, overwrite=overwrite, trained=trained)
    print_run(finished, as_json=as_json)
    finished.check_gates()
