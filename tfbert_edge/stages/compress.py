"""The recipe's compression steps, in order, each in a folder of its own, from which the next one reads."""

from __future__ import annotations

import importlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfbert_edge.atomic import sha256, write_json
from tfbert_edge.models.checkpoint import read_config
from tfbert_edge.recipe import Recipe
from tfbert_edge.stages.changes import plans_bytes
from tfbert_edge.stages.fit import steps_must_fit
from tfbert_edge.stages.inputs import check_inputs, input_files
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import FIGURES, MODEL, step_folder

Step = Callable[[Run, Any, Path, Path], dict[str, Any]]

# method -> the module and function step(run, settings, source, folder) -> figures: settings is that step's block of the
# recipe, source the model to start from. The recipe's schema admits no other method.
METHODS = {
    "replace_blocks": ("replace_blocks", "replace_blocks_step"),
    "tame_activations": ("tame_activations", "tame_activations_step"),
    "prune_layers": ("prune", "prune_layers_step"),
    "prune_heads": ("prune", "prune_heads_step"),
    "prune_neurons": ("prune", "prune_neurons_step"),
    "prune_movement": ("prune_movement", "prune_movement_step"),
    "factorize_embeddings": ("share", "factorize_embeddings_step"),
    "prune_weights": ("prune_weights", "prune_weights_step"),
    "new_student": ("new_student", "new_student_step"),
    "lottery_ticket": ("lottery_ticket", "lottery_ticket_step"),
    "share_layers": ("share", "share_layers_step"),
    "distill_outputs": ("distill", "distill_outputs_step"),
    "distill_layers": ("distill", "distill_layers_step"),
    "distill_progressive": ("distill_progressive", "distill_progressive_step"),
    "distill_patient": ("distill_states", "distill_patient_step"),
    "distill_relations": ("distill_states", "distill_relations_step"),
    "average_weights": ("average_weights", "average_weights_step"),
    "mixed_precision": ("mixed_precision", "mixed_precision_step"),
    "quantize_aware": ("quantize_aware", "quantize_aware_step"),
}
KEY = "key.json"


def compress_stage(run: Run) -> list[dict[str, Any]]:
    """Run each step that is not finished yet; returns the figures of all.

    A step is finished where its folder holds figures, made by the same steps up to it from the same fine-tuned model and from
    files with the same content.

    Raises:
        RecipeError: a step asks for what the fine-tuned network cannot have.
        CompressionError, DataError: a step cannot read its other teachers or its texts.
    """
    figures: list[dict[str, Any]] = []
    files: list[str] = []
    read = False
    source = run.model_folder
    teacher = sha256(source / "model.safetensors")
    recipe = run.recipe
    if recipe.compress:
        steps_must_fit(recipe, read_config(source)[0])
    for number, step in enumerate(recipe.compress, start=1):
        folder = step_folder(run, number, step.method)
        files += [sha256(path) for path in input_files(run, step)]
        key = _key(recipe, number, model=teacher, files=files)
        if _read(folder / KEY) != key:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            write_json(folder / KEY, key)
        found = _read(folder / FIGURES)
        if found is None:
            if not read:
                check_inputs(run, first=number - 1)
                read = True
            run.console.say(f"  {step.method}: {folder}")
            start = time.monotonic()
            made = _work(step.method)(run, step, source, folder)
            found = {"method": step.method, "seconds": round(time.monotonic() - start, 2), **made}
            write_json(folder / FIGURES, found)
        else:
            run.console.say(f"  {step.method}: done before")
        figures.append(found)
        source = folder / MODEL
    return figures


def _key(recipe: Recipe, number: int, *, model: str, files: list[str]) -> dict[str, Any]:
    """What the result of the step ``number`` depends on, in JSON types: ``model`` and ``files`` are sha256 of content."""
    steps = recipe.compress[:number]
    key: dict[str, Any] = {
        "model": model,
        "seed": recipe.seed,
        "calibration_examples": recipe.data.calibration_examples,
        "steps": [one.model_dump(mode="json") for one in steps],
    }
    if files:
        key["files"] = list(files)
    if plans_bytes(steps):
        key["sequence_length"] = recipe.sequence_length
    return key


def _work(method: str) -> Step:
    module, function = METHODS[method]
    work: Step = getattr(importlib.import_module(f"tfbert_edge.stages.{module}"), function)
    return work


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
