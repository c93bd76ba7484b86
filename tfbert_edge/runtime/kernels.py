"""Which of LiteRT's kernel sets run a model, and run it right: some operators and dtypes give garbage without an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.interpreter import EdgeInterpreter

KERNELS: dict[str, dict[str, bool]] = {
    "xnnpack": {},
    "builtin": {"delegate": False},
    "reference": {"reference_kernels": True},
}
"""Kernel sets and how an ``EdgeInterpreter`` is asked for them: LiteRT's default, its own fast kernels, its slow exact ones."""

TOLERANCE = 0.1
"""Kernel sets round differently by a step here and there; garbage is off by as much as outputs differ between examples."""


def kernels_that_run(model: bytes, examples: Sequence[tuple[Any, Any, Any]]) -> dict[str, bool]:
    """Run ``examples`` (ids, segment ids and mask each) on every kernel set; returns which of ``KERNELS`` run them right.

    The first set that runs them at all is taken to be right: the default one, with which forms are validated. Another is
    right where its outputs differ from these by at most ``TOLERANCE`` of what these differ between examples, or by 2 steps.
    """
    outputs: dict[str, np.ndarray | None] = {}
    steps = 0.0
    for name, settings in KERNELS.items():
        try:
            interpreter = EdgeInterpreter(model, **settings)
            rows = [
                np.concatenate(
                    [values.ravel() for values in interpreter.dequantize(interpreter.run(*example))]
                )
                for example in examples
            ]
        except BundleError:
            outputs[name] = None
            continue
        outputs[name] = np.asarray(rows, np.float64)
        steps = 2 * max(output.scale for output in interpreter.outputs)
    right = next(
        (found for found in outputs.values() if found is not None and np.isfinite(found).all()), None
    )
    if right is None:
        return dict.fromkeys(KERNELS, False)
    allowed = max(TOLERANCE * float(np.abs(right - right.mean(axis=0)).mean()), steps)
    # A comparison with NaN is false.
    return {
        name: found is not None and bool(np.abs(found - right).mean() <= allowed)
        for name, found in outputs.items()
    }
