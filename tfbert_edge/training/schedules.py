"""The learning rate over the updates of training: a linear rise, then a fall of some shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import TrainingError

# Share of the way from the last rate to the first, after the share ``p`` of the updates behind warmup.
DECAYS: dict[str, Callable[[Any, float], Any]] = {
    "linear": lambda p, power: 1.0 - p,
    "cosine": lambda p, power: 0.5 * (1.0 + tf.cos(math.pi * p)),
    "polynomial": lambda p, power: tf.pow(1.0 - p, power),
    "constant": lambda p, power: tf.ones_like(p),
}


@keras.utils.register_keras_serializable("tfbert_edge")
class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Rise as ``step / warmup_steps``, then ``end_factor + (1 - end_factor) * decay(p)``, times
    ``learning_rate``.

    ``p`` is ``(step - warmup_steps) / (total_steps - warmup_steps)``, at most 1; ``decay`` is one of
    ``DECAYS``.
    """

    def __init__(
        self,
        type: str,
        *,
        learning_rate: float,
        total_steps: int,
        warmup_steps: int = 0,
        power: float = 1.0,
        end_factor: float = 0.0,
    ) -> None:
        self.type = type
        self.learning_rate = float(learning_rate)
        self.total_steps = int(total_steps)
        self.warmup_steps = int(warmup_steps)
        self.power = float(power)
        self.end_factor = float(end_factor)

    def __call__(self, step: Any) -> Any:
        step = tf.cast(step, tf.float32)
        span = max(1, self.total_steps - self.warmup_steps)
        share = tf.clip_by_value((step - self.warmup_steps) / span, 0.0, 1.0)
        falling = self.end_factor + (1.0 - self.end_factor) * DECAYS[self.type](share, self.power)
        rising = step / max(1, self.warmup_steps)
        return self.learning_rate * tf.where(step < self.warmup_steps, rising, falling)

    def get_config(self) -> dict[str, Any]:
        names = ("type", "learning_rate", "total_steps", "warmup_steps", "power", "end_factor")
        return {name: getattr(self, name) for name in names}


def make_schedule(
    type: str = "linear",
    *,
    learning_rate: float,
    total_steps: int,
    warmup_steps: int | None = None,
    warmup_ratio: float | None = None,
    power: float = 1.0,
    end_factor: float = 0.0,
) -> WarmupDecay:
    """Return the rate for each of ``total_steps`` updates; ``warmup_steps`` wins over ``warmup_ratio`` of
    them.

    Raises:
        TrainingError: an unknown type, no steps, or a warmup longer than training.
    """
    if type not in DECAYS:
        raise TrainingError(
            f"schedule.type must be one of {', '.join(DECAYS)}, was '{type}'. Choose one of these."
        )
    if total_steps < 1:
        raise TrainingError(
            f"training must have at least 1 update, has {total_steps}. Give it data and epochs."
        )
    if warmup_steps is None:
        warmup_steps = int(total_steps * (warmup_ratio or 0.0))
    if warmup_steps > total_steps:
        raise TrainingError(
            f"schedule.warmup_steps must be at most the {total_steps} updates of training, was "
            f"{warmup_steps}. "
            "Lower it, or set schedule.warmup_ratio."
        )
    return WarmupDecay(
        type,
        learning_rate=learning_rate,
        total_steps=total_steps,
        warmup_steps=warmup_steps,
        power=power,
        end_factor=end_factor,
    )
