"""Whether a recipe's compression steps fit the network that they start from; found out before it is trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from tfbert_edge.compress.kernels import kernel_inputs
from tfbert_edge.compress.prune_weights import must_divide as groups_must_divide
from tfbert_edge.compress.prune_weights import pruned_names
from tfbert_edge.compress.replace_blocks import replaced
from tfbert_edge.compress.share_layers import layer_groups
from tfbert_edge.compress.tame_activations import must_divide
from tfbert_edge.errors import CheckpointError, CompressionError, RecipeError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.embeddings import WORDS
from tfbert_edge.recipe import Recipe
from tfbert_edge.recipe.checks_share import keeps_sharing
from tfbert_edge.recipe.schema_prune import PruneWeights
from tfbert_edge.stages.fit_students import taught


def steps_must_fit(recipe: Recipe, config: EncoderConfig) -> None:
    """Go through the steps of ``recipe.compress`` as they would change ``config``.

    Raises:
        RecipeError: a step asks for what the network cannot have; the message names each.
    """
    problems = []
    teacher = config
    methods = [step.method for step in recipe.compress]
    for at, step in enumerate(recipe.compress):
        if config.layer_groups is not None and not keeps_sharing(step.method):
            problems.append(
                f"compress.{at}: the layers share their weights, and {step.method} takes each by itself; leave it out"
            )
        elif step.method == "factorize_embeddings":
            if config.embedding_rank is not None:
                problems.append(
                    f"compress.{at}: the checkpoint's word table is factorised already; leave it out"
                )
            elif step.size >= config.embedding_size:
                problems.append(
                    f"compress.{at}.size: must be below the width of the embeddings, {config.embedding_size}, was {step.size}"
                )
            else:
                config = dataclasses.replace(config, embedding_rank=step.size)
        elif step.method == "replace_blocks":
            try:
                config = replaced(
                    config, normalization=step.normalization, activation=step.activation, heads=step.heads
                )
            except CompressionError as error:
                problems.append(f"compress.{at}: {error}")
        elif step.method == "tame_activations":
            try:
                must_divide(config)
            except CompressionError as error:
                problems.append(f"compress.{at}: {error}")
        elif step.method == "prune_layers":
            if step.keep >= config.num_layers:
                problems.append(
                    f"compress.{at}.keep: must be below the number of layers, {config.num_layers}, was {step.keep}"
                )
            else:
                config = dataclasses.replace(
                    config,
                    num_heads=config.num_heads[: step.keep],
                    intermediate_sizes=config.intermediate_sizes[: step.keep],
                )
        elif step.method == "prune_weights":
            problems += [f"compress.{at}.{one}" for one in _unfit_zeros(step, config, methods[:at])]
        elif step.method == "share_layers":
            try:
                config = dataclasses.replace(
                    config, layer_groups=layer_groups(step.groups, config.num_layers)
                )
            except CompressionError as error:
                problems.append(f"compress.{at}.{error}")
        else:
            try:
                config = taught(step, config, teacher=teacher, counted="prune_heads" not in methods[:at])
            except (CheckpointError, CompressionError) as error:
                problems.append(f"compress.{at}: {error}")
    if problems:
        raise RecipeError("the compression steps do not fit the checkpoint:\n  " + "\n  ".join(problems))


def _unfit_zeros(step: PruneWeights, config: EncoderConfig, before: Sequence[str]) -> Iterator[str]:
    """What ``step`` cannot prune in a network of this shape, as far as that is known after the methods ``before``."""
    inputs = kernel_inputs(config)
    try:
        names = pruned_names(inputs, step.exclude)
    except CompressionError as error:
        yield f"exclude: {str(error).removeprefix('exclude').lstrip(': ')}"
        return
    # How many heads and neurons a layer keeps, importance says when the step runs.
    parts = {"prune_heads": "attention.output", "prune_neurons": "ffn.output"}
    unknown = [part for method, part in parts.items() if method in before]
    known = {name: inputs[name] for name in names if name.partition(".")[2] not in unknown}
    if step.embeddings:
        known[WORDS] = config.embedding_rank or config.embedding_size
    try:
        groups_must_divide(known, step.pattern)
    except CompressionError as error:
        yield f"pattern: {error}"
