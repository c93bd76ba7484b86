"""What a network costs: parameters, multiply-accumulate operations an example, and how many weights are zero."""

from __future__ import annotations

from typing import Any

from tfbert_edge.compress.kernels import sparsity
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import EXPANSION
from tfbert_edge.models.sharing import tied_variables


def account(model: Any, config: EncoderConfig, *, length: int, first_token: bool) -> dict[str, Any]:
    """Return ``parameters``, ``encoder_parameters`` (without the embedding tables and a factorised one's matrix), ``macs``,
    ``heads`` and ``sparsity``.

    ``macs`` counts the products of matrix products for one example of ``length`` word pieces; ``first_token`` says that the
    last layer computes the first token alone. Softmax, norms and activations are not counted.
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
        "macs": macs(config, length=length, outputs=int(model.output_shape[-1]), first_token=first_token),
        "heads": sum(config.num_heads),
        "sparsity": sparsity(model),
    }


def macs(config: EncoderConfig, *, length: int, outputs: int, first_token: bool) -> int:
    """Multiply-accumulate operations of one example's matrix products."""
    hidden = config.hidden_size
    total = length * config.embedding_size * (config.embedding_rank or 0)
    total += length * config.embedding_size * hidden if config.embedding_size != hidden else 0
    for index, (heads, neurons) in enumerate(zip(config.num_heads, config.intermediate_sizes, strict=True)):
        queries = 1 if first_token and index == config.num_layers - 1 else length
        width = heads * config.head_size
        # Query and output; key and value; scores and context; feed-forward.
        total += 2 * queries * hidden * width
        total += 2 * length * hidden * width
        total += 2 * queries * length * width
        total += 2 * queries * hidden * neurons
    # BERT's pooler reads the first token alone, as its classifier does; a head of tokens has none.
    return total + (hidden * hidden + hidden * outputs if first_token else length * hidden * outputs)
