"""Massive activations scaled down (Sun et al. 2024, "Massive activations in large language models").

In a trained BERT a few neurons fire for [CLS] alone, always alike, and write one channel of the sum x before the norm ten
times as high as any other token has it: a constant that the others attend to when there is nothing else to attend to. One scale
of 8 bits for all tokens leaves the others little of its 256 steps, or clips [CLS]. But the norm divides by the length of x,
LayerNorm(s x) = LayerNorm(x), so x may be smaller. Let x_0 be what is summed at [CLS], z one of these neurons before the
activation and a after it, w its row of the output kernel, and b the bias. As z is far above 0 at [CLS] and below 0 at any other
token, the neuron becomes a switch, H = 3 at [CLS], where GELU is linear, and 0 elsewhere, with the same means:

    z <- k z + c    with    k E[z_0] + c = H,   k max z_other + c = -H
    w <- (E[a_0] - E[a_other]) w / H,    b <- b + E[a_other] w

and the one that writes most of x_0 also brings that to the height of the other tokens,

    w <- w + (s - 1) E[x_0] / H,    s = max |x_other| / max |E[x_0]|

What varies about the mean of x_0 is not scaled, and so counts 1 / s times as much after the norm: little where [CLS] is
next to a constant. What varies about the mean of a_other, small below 0, is lost.
The sum of the embeddings at [CLS] is a constant: there the row of the first position takes (s - 1) x_0, and nothing is lost.

Layers go from front to back, each measured behind the ones before as they are by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.compress.kernels import sparsity
from tfbert_edge.compress.replace_blocks import MAX_ZEROS
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import POSITIONS
from tfbert_edge.models.heads import build_model, head_outputs
from tfbert_edge.training.evaluation import forward

Batches = Callable[[], Iterable[Mapping[str, np.ndarray]]]

MASSIVE = 2.0
"""How many times the other tokens' greatest value makes one massive."""
HEIGHT = 3.0
"""H above. GELU(z) is z from here on, and 0 as far below 0, but for 0.004."""


@dataclass(frozen=True)
class Tamed:
    """A sum before a norm whose peak at [CLS] was brought from ``before`` to ``after``, the other tokens' greatest value."""

    name: str
    before: float
    after: float


def tame_activations(
    model: Any, config: EncoderConfig, *, batches: Batches, head: str = "classification"
) -> tuple[Any, list[Tamed]]:
    """Return a network with these weights that scales massive activations of the first token down, and where it does.

    Args:
        model: int32 ``(b, n)`` inputs -> logits; unchanged.
        batches: returns batches of examples, the same each time it is called; called once for the embeddings and each layer.

    Raises:
        CompressionError: the network's norms do not divide, or it is pruned, and zeros would be filled.
    """
    must_divide(config)
    if (zeros := sparsity(model)) > MAX_ZEROS:
        raise CompressionError(
            f"tame_activations would fill zeros of this network, which is pruned ({zeros:.0%} of the encoder's weights are 0). "
            "Leave it out, or start from a network that is not pruned."
        )
    built = build_model(config, head=head, num_outputs=head_outputs(model))
    for layer in built.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    found = [_embeddings(built, batches)]
    found += [_layer(built, f"layer_{index}.ffn", batches) for index in range(config.num_layers)]
    return built, [one for one in found if one is not None]


def must_divide(config: EncoderConfig) -> None:
    """
    Raises:
        CompressionError: the network's norms do not divide by the length of what they norm.
    """
    if config.normalization == "no_norm":
        raise CompressionError(
            "tame_activations needs norms that divide, and no_norm does not: what is scaled down would stay so. Leave it out."
        )


@dataclass(frozen=True)
class _Measured:
    """A tensor ``(b, n, k)`` by channel, each ``(k,)``: the mean at the first token; at other tokens the mean, the greatest
    value, and the greatest magnitude."""

    first: np.ndarray
    others: np.ndarray
    top: np.ndarray
    highest: np.ndarray


