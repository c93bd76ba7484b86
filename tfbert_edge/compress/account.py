"""What a network costs: parameters, multiply-accumulate operations an example, and how many weights are zero."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from tfbert_edge.compress.kernels import sparsity
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import EXPANSION
from tfbert_edge.models.heads import HEADS, NumOutputs, head_outputs
from tfbert_edge.models.sharing import tied_variables


def account(
    model: Any, config: EncoderConfig, *, length: int, head: str = "classification"
) -> dict[str, Any]:
    """Return ``parameters``, ``encoder_parameters`` (without the embedding tables and a factorised one's matrix), ``macs``,
    ``heads`` and ``sparsity``.

    ``macs`` counts the products of matrix products for one example of ``length`` word pieces; ``head`` is a key of
    ``models.heads.HEADS``. Softmax, norms and activations are not counted.
    Weights that layers share count once as parameters, and as often as they are used as products.
    ``sparsity`` is the share of the encoder's Dense kernels that is exactly zero.
    """
    copies = {
        variable.ref() for group in tied_variables(model, config.layer_groups) for variable in group[1:]
    }
    trained = {
        variable.name: int(variable.shape.num_elements())
        for variable in model.trainable_variables
        if variable.ref() not in copies
    }
    tables = sum(
        size for name, size in trained.items() if "/embeddings" in name or name.startswith(f"{EXPANSION}/")
    )
    total = sum(trained.values())
    return {
        "parameters": total,
        "encoder_parameters": total - tables,
        "macs": macs(config, length=length, outputs=head_outputs(model), head=head),
        "heads": sum(config.num_heads),
        "sparsity": sparsity(model),
    }


def macs(config: EncoderConfig, *, length: int, outputs: NumOutputs, head: str = "classification") -> int:
    """Multiply-accumulate operations of one example's matrix products; ``outputs`` as the head was built with."""
    hidden = config.hidden_size
    total = length * config.embedding_size * (config.embedding_rank or 0)
    total += length * config.embedding_size * hidden if config.embedding_size != hidden else 0
    for index, (heads, neurons) in enumerate(zip(config.num_heads, config.intermediate_sizes, strict=True)):
        queries = 1 if HEADS[head].first_token and index == config.num_layers - 1 else length
        width = heads * config.head_size
        # Query and output; key and value; scores and context; feed-forward.
        total += 2 * queries * hidden * width
        total += 2 * length * hidden * width
        total += 2 * queries * length * width
        total += 2 * queries * hidden * neurons
    return total + _head_macs(head, length=length, hidden=hidden, outputs=outputs)


def _head_macs(head: str, *, length: int, hidden: int, outputs: NumOutputs) -> int:
    if head == "cls_pooling":
        return 0
    if head == "mean_pooling":
        return length * hidden
    if head == "joint":
        whole, each = cast(tuple[int, int], outputs)
        return hidden * whole + length * hidden * each
    if head in ("tokens", "span"):
        return length * hidden * int(np.sum(outputs))
    mean = length * hidden if head == "mean_classification" else 0
    return mean + hidden * hidden + hidden * int(np.sum(outputs))
