"""One update of the weights: forward, backward, sum over replicas, AdamW; compiled once for all shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.training.adversarial import AdversarialGradients
from tfbert_edge.training.losses import Loss
from tfbert_edge.training.optimizer import AdamW
from tfbert_edge.training.ties import Ties

Batch = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class StepResult:
    """Sums over the global batch: of weighted losses, of weights, of real tokens; and the gradient's norm at
    an update.
    """

    loss_sum: float
    weight: float
    tokens: int
    gradient_norm: float | None


class TrainStep:
    """Train ``model`` on batches; ``accumulate`` of them make one update, whose gradient is that of the
    joined batch.
    """

    def __init__(
        self,
        model: Any,
        loss: Loss,
        optimizer: AdamW,
        strategy: Any,
        *,
        accumulate: int = 1,
        adversarial: float = 0.0,
        ties: Ties | None = None,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.strategy = strategy
        self.accumulate = accumulate
        self._adversarial = AdversarialGradients(model, adversarial) if adversarial else None
        self._ties = ties or Ties(())
        self._variables: list[Any] = []
        self._updated: list[Any] = []
        self._accumulators: list[Any] = []
        self._compiled: Any = None
        self._compiled_update: Any = None

    def train_only(self, variables: Sequence[Any]) -> None:
        """Train these variables from now on; the optimizer keeps the slots of all. Gradients of others are
        not computed.
        """
        if [v.ref() for v in variables] == [v.ref() for v in self._variables]:
            return
        self._variables = list(variables)
        self._updated = self._ties.leaders(variables)
        self._compiled = self._compiled_update = None
        if self.accumulate > 1:
            self._accumulators = [self._local_sum(v.shape) for v in self._updated] + [self._local_sum(())]

    def __call__(self, shards: Sequence[Batch], *, update: bool) -> StepResult:
        """Run one batch, given as the part of each local replica, and update the weights where ``update``
        says so.
        """
        if self._compiled is None:
            self._compile(shards)
        sums, norm = self._compiled(self._distribute(shards))
        if self.accumulate > 1:
            norm = self._compiled_update() if update else None
        loss_sum, weight, tokens = self._local(sums).numpy().tolist()
        return StepResult(loss_sum, weight, int(tokens), None if norm is None else float(self._local(norm)))

    def _compile(self, shards: Sequence[Batch]) -> None:
        signature = None
        if len(shards) == 1:
            # One trace for all lengths. PerReplica values have no public signature: there TensorFlow relaxes
            # the shapes.
            signature = [
                {k: tf.TensorSpec([None] * np.ndim(v), np.asarray(v).dtype) for k, v in shards[0].items()}
            ]
        one = self._accumulate_batch if self.accumulate > 1 else self._train_batch

        def run(batch: Any) -> Any:
            result = self.strategy.run(one, args=(batch,))
            if self.accumulate == 1:
                self._ties.copy(self.strategy)
            return result

        def update() -> Any:
            norm = self.strategy.run(self._update)
            self._ties.copy(self.strategy)
            return norm

        # Nothing in it branches on a tensor, and tracing takes less time without AutoGraph.
        self._compiled = tf.function(run, input_signature=signature, reduce_retracing=True, autograph=False)
        self._compiled_update = tf.function(update, autograph=False)

    def _gradients(self, batch: Any) -> tuple[list[Any], Any]:
        inputs = [batch[name] for name in self.model.input_names]
        weights = tf.cast(batch["example_weight"], tf.float32)

        def weighted_sum(outputs: Any) -> Any:
            return tf.reduce_sum(self.loss(batch, outputs) * weights)

        if self._adversarial is not None:
            mask = batch["attention_mask"]
            found, loss_sum = self._adversarial(inputs, mask, weighted_sum, self._variables)
        else:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(self._variables)
                loss_sum = weighted_sum(self.model(inputs, training=True))
            found = tape.gradient(loss_sum, self._variables)
        # The sum of an embedding's gradient over its repeated rows is needed for its norm, so no
        # IndexedSlices go on.
        gradients = [
            tf.zeros(v.shape) if g is None else tf.convert_to_tensor(g)
            for g, v in zip(found, self._variables, strict=True)
        ]
        gradients = self._ties.summed(gradients, self._variables)
        tokens = tf.cast(tf.reduce_sum(batch["attention_mask"], axis=1), tf.float32)
        counted = tf.reduce_sum(tf.where(weights > 0, tokens, 0.0))
        return gradients, tf.stack([loss_sum, tf.reduce_sum(weights), counted])

    def _train_batch(self, batch: Any) -> tuple[Any, Any]:
        gradients, sums = self._gradients(batch)
        sums = _all_reduce(sums)
        norm = self.optimizer.apply_sum(_all_reduce(gradients), self._updated, sums[1])
        return sums, norm

    def _accumulate_batch(self, batch: Any) -> tuple[Any, Any]:
        gradients, sums = self._gradients(batch)
        for accumulator, value in zip(self._accumulators, [*gradients, sums[1]], strict=True):
            accumulator.assign_add(value)
        return _all_reduce(sums), tf.constant(0.0)

    def _update(self) -> Any:
        *gradients, weight = _all_reduce([accumulator.read_value() for accumulator in self._accumulators])
        norm = self.optimizer.apply_sum(gradients, self._updated, weight)
        with tf.control_dependencies([norm]):
            for accumulator in self._accumulators:
                accumulator.assign(tf.zeros(accumulator.shape))
        return norm

    def _local_sum(self, shape: Any) -> Any:
        with self.strategy.scope():
            return tf.Variable(
                tf.zeros(shape),
                trainable=False,
                synchronization=tf.VariableSynchronization.ON_READ,
                aggregation=tf.VariableAggregation.SUM,
            )

    def _distribute(self, shards: Sequence[Batch]) -> Any:
        tensors = [{name: tf.convert_to_tensor(value) for name, value in shard.items()} for shard in shards]
        if len(tensors) == 1:
            return tensors[0]
        # The context counts this process's replicas from 0.
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: tensors[context.replica_id_in_sync_group % len(tensors)]
        )

    def _local(self, value: Any) -> Any:
        return self.strategy.experimental_local_results(value)[0]


def _all_reduce(value: Any) -> Any:
    context = tf.distribute.get_replica_context()
    return (
        value if context.num_replicas_in_sync == 1 else context.all_reduce(tf.distribute.ReduceOp.SUM, value)
    )
