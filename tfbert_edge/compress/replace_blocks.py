"""Other building blocks with the same weights, as close as they come (NoNorm: Sun et al. 2020, "MobileBERT", section 3.3).

RMSNorm (Zhang and Sennrich 2019) divides by the root mean square and subtracts no mean. What is summed before a norm is
centred in the weights instead: rows of embedding tables, of output kernels and their bias lose their mean over the h channels,

    W <- W - W 1 1^T / h,    b <- b - mean(b) - mean(beta)

with the beta of the norm before, which the shortcut brings. LayerNorm would subtract all of that. What is left out is the mean
of gamma * n over the channels, n being what the norm before divided: as n is centred, the covariance of gamma and n.

NoNorm. ``gamma * h + beta`` takes the place of every LayerNorm, that of the embeddings too, as in MobileBERT. The paper trains
from nothing; here gamma and beta of each channel are the least squares fit of what the norm gave in the old network to what
comes in at its place in the new one, over real tokens:

    gamma = cov(x, y) / var(x),    beta = mean(y) - gamma * mean(x)

ReLU takes the place of GELU. What the mean activation of each neuron loses by it goes through the output kernel into the
next bias, b += W^T (mean(a_old) - mean(a_new)) (Nagel et al. 2019, "Data-free quantization", there for rounding).

Both go from front to back, so that each is fitted behind those before it as they are by then.

Fewer heads. ``k`` neighbours become one head of ``k`` times the size; with s_i their scores, the new head's are

    s = (s_1 + ... + s_k) / k

for which query kernels and biases are multiplied by 1/sqrt(k) (the division by the root of the head's size gives the other).
softmax(s) is the distribution p with the least sum of KL(p || softmax(s_i)): no one set of weights is closer to all of theirs.
Values and output are as before, so all the heads' contexts are still there, under common weights.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.kernels import sparsity
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import EXPANSION, WORDS
from tfbert_edge.models.heads import build_model, head_outputs
from tfbert_edge.training.evaluation import forward

Batches = Callable[[], Iterable[Mapping[str, np.ndarray]]]

MAX_ZEROS = 0.01
"""Above this share of exact zeros somebody has pruned a network: training leaves next to none."""


def replace_blocks(
    model: Any,
    config: EncoderConfig,
    *,
    batches: Batches,
    normalization: str | None = None,
    activation: str | None = None,
    heads: int | None = None,
    head: str = "classification",
) -> tuple[Any, EncoderConfig]:
    """Return a network with these blocks and the weights of ``model``, fitted as above, and its configuration.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; unchanged.
        batches: returns batches of examples, the same each time it is called; only NoNorm and ReLU need them.
        normalization: of all norms; None: as they are.
        activation: of the feed-forward networks; None: as it is.
        heads: of each layer; None: as many as there are.

    Raises:
        CompressionError: the network has such blocks already, its heads cannot be made as many, or it is pruned and rms_norm
            would fill its zeros.
    """
    changed = replaced(config, normalization=normalization, activation=activation, heads=heads)
    if normalization == "rms_norm" and (zeros := sparsity(model)) > MAX_ZEROS:
        raise CompressionError(
            f"replace_blocks: rms_norm would fill the zeros of this network, which is pruned ({zeros:.0%} of the encoder's "
            "weights are 0). Leave normalization out, or start from a network that is not pruned."
        )
    built = build_model(changed, head=head, num_outputs=head_outputs(model))
    for layer in built.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    if heads is not None:
        factor = math.sqrt(config.head_size / changed.head_size)
        for index in range(config.num_layers):
            query = built.get_layer(f"layer_{index}.attention.query")
            query.set_weights([weight * factor for weight in query.get_weights()])
    if normalization == "rms_norm":
        centre_sums(built, config)
    fitted = normalization == "no_norm"
    if fitted:
        fit_norm(model, built, "embeddings.norm", batches)
    for index in range(config.num_layers):
        if fitted:
            fit_norm(model, built, f"layer_{index}.attention.norm", batches)
        if activation is not None:
            correct_bias(model, built, f"layer_{index}.ffn", batches)
        if fitted:
            fit_norm(model, built, f"layer_{index}.ffn.norm", batches)
    return built, changed


def replaced(
    config: EncoderConfig, *, normalization: str | None, activation: str | None, heads: int | None
) -> EncoderConfig:
    """Return ``config`` with other blocks; None leaves one as it is. Raises as :func:`replace_blocks`."""
    if normalization == config.normalization or activation == config.hidden_act:
        name, value = (
            ("normalization", normalization)
            if normalization == config.normalization
            else ("activation", activation)
        )
        raise CompressionError(f"replace_blocks: the network's {name} is {value} already. Leave {name} out.")
    if normalization == "rms_norm" and config.normalization != "layer_norm":
        raise CompressionError(
            "replace_blocks: rms_norm takes the place of LayerNorm, and the network has no_norm. Leave normalization out."
        )
    if normalization == "rms_norm" and config.embedding_size != config.hidden_size:
        raise CompressionError(
            "replace_blocks: rms_norm needs embeddings as wide as the hidden states, since a projection between the two is "
            f"not centred; they are {config.embedding_size} and {config.hidden_size} wide. Leave normalization out."
        )
    size = config.head_size
    if heads is not None:
        counts = set(config.num_heads)
        if len(counts) > 1 or config.num_heads[0] % heads or config.num_heads[0] == heads:
            found = ", ".join(map(str, config.num_heads))
            raise CompressionError(
                "replace_blocks: all layers must have the same number of heads, and heads must divide it and be smaller; "
                f"heads is {heads}, the layers have {found}. Choose another number, or replace before prune_heads."
            )
        size = size * config.num_heads[0] // heads
    return dataclasses.replace(
        config,
        normalization=normalization or config.normalization,
        hidden_act=activation or config.hidden_act,
        num_heads=config.num_heads if heads is None else (heads,) * config.num_layers,
        head_size=size,
    )


def centre_sums(model: Any, config: EncoderConfig) -> None:
    """Centre what ``model`` sums before each of its norms, as above: tables, output kernels and biases, in place."""
    tables = ["embeddings.position", *(["embeddings.token_type"] if config.type_vocab_size else [])]
    for name in [*tables, WORDS if config.embedding_rank is None else EXPANSION]:
        layer = model.get_layer(name)
        (rows,) = layer.get_weights()
        layer.set_weights([rows - rows.mean(axis=1, keepdims=True)])
    before = "embeddings.norm"
    for index in range(config.num_layers):
        for part in ("attention", "ffn"):
            (beta,) = model.get_layer(f"{before}.shift").get_weights()
            output = model.get_layer(f"layer_{index}.{part}.output")
            kernel, bias = output.get_weights()
            output.set_weights(
                [kernel - kernel.mean(axis=1, keepdims=True), bias - bias.mean() - beta.mean()]
            )
            before = f"layer_{index}.{part}.norm"


def fit_norm(old: Any, new: Any, name: str, batches: Batches) -> None:
    """Set the NoNorm ``name`` of ``new`` to the least squares fit of the old one's outputs to its own inputs."""
    given = new.get_layer(f"{name}.scale").input
    wanted = old.get_layer(f"{name}.shift").output
    gamma, beta = fitted_line(_tokens(new, given, old, wanted, batches))
    new.get_layer(f"{name}.scale").set_weights([gamma])
    new.get_layer(f"{name}.shift").set_weights([beta])


