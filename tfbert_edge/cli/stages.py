"""Each stage alone."""

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
    print_json,
    print_run,
    resumable,
    resume_line,
)

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run folder, or the recipe whose run folder is meant.")
]


def train(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    output: Output = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Fine-tune, and write the model as a Hugging Face folder.

    Examples:

    - `tfbert-edge train rotten-tomatoes --output runs/float`
    - `tfbert-edge train my-recipe.yaml --set training.epochs=1 --overwrite`
    """
    from tfbert_edge.pipeline import run_pipeline
    from tfbert_edge.recipe import load_recipe

    loaded = load_recipe(recipe, overrides or [])
    folder = output or loaded.output_folder
    with resumable(resume_line("train", recipe, overrides, folder)):
        run = run_pipeline(loaded, output=folder, resume=resume, overwrite=overwrite, stages=("train",))
    if as_json:
        print_json(run.record.stages["train"])
        return
    for name, value in run.record.stages["train"]["figures"].items():
        if isinstance(value, int | float):
            print(f"{name:16}{value:.4f}")
    print(f"model: {run.model_folder}")


def compress(
    run: RunArgument, overrides: Overrides = None, output: Output = None, as_json: Json = False
) -> None:
    """Run the compression steps of the recipe on a trained model; resumes a step that was stopped.

    Examples:

    - `tfbert-edge compress runs/rotten-tomatoes`
    - `tfbert-edge compress runs/rotten-tomatoes --set compress.0.epochs=2`
    """
    _alone("compress", run, overrides, output, as_json)


def export(
    run: RunArgument, overrides: Overrides = None, output: Output = None, as_json: Json = False
) -> None:
    """Convert a trained model into every form of its recipe.

    Examples:

    - `tfbert-edge export runs/rotten-tomatoes`
    - `tfbert-edge export runs/rotten-tomatoes --set "export.forms=[float32, int8]"`
    """
    _alone("export", run, overrides, output, as_json)


def validate(
    run: RunArgument, overrides: Overrides = None, output: Output = None, as_json: Json = False
) -> None:
    """Measure every exported form in LiteRT: answers, quality, latency, memory, size. Needs no TensorFlow.

    Exit code 2 when a gate of the recipe failed.

    Examples:

    - `tfbert-edge validate runs/rotten-tomatoes`
    - `tfbert-edge validate runs/rotten-tomatoes --set validate.gates.max_size_mib=16`
    """
    _alone("validate", run, overrides, output, as_json)


def report(
    run: RunArgument, overrides: Overrides = None, output: Output = None, as_json: Json = False
) -> None:
    """Write report.md, report.html and the plots of a run.

    Example: `tfbert-edge report runs/rotten-tomatoes`
    """
    _alone("report", run, overrides, output, as_json)


def bundle(
    run: RunArgument, overrides: Overrides = None, output: Output = None, as_json: Json = False
) -> None:
    """Pack one form with its vocabulary, labels, manifest and golden vectors for a device.

    Examples:

    - `tfbert-edge bundle runs/rotten-tomatoes`
    - `tfbert-edge bundle runs/rotten-tomatoes --set bundle.form=dynamic`
    """
    _alone("bundle", run, overrides, output, as_json)


def _alone(stage: str, target: str, overrides: list[str] | None, output: Path | None, as_json: bool) -> None:
    from tfbert_edge.pipeline import RECIPE_FILE, continue_run, run_stage
    from tfbert_edge.recipe import load_recipe

    folder = Path(target)
    if (folder / RECIPE_FILE).is_file():
        if output is not None:
            raise typer.BadParameter(f"{folder} is a run folder already: leave --output out.")
        loaded = load_recipe(folder / RECIPE_FILE, overrides or [])
    else:
        loaded = load_recipe(target, overrides or [])
        folder = output or loaded.output_folder
    opened = continue_run(loaded, folder, from_stage=stage)
    with resumable(resume_line("run", str(folder / RECIPE_FILE), None, folder)):
        run_stage(opened, stage)
    if as_json:
        print_json(opened.record.stages[stage])
    elif stage == "compress":
        for step in opened.record.stages["compress"]:
            metric = opened.task.primary_metric
            print(f"{step['method']}: {metric} {step['figures'][metric]:.4f}, fake-quantized")
    elif stage == "export":
        for form, figures in opened.record.stages["export"]["forms"].items():
            print(
                f"{form:10}{figures['size_bytes'] / 2**20:8.1f} MiB  {opened.export_folder / (form + '.tflite')}"
            )
    else:
        print_run(opened, as_json=False)
    if stage == "validate":
        opened.check_gates()
