"""AdamW (Loshchilov and Hutter 2019, algorithm 2) with rates and decay of each variable's own.

It departs from tf-keras's class in four things: the update of a variable is one fused kernel; biases,
norms and the scores of masks do not decay and deeper layers may learn slower; steps are counted for each
variable, so that one released late starts with the right bias correction; and the gradient's sum is
averaged, clipped and applied in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.training.freezing import variable_depths

_WITHOUT_DECAY = re.compile(r"(^|/)(bias|gamma|beta|scores)(:\d+)?$")


class AdamW(keras.optimizers.AdamW):
    """Make with :func:`make_optimizer`, which gives each variable its scale and decay."""

    def __init__(self, learning_rate: Any, *, max_gradient_norm: float | None = None, **kwargs: Any) -> None:
        super().__init__(learning_rate, jit_compile=False, **kwargs)
        self.max_gradient_norm = max_gradient_norm
        self._rate_scales: list[float] = []
        self._decays: list[float] = []

    def build_for(self, variables: Sequence[Any], rate_scales: Sequence[float]) -> None:
        """Create the slots of ``variables``; each learns at the rate times its scale, and decays unless a
        bias, a norm or a mask's scores.
        """
        self._rate_scales = [float(scale) for scale in rate_scales]
        self._decays = [0.0 if _WITHOUT_DECAY.search(v.name) else float(self.weight_decay) for v in variables]
        self.build(variables)
        # How many updates each variable has had.
        self._counts = self.add_variable(shape=[len(variables)], dtype=tf.int64, name="counts")

    def apply_sum(self, gradients: Sequence[Any], variables: Sequence[Any], weight: Any) -> Any:
        """Apply ``gradients / weight``, clipped to ``max_gradient_norm``; returns its norm before clipping,
        float32 ``()``.

        Call inside ``strategy.run`` with dense gradients that are summed over all replicas already.
        """
        present = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        norm = tf.linalg.global_norm([gradient for gradient, _ in present]) / weight
        scale = 1.0 / weight
        if self.max_gradient_norm is not None:
            scale *= tf.minimum(1.0, self.max_gradient_norm / tf.maximum(norm, 1e-12))
        self.apply_gradients([(g * scale, v) for g, v in present], skip_gradients_aggregation=True)
        return norm

    def _apply_weight_decay(self, variables: Any) -> None:
        """Do nothing: update_step decays, at the variable's own rate."""

    def _distributed_apply_gradients_fn(self, distribution: Any, grads_and_vars: Any, **kwargs: Any) -> Any:
        active = {self._index_dict[self._var_key(variable)] for _, variable in grads_and_vars}
        self._counts.assign_add(tf.constant([int(i in active) for i in range(len(self._decays))], tf.int64))
        return super()._distributed_apply_gradients_fn(distribution, grads_and_vars, **kwargs)

    def update_step(self, gradient: Any, variable: Any) -> None:
        """Move ``variable`` once: ``v -= rate * decay * v``, then Adam's step at the same rate."""
        index = self._index_dict[self._var_key(variable)]
        rate = tf.cast(self.learning_rate, tf.float32) * self._rate_scales[index]
        count = tf.cast(self._counts[index], tf.float32)
        if self._decays[index]:
            variable.assign_sub(variable * (rate * self._decays[index]))
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].handle,
            v=self._velocities[index].handle,
            beta1_power=tf.pow(self.beta_1, count),
            beta2_power=tf.pow(self.beta_2, count),
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
            use_locking=False,
            use_nesterov=False,
        )

    def get_config(self) -> dict[str, Any]:
        own = {"max_gradient_norm": self.max_gradient_norm, "rate_scales": sorted(set(self._rate_scales))}
        return super().get_config() | own


def make_optimizer(
    model: Any,
    schedule: Any,
    *,
    weight_decay: float = 0.01,
    max_gradient_norm: float | None = 1.0,
    layer_learning_rate_decay: float = 1.0,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
) -> AdamW:
    """Return AdamW with slots for all of the model's trainable variables; call inside ``strategy.scope()``.

    A variable at depth d (embeddings 0, layer i at i + 1, head top) learns at
    ``schedule(step) * layer_learning_rate_decay ** (top - d)`` (Howard and Ruder 2018, section 3.2).
    """
    depths = variable_depths(model)
    top = max(depth for _, depth in depths)
    optimizer = AdamW(
        schedule,
        max_gradient_norm=max_gradient_norm,
        weight_decay=weight_decay,
        beta_1=beta_1,
        beta_2=beta_2,
        epsilon=epsilon,
    )
    scales = [layer_learning_rate_decay ** (top - depth) for _, depth in depths]
    optimizer.build_for([variable for variable, _ in depths], scales)
    return optimizer
