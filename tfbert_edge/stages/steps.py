"""Where compression steps keep what they make."""

from __future__ import annotations

import json
from pathlib import Path

from tfbert_edge.stages.run import Run

MODEL, RANGES, PLAN, FIGURES = "model", "ranges.json", "plan.json", "figures.json"


def step_folder(run: Run, number: int, method: str) -> Path:
    """The folder of the compression step ``number``, counted from 1."""
    return run.folder / "compress" / f"{number:02d}-{method}"


def step_name(number: int, method: str) -> str:
    """What tables call the network after the step ``number``, counted from 1; 0 is the fine-tuned one."""
    return f"{number}. {method}" if number else "fine-tuned"


def float_networks(run: Run) -> list[tuple[int, str, Path]]:
    """Number, method and folder of the fine-tuned network (0) and of what each step before quantization made of it."""
    steps = [
        (number, step.method, step_folder(run, number, step.method) / MODEL)
        for number, step in enumerate(run.recipe.compress, start=1)
        if step.method != "quantize_aware"
    ]
    return [(0, "fine_tuned", run.model_folder), *steps]


def float_model_folder(run: Run) -> Path:
    """The float network to export: the fine-tuned one, or what the last step before quantization made of it."""
    return float_networks(run)[-1][2]


def quantized_folder(run: Run) -> Path | None:
    """Where the step ``quantize_aware`` has put its model and ranges; None where the recipe has no such step."""
    for number, step in enumerate(run.recipe.compress, start=1):
        if step.method == "quantize_aware":
            return step_folder(run, number, step.method)
    return None


def int4_layers(run: Run) -> list[str]:
    """The layers to which the step ``mixed_precision`` has given 4 bits; none where the recipe has no such step."""
    for number, step in enumerate(run.recipe.compress, start=1):
        if step.method == "mixed_precision":
            plan = json.loads((step_folder(run, number, step.method) / PLAN).read_text(encoding="utf-8"))
            return [one["name"] for one in plan if one["bits"] == 4]
    return []
