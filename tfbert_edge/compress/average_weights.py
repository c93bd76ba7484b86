"""One network of the mean of several networks' weights (Izmailov et al. 2018, "Averaging weights leads to wider optima and
better generalization"; Wortsman et al. 2022, "Model soups", the uniform one).

    w <- (w_1 + ... + w_n) / n

Each distillation begins at a high rate where the one before ended at a low one, so what each leaves is the end of a cycle;
in the paper the mean of such ends generalizes better than any of them. It takes the statistics of batch
norms anew; there are none here. Places that are zero in all stay zero, and weights that layers share stay one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge.errors import CompressionError


def average_weights(models: Sequence[Any]) -> Any:
    """Set the floating-point variables of the last of ``models`` to the mean of all, taken in float64, and return it.

    ``models`` are Keras networks of one shape, with float32 variables in one order.

    Raises:
        CompressionError: there are fewer than two, or their variables are not of the same shapes.
    """
    if len(models) < 2:
        raise CompressionError(f"a mean needs at least two networks, was given {len(models)}. Give more.")
    shapes = [[tuple(variable.shape) for variable in model.variables] for model in models]
    for number, other in enumerate(shapes[:-1], start=1):
        if other != shapes[-1]:
            raise CompressionError(
                f"networks to average must have the same shape, number {number} of {len(models)} and the last have not. "
                "Average what distillations of one network left."
            )
    for variables in zip(*(model.variables for model in models), strict=True):
        if not variables[-1].dtype.is_floating:
            continue  # integers have no mean
        mean = np.mean([variable.numpy().astype(np.float64) for variable in variables], axis=0)
        variables[-1].assign(mean.astype(variables[-1].dtype.as_numpy_dtype))
    return models[-1]