def _embeddings(model: Any, batches: Batches) -> Tamed | None:
    name = "embeddings.sum"
    total = _measure(model, [name], batches)[name]
    factor = _factor(total)
    if factor is None:
        return None
    layer = model.get_layer(POSITIONS)
    (rows,) = layer.get_weights()
    rows[0] += (factor - 1.0) * total.first
    layer.set_weights([rows])
    return _tamed(name, total, factor)


def _layer(model: Any, name: str, batches: Batches) -> Tamed | None:
    names = [f"{name}.sum", f"{name}.intermediate", f"{name}.activation"]
    total, before, after = _measure(model, names, batches).values()
    factor = _factor(total)
    output, intermediate = model.get_layer(f"{name}.output"), model.get_layer(f"{name}.intermediate")
    kernel, bias = output.get_weights()
    switches = (before.top < 0.0) & (before.first > 2.0 * HEIGHT)
    written = np.where(switches, np.abs(after.first * kernel[:, np.abs(total.first).argmax()]), 0.0)
    if factor is None or not switches.any():
        return None  # Nothing is massive, or no neuron tells [CLS] from all other tokens.
    massive = switches & (after.first > MASSIVE * after.highest.max())
    massive[written.argmax()] = True
    inputs, shifts = intermediate.get_weights()
    slope = 2.0 * HEIGHT / (before.first - before.top)[massive]
    inputs[:, massive] *= slope
    shifts[massive] = slope * (shifts - before.top)[massive] - HEIGHT
    intermediate.set_weights([inputs, shifts])
    height = float(model.get_layer(f"{name}.activation")(tf.constant([[HEIGHT]]))[0, 0])
    bias += after.others[massive] @ kernel[massive]
    kernel[massive] *= ((after.first - after.others)[massive] / height)[:, np.newaxis]
    kernel[written.argmax()] += (factor - 1.0) * total.first / height
    output.set_weights([kernel, bias])
    return _tamed(names[0], total, factor)


def _factor(total: _Measured) -> float | None:
    peak, highest = float(np.abs(total.first).max()), float(total.highest.max())
    # There are no others where the last layer computes the first token alone.
    return highest / peak if peak > MASSIVE * highest > 0.0 else None


def _tamed(name: str, total: _Measured, factor: float) -> Tamed:
    peak = float(np.abs(total.first).max())
    return Tamed(name, peak, factor * peak)


def _measure(model: Any, names: list[str], batches: Batches) -> dict[str, _Measured]:
    """What the layers ``names`` give at real tokens."""
    network = keras.Model(model.inputs, {name: model.get_layer(name).output for name in names})
    firsts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    others: dict[str, list[tuple[np.ndarray, ...]]] = {name: [] for name in names}
    counts = np.zeros(2)
    for batch in batches():
        outputs = forward(network)([tf.convert_to_tensor(batch[one]) for one in model.input_names])
        real = (batch["attention_mask"] > 0) & (batch["example_weight"] > 0)[:, np.newaxis]
        width = outputs[names[0]].shape[1]
        counts += real[:, 0].sum(), real[:, 1:width].sum()
        for name in names:
            values = outputs[name].numpy().astype(np.float64)
            firsts[name].append(values[:, 0][real[:, 0]].sum(axis=0))
            rest = values[:, 1:][real[:, 1:width]]
            bounds = rest.max(axis=0, initial=-np.inf), np.abs(rest).max(axis=0, initial=0.0)
            others[name].append((rest.sum(axis=0), *bounds))
    found = {}
    for name in names:
        sums, tops, heights = (np.stack(part) for part in zip(*others[name], strict=True))
        means = np.sum(firsts[name], axis=0) / counts[0], sums.sum(axis=0) / max(counts[1], 1.0)
        found[name] = _Measured(*means, tops.max(axis=0), heights.max(axis=0))
    return found
