"""Which of LiteRT's kernel sets run a model, and run it right: some operators and dtypes give garbage without an error."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
"""How far a kernel set's outputs y may be from the right ones x: E|x - y| / E|x - mean(x)|.

Where y tells nothing of x, this is at least 1/2: E|x - y| >= E|x - median(x)| for each y that does not depend on x, and
E|x - mean(x)| <= E|x - median(x)| + |median(x) - mean(x)| <= 2 E|x - median(x)|. The limit is stricter, so that a kernel which
is wrong in part is refused too; so is a network on which rounding alone comes to more.
"""


def kernels_that_run(
    model: bytes, examples: Sequence[tuple[Any, Any, Any]], *, per_piece: Collection[int] = ()
) -> dict[str, bool]:
    """Run ``examples`` (ids, segment ids and mask each) on every kernel set; returns which of ``KERNELS`` run them right.

    The first set that runs them at all is taken to be right: the default one, with which forms are validated. Another is
    right where its outputs differ from these by at most ``TOLERANCE`` of what these differ between examples, or by 2 steps.

    Args:
        per_piece: places of the outputs that hold numbers for each piece, (1, n, ...). No answer is made of those at
            padding, which nothing has taught and which differ most: they are not compared.
    """
    filled = np.asarray([np.ravel(mask) for _, _, mask in examples], bool)
    outputs: dict[str, np.ma.MaskedArray | None] = {}
    steps = 0.0
    for name, settings in KERNELS.items():
        try:
            interpreter = EdgeInterpreter(model, **settings)
            rows = [interpreter.dequantize(interpreter.run(*example)) for example in examples]
        except BundleError:
            outputs[name] = None
            continue
        outputs[name] = np.ma.concatenate(
            [
                _rows(np.asarray([row[at] for row in rows]), filled if at in per_piece else None)
                for at in range(len(interpreter.outputs))
            ],
            axis=1,
        )
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


def _rows(output: np.ndarray, filled: np.ndarray | None) -> np.ma.MaskedArray:
    """An output of all examples, float64 (N, values), masked at pieces that ``filled``, bool (N, pieces), leaves out."""
    rows = np.ma.masked_array(output.reshape(len(output), -1), dtype=np.float64)
    if filled is not None:
        rows[~np.repeat(filled, rows.shape[1] // filled.shape[1], axis=1)] = np.ma.masked
    return rows
