"""What else happens at each update of the weights: masks that move, zeros that stay, weights that are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class StepHook(Protocol):
    """Called around each update. What it does must follow from the update's number and the model's variables alone,
    which a resumed training has; ``key`` is what a resumed training must have in common with the killed one.
    """

    key: Mapping[str, Any]

    def before_update(self, update: int) -> None:
        """Called before the forward pass of update ``update``, counted from 0."""

    def after_update(self, update: int) -> None:
        """Called when the weights have moved."""


def keys(hooks: Sequence[StepHook]) -> list[list[Any]]:
    """The hooks' names and keys, for the settings that a snapshot records."""
    return [[type(hook).__name__, dict(hook.key)] for hook in hooks]
