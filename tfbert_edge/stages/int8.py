"""The fake-quantized network from which the integer-only form is converted: ranges measured on real examples."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features
from tfbert_edge.models.quantization import Ranges, assign_ranges, fake_quantize
from tfbert_edge.models.ranges import calibrate
from tfbert_edge.stages.network import Network
from tfbert_edge.stages.quantize_aware import unpadded
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import RANGES, quantized_folder
from tfbert_edge.training.evaluation import predict

SELECTION_EXAMPLES = 512


def make_int8(
    run: Run, network: Network, *, calibration: Features, train: Features
) -> tuple[Any, dict[str, Any]]:
    """Fake-quantize ``network`` with each calibration method of the recipe, and keep the best.

    The best decides most training examples as the float network does (``SELECTION_EXAMPLES`` of them, of all lengths);
    of equals, the one with the least mean distance of logits. The validation examples have no part in the choice.

    A recipe with the step ``quantize_aware`` has trained ranges, and calibrates nothing: ``network`` is then its model.

    Returns:
        The fake-quantized model, and ``{"method", "agreement": {method: share}, "ranges"}``.

    Raises:
        ConversionError: the examples give no ranges.
    """
    if (folder := quantized_folder(run)) is not None:
        ranges = json.loads((folder / RANGES).read_text(encoding="utf-8"))
        return with_ranges(network, ranges), {"method": "quantize_aware", "agreement": {}, "ranges": ranges}
    # Not the data's: its decisions may have been chosen by the float network's answers.
    settings, task = run.recipe.export.calibration, run.task
    chosen = calibration_examples(train, SELECTION_EXAMPLES, seed=run.recipe.seed + 1)
    expected = predict(network.model, chosen)
    batches = list(unpadded(calibration))
    quantized = fake_quantize(network.model)
    scores: dict[str, tuple[float, float]] = {}
    candidates: dict[str, Ranges] = {}
    for method in settings.methods:
        candidates[method] = calibrate(network.model, batches, method, percentile=settings.percentile)
        assign_ranges(quantized, candidates[method])
        outputs = predict(quantized, chosen)
        scores[method] = (
            task.agreement(task.activated(outputs), task.activated(expected), chosen.known_truth),
            -float(np.abs(outputs - expected).mean()),
        )
        run.console.say(f"  calibration by {method}: {scores[method][0]:.2%} of decisions as in float32")
    best = max(scores, key=lambda method: scores[method])
    return with_ranges(network, candidates[best]), {
        "method": best,
        "agreement": {method: score[0] for method, score in scores.items()},
        "ranges": candidates[best],
    }


def with_ranges(network: Network, ranges: Ranges) -> Any:
    """The network as the converter takes it for the integer-only form: these ranges, the weights left to the converter."""
    quantized = fake_quantize(network.model, weights=False)
    assign_ranges(quantized, ranges)
    return quantized


def calibrated(network: Network, calibration: Features, *, method: str, percentile: float) -> Any:
    """The network with ranges by one calibration method."""
    ranges = calibrate(network.model, unpadded(calibration), method, percentile=percentile)
    return with_ranges(network, ranges)
