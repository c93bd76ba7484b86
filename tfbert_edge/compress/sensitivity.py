"""How much a trained network minds that a weight matrix has 4 bits: two measures, in place of trying every mixture.

By the Hessian (Dong et al. 2020, "HAWQ-V2"; Shen et al. 2020, "Q-BERT", had the mean and the spread of each layer's greatest
eigenvalue over parts of the data, which HAWQ-V2 replaces by the mean of all eigenvalues):

    Omega_i = Tr(H_i) / n_i * ||Q4(W_i) - W_i||^2,      Tr(H) = E_v[v' H v],  v = +-1 with equal odds (Hutchinson)

H_i is the Hessian of the mean loss by the n_i weights of matrix i. Departing from the paper, one draw of v covers all
matrices: what their cross terms add has mean zero, and one product serves the whole network; each batch has draws of its own.

By the loss: with this one matrix rounded to 4 bits and all others float, the mean over examples of

    KL(softmax(z) || softmax(z_i)),   or (z - z_i)^2 for regression,

z being the float network's outputs. Unlike the task's own loss, this distance sees each change, and none as a gain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import tf
from tfbert_edge.compress.output_distance import output_distance
from tfbert_edge.models.rounding import rounded_kernel
from tfbert_edge.training.evaluation import forward
from tfbert_edge.training.losses import Loss

Batches = Callable[[], Iterable[Mapping[str, np.ndarray]]]


def hessian_traces(
    model: Any, names: Sequence[str], batches: Batches, loss: Loss, *, draws: int, seed: int
) -> dict[str, float]:
    """Estimate the trace of the mean loss's Hessian by each of the Dense kernels ``names``.

    Args:
        model: float32 network, int32 ``(b, n)`` inputs -> logits; run without dropout.
        names: layers with a ``kernel``.
        batches: returns labelled batches with ``example_weight``, the same each time it is called.
        loss: ``loss(batch, outputs) -> (b,)``, see :mod:`tfbert_edge.training.losses`.
        draws: random vectors for each batch; the error falls with the root of their number.
        seed: of the vectors.
    """
    kernels = [model.get_layer(name).kernel for name in names]

    @tf.function(reduce_retracing=True, autograph=False)
    def products(batch: Any, vectors: list[Any]) -> list[Any]:
        """v' H v of each kernel's block, times the batch's weight."""
        with tf.GradientTape(watch_accessed_variables=False) as outer:
            outer.watch(kernels)
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(kernels)
                logits = model([batch[name] for name in model.input_names], training=False)
                weighted = tf.reduce_sum(loss(batch, logits) * batch["example_weight"])
            slopes = inner.gradient(weighted, kernels)
        found = outer.gradient(slopes, kernels, output_gradients=vectors)
        return [tf.reduce_sum(vector * product) for vector, product in zip(vectors, found, strict=True)]

    random = np.random.default_rng(seed)
    totals, count = np.zeros(len(names), np.float64), 0.0
    for batch in batches():
        tensors = {name: tf.convert_to_tensor(array) for name, array in batch.items()}
        for _ in range(draws):
            signs = [
                random.choice(np.array([-1.0, 1.0], np.float32), size=kernel.shape) for kernel in kernels
            ]
            found = products(tensors, [tf.constant(sign) for sign in signs])
            totals += np.array([float(one) for one in found])
        count += float(batch["example_weight"].sum())
    return dict(zip(names, (totals / (draws * count)).tolist(), strict=True))


def hessian_sensitivity(
    model: Any, names: Sequence[str], batches: Batches, loss: Loss, *, draws: int, seed: int
) -> dict[str, float]:
    """Return Omega of each of the Dense kernels ``names``; arguments as for :func:`hessian_traces`.

    A trace may come out below zero, away from a minimum or by the error of few draws; such a matrix counts as one that
    rounding helps.
    """
    traces = hessian_traces(model, names, batches, loss, draws=draws, seed=seed)
    return {name: traces[name] * _mean_square_error(model.get_layer(name).kernel) for name in names}


def loss_sensitivity(
    model: Any, names: Sequence[str], batches: Batches, *, distance: str
) -> dict[str, float]:
    """Return the mean distance to the network's own outputs with each of the Dense kernels ``names`` rounded to 4 bits.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; run without dropout, and as it was afterwards.
        names: layers with a ``kernel``.
        batches: returns batches with ``example_weight``, the same each time it is called.
        distance: how far outputs are apart, a key of :data:`tfbert_edge.compress.output_distance.DISTANCES`.
    """
    run = forward(model)

    def outputs() -> list[Any]:
        return [run([tf.convert_to_tensor(batch[name]) for name in model.input_names]) for batch in batches()]

    weights = [batch["example_weight"] for batch in batches()]
    expected = outputs()
    found = {}
    for name in names:
        kernel = model.get_layer(name).kernel
        before = kernel.numpy()
        kernel.assign(rounded_kernel(kernel))
        distances = [
            tf.reduce_sum(output_distance(distance, ours, theirs, batch, 1.0) * batch["example_weight"])
            for ours, theirs, batch in zip(outputs(), expected, batches(), strict=True)
        ]
        kernel.assign(before)
        found[name] = float(sum(map(float, distances)) / sum(float(weight.sum()) for weight in weights))
    return found


def _mean_square_error(kernel: Any) -> float:
    """``||Q4(W) - W||^2 / n``: the trace's own division by n, done here."""
    return float(tf.reduce_mean(tf.square(rounded_kernel(kernel) - kernel)))