def fitted_line(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return gamma and beta, float32 ``(h,)``, with the least squared error of ``gamma * x + beta`` from y, each channel apart.

    ``pairs``: x and y, float ``(tokens, h)`` each. A channel whose x is constant gets y's mean.
    """
    count, sums = 0, np.zeros((4, 1))
    for x, y in pairs:
        x, y = x.astype(np.float64), y.astype(np.float64)
        count += len(x)
        sums = sums + np.stack([x.sum(axis=0), y.sum(axis=0), (x * x).sum(axis=0), (x * y).sum(axis=0)])
    mean_x, mean_y, mean_xx, mean_xy = sums / count
    variance, covariance = mean_xx - mean_x**2, mean_xy - mean_x * mean_y
    # What is left of a constant's variance is rounding.
    varies = variance > 1e-12 * np.maximum(mean_xx, 1e-30)
    gamma = np.where(varies, covariance / np.where(varies, variance, 1.0), 0.0)
    return gamma.astype(np.float32), (mean_y - gamma * mean_x).astype(np.float32)


def correct_bias(old: Any, new: Any, name: str, batches: Batches) -> None:
    """Add to the output bias of the feed-forward network ``name`` of ``new`` what its mean activations lack."""
    given, wanted = (model.get_layer(f"{name}.activation").output for model in (new, old))
    count, lacking = 0, np.zeros(1)
    for ours, theirs in _tokens(new, given, old, wanted, batches):
        count += len(ours)
        lacking = lacking + (theirs.astype(np.float64) - ours).sum(axis=0)
    output = new.get_layer(f"{name}.output")
    kernel, bias = output.get_weights()
    output.set_weights([kernel, bias + (lacking / count) @ kernel])


def _tokens(
    new: Any, given: Any, old: Any, wanted: Any, batches: Batches
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What two tensors ``(b, m, h)`` of two networks are at real tokens, batch by batch: float ``(tokens, h)`` each."""
    ours, theirs = keras.Model(new.inputs, given), keras.Model(old.inputs, wanted)
    for batch in batches():
        inputs = [tf.convert_to_tensor(batch[name]) for name in new.input_names]
        x, y = forward(ours)(inputs).numpy(), forward(theirs)(inputs).numpy()
        # A layer that computes the first token alone has that one.
        real = (batch["attention_mask"] * (batch["example_weight"] > 0)[:, np.newaxis])[:, : x.shape[1]] > 0
        yield x[real], y[real]
