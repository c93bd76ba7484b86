"""The network before and after each compression step as a file, so that it can be measured like a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tfbert_edge.atomic import sha256, write_bytes
from tfbert_edge.data.features import Features
from tfbert_edge.stages.int8 import calibrated
from tfbert_edge.stages.network import saved_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import float_networks, step_name
from tfbert_edge.stages.tflite import file_figures, make_file
from tfbert_edge.training.precision import precision

FOLDER = "steps"


def export_steps(
    run: Run,
    folder: Path,
    forms: Mapping[str, Mapping[str, Any]],
    *,
    calibration: Features,
    on_step: Callable[[int, str], None],
) -> list[dict[str, Any]]:
    """Write ``steps/NN-method.<form>.tflite`` into ``folder`` for each float network, in the recipe's ``export.steps``.

    A network like the one before it has no file of its own, nor has the last one where ``forms``, the figures of the exported
    forms, have that form of it already. ``on_step`` is called with a step's place and name before its file is made.

    Returns ``name``, ``method``, ``form``, ``path`` and the file's figures of each, the fine-tuned network first; nothing
    where the recipe asks for none.

    Raises:
        ConversionError: a network cannot be had in that form.
    """
    form, networks = run.recipe.steps_form, float_networks(run)
    if form is None:
        return []
    made: list[dict[str, Any]] = []
    before = None
    for place, (number, method, source) in enumerate(networks):
        on_step(place, step_name(number, method))
        content = [sha256(source / name) for name in ("model.safetensors", "config.json")]
        if content == before:
            figures = made[-1]
        elif place == len(networks) - 1 and form in forms and form != "int8":
            figures = {name: forms[form][name] for name in ("path", *FIGURES)}
        else:
            path = f"{FOLDER}/{number:02d}-{method}.{form}.tflite"
            written = _file(run, source, form, calibration)
            write_bytes(folder / path, written)
            figures = {"path": f"export/{path}", **file_figures(written)}
        made.append({**figures, "name": step_name(number, method), "method": method, "form": form})
        before = content
    return made


FIGURES = ("size_bytes", "encoder_bytes", "zipped_bytes", "sparsity", "sha256")


def _file(run: Run, source: Path, form: str, calibration: Features) -> bytes:
    with precision("float32"):
        network = saved_network(run, source)
        model = None
        if form == "int8":
            # One method for all, the one that quantize_aware starts from: to try each costs more than the conversion.
            percentile = run.recipe.export.calibration.percentile
            model = calibrated(network, calibration, method="percentile", percentile=percentile)
    return make_file(run, network, form, model=model)
