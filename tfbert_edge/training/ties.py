"""Variables that are one (Lan et al. 2020, "ALBERT", section 3.1; Dehghani et al. 2019, "Universal Transformers").

A weight that stands in several places has the sum of their gradients. One variable of each group is updated by that sum, and
the others are copies of it: equal to the last bit after every update, as if one layer were called several times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError


class Ties:
    """Groups of variables of the same shape and values, each of at least two; the first of a group leads it."""

    def __init__(self, groups: Sequence[Sequence[Any]]) -> None:
        """
        Raises:
            TrainingError: a group's variables have unequal shapes or values.
        """
        self._leaders: dict[Any, Any] = {}
        for first, *others in groups:
            for other in others:
                if first.shape != other.shape or not np.array_equal(first.numpy(), other.numpy()):
                    raise TrainingError(
                        f"variables that are tied must start equal, but {first.name} {tuple(first.shape)} and "
                        f"{other.name} {tuple(other.shape)} differ. Assign the one to the other, or leave the tie out."
                    )
                self._leaders[other.ref()] = first

    def __len__(self) -> int:
        return len(self._leaders)

    def leaders(self, variables: Sequence[Any]) -> list[Any]:
        """Those of ``variables`` that are updated: all but the copies.

        Raises:
            TrainingError: a group trains in part.
        """
        given = {variable.ref() for variable in variables}
        for other, first in self._leaders.items():
            if (other in given) != (first.ref() in given):
                frozen = first if other in given else other.deref()
                raise TrainingError(
                    f"layers that share weights must train together, but {frozen.name} is frozen and another of its group "
                    "is not. Set training.freeze.layers to whole groups, and training.unfreeze_per_epoch to 0."
                )
        return [variable for variable in variables if variable.ref() not in self._leaders]

    def summed(self, gradients: Sequence[Any], variables: Sequence[Any]) -> list[Any]:
        """The gradients of ``leaders(variables)``: each its group's sum."""
        sums: dict[Any, Any] = {}
        for gradient, variable in zip(gradients, variables, strict=True):
            leader = self._leaders.get(variable.ref(), variable).ref()
            sums[leader] = sums[leader] + gradient if leader in sums else gradient
        return [sums[variable.ref()] for variable in self.leaders(variables)]

    def copy(self, strategy: Any) -> None:
        """Assign each leader to its copies; call outside of replicas."""
        for other, first in self._leaders.items():
            strategy.extended.update(other.deref(), _assign, args=(first,))


def _assign(variable: Any, value: Any) -> Any:
    return variable.assign(tf.convert_to_tensor(value))
