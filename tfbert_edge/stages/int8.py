"""The fake-quantized network from which the integer-only form is converted: ranges measured on real examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features
from tfbert_edge.models.quantization import assign_ranges, fake_quantize
from tfbert_edge.models.ranges import estimate_ranges, observe
from tfbert_edge.stages.network import Network
from tfbert_edge.stages.run import Run
from tfbert_edge.training.evaluation import predict

SELECTION_EXAMPLES = 512


def make_int8(
    run: Run, network: Network, *, calibration: Features, train: Features
) -> tuple[Any, dict[str, Any]]:
    """Fake-quantize ``network`` with each calibration method of the recipe, and keep the best.

    The best decides most training examples as the float network does (``SELECTION_EXAMPLES`` of them, of all lengths);
    of equals, the one with the least mean distance of logits. The validation examples have no part in the choice.

    Returns:
        The fake-quantized model, and ``{"method", "agreement": {method: share}, "ranges"}``.

    Raises:
        ConversionError: the examples give no ranges.
    """
    settings = run.recipe.export.calibration
    chosen = calibration_examples(train, SELECTION_EXAMPLES, seed=run.recipe.seed + 1)
    expected = predict(network.model, chosen)
    histograms = observe(network.model, _of_one_length(calibration))
    quantized = fake_quantize(network.model)
    scores: dict[str, tuple[float, float]] = {}
    ranges: dict[str, Any] = {}
    for method in settings.methods:
        ranges[method] = estimate_ranges(histograms, method, percentile=settings.percentile)
        assign_ranges(quantized, ranges[method])
        outputs = predict(quantized, chosen)
        scores[method] = (
            network.task.agreement(outputs, expected),
            -float(np.abs(outputs - expected).mean()),
        )
        run.console.say(f"  calibration by {method}: {scores[method][0]:.2%} of decisions as in float32")
    best = max(scores, key=lambda method: scores[method])
    assign_ranges(quantized, ranges[best])
    return quantized, {
        "method": best,
        "agreement": {method: score[0] for method, score in scores.items()},
        "ranges": ranges[best],
    }


def _of_one_length(features: Features) -> Iterator[dict[str, np.ndarray]]:
    """Batches of examples of the same length, so that nothing is padded."""
    lengths = features.lengths
    for length in np.unique(lengths):
        yield features.select(np.flatnonzero(lengths == length)).padded(int(length))
