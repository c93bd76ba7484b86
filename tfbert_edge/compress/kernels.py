"""The matrices that pruning of weights is about: kernels of the encoder's Dense layers by layer name, and the word table."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import WORDS

PARTS = (
    "attention.query",
    "attention.key",
    "attention.value",
    "attention.output",
    "ffn.intermediate",
    "ffn.output",
)
# Of a fake-quantized network, the wrappers; the head and what else embeds are not pruned.
_ENCODER_LAYER = re.compile(r"(?:quant_)?(layer_\d+\..+)")
_WORD_TABLE = re.compile(rf"(?:quant_)?{re.escape(WORDS)}")


def encoder_kernels(model: Any) -> dict[str, Any]:
    """Return the kernel variables, float32 ``(inputs, outputs)``, of the Dense layers in the transformer layers of ``model``.

    ``model`` is plain or fake-quantized; the names are the plain network's, such as ``layer_0.attention.query``.
    """
    found = {}
    for layer in model.layers:
        match = _ENCODER_LAYER.fullmatch(layer.name)
        if match is None:
            continue
        for variable in layer.variables:
            if variable.name.split("/")[-1] == "kernel:0":
                found[match[1]] = variable
    return found


def word_table(model: Any) -> Any:
    """Return the variable of the word embeddings, float32 ``(pieces, width)``; ``model`` is plain or fake-quantized."""
    (layer,) = (layer for layer in model.layers if _WORD_TABLE.fullmatch(layer.name))
    (table,) = (one for one in layer.variables if one.name.split("/")[-1] == "embeddings:0")
    return table


def kernel_inputs(config: EncoderConfig) -> dict[str, int]:
    """How many inputs each of :func:`encoder_kernels` has in a network of this shape."""
    found = {}
    for layer, heads, neurons in zip(
        range(config.num_layers), config.num_heads, config.intermediate_sizes, strict=True
    ):
        for part in PARTS:
            inputs = {"attention.output": heads * config.head_size, "ffn.output": neurons}
            found[f"layer_{layer}.{part}"] = inputs.get(part, config.hidden_size)
    return found


def zeros_and_size(model: Any) -> tuple[int, int]:
    """How many of the weights in :func:`encoder_kernels` are exactly zero, and how many there are."""
    kernels = [variable.numpy() for variable in encoder_kernels(model).values()]
    return sum(int(np.sum(kernel == 0.0)) for kernel in kernels), sum(kernel.size for kernel in kernels)


def sparsity(model: Any) -> float:
    """The share of :func:`encoder_kernels` that is exactly zero."""
    zeros, size = zeros_and_size(model)
    return zeros / size
