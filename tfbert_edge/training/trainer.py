"""One training on its way: what it has seen, which epoch is best, and what a snapshot must hold to go on from
it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tfbert_edge.errors import TrainingError
from tfbert_edge.training.callbacks import BestEpoch, OnProgress, Progress, Rate, TensorBoard
from tfbert_edge.training.checkpoints import Snapshots, assign_arrays, read_arrays
from tfbert_edge.training.distribution import is_chief, local_shards
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.hooks import StepHook
from tfbert_edge.training.step import StepResult, TrainStep


class Batches(Protocol):
    """What :class:`tfbert_edge.data.batching.LengthBucketedBatches` offers: epochs that depend on their
    number alone.
    """

    @property
    def steps_per_epoch(self) -> int: ...

    def epoch(self, epoch: int, *, start_step: int = 0, shard: int = 0) -> Any: ...


class History(list[dict[str, Any]]):
    """One record an epoch: epoch and step (batches so far), loss (mean over examples), learning_rate, seconds
    (training alone), evaluation_seconds, tokens (real, unpadded), tokens_per_second, metrics, best (whether
    these weights were kept).
    """

    @property
    def best(self) -> dict[str, Any] | None:
        """The record whose weights the model has after training; None when nothing was evaluated."""
        return next((record for record in self if record["best"]), None)


@dataclass
class _Sums:
    """Of the epoch under way."""

    loss: float = 0.0
    weight: float = 0.0
    tokens: int = 0
    seconds: float = 0.0

    def add(self, result: StepResult, seconds: float) -> None:
        self.loss += result.loss_sum
        self.weight += result.weight
        self.tokens += result.tokens
        self.seconds += seconds


@dataclass
class Trainer:
    """The state behind :func:`tfbert_edge.training.loop.fine_tune`, whose arguments these are."""

    model: Any
    step: TrainStep
    batches: Batches
    epochs: int
    evaluate: Callable[[Any], Mapping[str, Any]] | None
    best: BestEpoch
    freezing: Freezing
    hooks: Sequence[StepHook]
    snapshots: Snapshots | None
    snapshot_seconds: float
    board: TensorBoard | None
    on_progress: OnProgress | None

    def run(self, *, resume: bool) -> History:
        """Train to the end, from the newest snapshot where ``resume`` says so."""
        self.history = History()
        self.sums = _Sums()
        self.rate = Rate()
        self.chief = is_chief(self.step.strategy)
        self.best_weights: list[Any] | None = None
        self.last_snapshot = time.monotonic()
        start_step = self._restore() if resume else self._clear()
        while len(self.history) < self.epochs and not self._is_over():
            self._train_epoch(len(self.history), start_step)
            self._finish_epoch(len(self.history))
            start_step = 0
        if self.best_weights is not None:
            assign_arrays(self.model.variables, self.best_weights)
        if self.board is not None:
            self.board.close()
        return self.history

    def _train_epoch(self, epoch: int, start_step: int) -> None:
        self.step.train_only(self.freezing.trained_variables(self.model, epoch))
        steps, accumulate = self.batches.steps_per_epoch, self.step.accumulate
        shards = [
            iter(self.batches.epoch(epoch, start_step=start_step, shard=shard))
            for shard in local_shards(self.step.strategy)
        ]
        for number in range(start_step + 1, steps + 1):
            started = time.monotonic()
            update = number % accumulate == 0 or number == steps
            before = (number - 1) % accumulate == 0
            done = epoch * math.ceil(steps / accumulate) + (number - 1) // accumulate
            for hook in self.hooks if before else ():
                hook.before_update(done)
            result = self.step([next(shard) for shard in shards], update=update)
            for hook in self.hooks if update else ():
                hook.after_update(done)
            seconds = time.monotonic() - started
            self._check_finite(result, epoch * steps + number)
            self.sums.add(result, seconds)
            self.rate.update(seconds, result.tokens)
            self._report(epoch, epoch * steps + number, result)
            due = time.monotonic() - self.last_snapshot >= self.snapshot_seconds
            if update and due and number < steps:
                self._snapshot(epoch, number)

    def _finish_epoch(self, epoch: int) -> None:
        started = time.monotonic()
        metrics = dict(self.evaluate(self.model)) if self.evaluate else {}
        record: dict[str, Any] = {
            "epoch": epoch + 1,
            "step": (epoch + 1) * self.batches.steps_per_epoch,
            "loss": self.sums.loss / self.sums.weight,
            "learning_rate": self._learning_rate(),
            "seconds": self.sums.seconds,
            "evaluation_seconds": time.monotonic() - started,
            "tokens": self.sums.tokens,
            "tokens_per_second": self.sums.tokens / max(self.sums.seconds, 1e-9),
            "metrics": metrics,
            "best": False,
        }
        self.history.append(record)
        if self.evaluate and self.best.update(epoch, metrics):
            for earlier in self.history:
                earlier["best"] = earlier is record
            self.best_weights = read_arrays(self.model.variables)
            if self.snapshots is not None and self.chief:
                self.snapshots.save_best(epoch, self.best_weights)
        self.sums = _Sums()
        if self.board is not None:
            self.board.write(
                record["step"], {k: record[k] for k in ("loss", "tokens_per_second")}, prefix="epoch"
            )
            self.board.write(record["step"], metrics, prefix="validation")
        self._snapshot(epoch + 1, 0)

    def _is_over(self) -> bool:
        return self.best.is_over(len(self.history) - 1)

    def _snapshot(self, epoch: int, step: int) -> None:
        self.last_snapshot = time.monotonic()
        if self.snapshots is None or not self.chief:
            return
        arrays = {
            "model": read_arrays(self.model.variables),
            "optimizer": read_arrays(self.step.optimizer.variables),
        }
        state = {
            "step_in_epoch": step,
            "sums": vars(self.sums),
            "history": list(self.history),
            "best_epoch": self.best.epoch,
            "best_value": self.best.value,
        }
        self.snapshots.save(epoch * self.batches.steps_per_epoch + step, arrays, state)

    def _clear(self) -> int:
        if self.snapshots is not None and self.chief:
            self.snapshots.clear()
        return 0

    def _restore(self) -> int:
        snapshot = self.snapshots.latest() if self.snapshots is not None else None
        if snapshot is None or self.snapshots is None:
            return 0
        assign_arrays(self.model.variables, snapshot.arrays["model"])
        assign_arrays(self.step.optimizer.variables, snapshot.arrays["optimizer"])
        state = snapshot.state
        self.history = History(state["history"])
        self.sums = _Sums(**state["sums"])
        self.best.epoch, self.best.value = state["best_epoch"], state["best_value"]
        if self.best.epoch is not None:
            self.best_weights = self.snapshots.load_best(self.best.epoch)
        return int(state["step_in_epoch"])

    def _report(self, epoch: int, step: int, result: StepResult) -> None:
        loss, rate = result.loss_sum / max(result.weight, 1e-9), self.rate
        if self.board is not None:
            scalars = {
                "loss": loss,
                "learning_rate": self._learning_rate(),
                "tokens_per_second": rate.tokens_per_second,
            }
            self.board.write(step, scalars, prefix="train")
        if self.on_progress is not None:
            total = self.epochs * self.batches.steps_per_epoch
            self.on_progress(
                Progress(
                    epoch=epoch + 1,
                    epochs=self.epochs,
                    step=step,
                    steps=total,
                    loss=loss,
                    learning_rate=self._learning_rate(),
                    tokens_per_second=rate.tokens_per_second,
                    seconds_left=(total - step) * rate.seconds_per_step,
                )
            )

    def _learning_rate(self) -> float:
        return float(self.step.optimizer.learning_rate.numpy())

    def _check_finite(self, result: StepResult, step: int) -> None:
        norm = result.gradient_norm
        what = "loss" if not math.isfinite(result.loss_sum) else "gradient"
        if what == "loss" or (norm is not None and not math.isfinite(norm)):
            raise TrainingError(
                f"the {what} must be a finite number, was {result.loss_sum if what == 'loss' else norm} at "
                f"step {step}, "
                f"at learning rate {self._learning_rate():.3g}. Lower training.learning_rate, lengthen the "
                "warmup, set "
                "training.max_gradient_norm: 1.0, or set training.precision: float32."
            )
