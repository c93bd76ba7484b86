"""The recipe's steps that remove parts of the network: layers, heads, neurons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.compress.account import account
from tfbert_edge.compress.prune_heads import prune_heads
from tfbert_edge.compress.prune_layers import prune_layers
from tfbert_edge.compress.prune_neurons import prune_neurons
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.models.checkpoint import save_checkpoint
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.precision import precision

Removal = Callable[..., tuple[Any, EncoderConfig]]


def prune_layers_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Remove whole layers; see :func:`prune_step`."""

    def remove(model: Any, config: EncoderConfig, **given: Any) -> tuple[Any, EncoderConfig]:
        smaller, reduced, layers = prune_layers(model, config, keep=step.keep, choice=step.choice, **given)
        run.console.say(f"  layers that stay, of {config.num_layers}: {', '.join(map(str, layers))}")
        return smaller, reduced

    def passes(config: EncoderConfig) -> int:
        # Greedy measures every layer that is left, until one more than ``keep`` are.
        return sum(range(step.keep + 1, config.num_layers + 1)) if step.choice == "greedy" else 0

    return prune_step(run, step, source, folder, remove, passes)


def prune_heads_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Remove attention heads; see :func:`prune_step`."""

    def remove(model: Any, config: EncoderConfig, **given: Any) -> tuple[Any, EncoderConfig]:
        smaller, reduced = prune_heads(model, config, amount=step.amount, rounds=step.rounds, **given)
        run.console.say(f"  heads a layer: {', '.join(map(str, reduced.num_heads))}")
        return smaller, reduced

    return prune_step(run, step, source, folder, remove, lambda _: step.rounds)


def prune_neurons_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Remove feed-forward neurons; see :func:`prune_step`."""

    def remove(model: Any, config: EncoderConfig, **given: Any) -> tuple[Any, EncoderConfig]:
        smaller, reduced = prune_neurons(model, config, amount=step.amount, rounds=step.rounds, **given)
        run.console.say(f"  neurons a layer: {', '.join(map(str, reduced.intermediate_sizes))}")
        return smaller, reduced

    return prune_step(run, step, source, folder, remove, lambda _: step.rounds)


def prune_step(
    run: Run,
    step: Any,
    source: Path,
    folder: Path,
    remove: Removal,
    passes: Callable[[EncoderConfig], int],
    *,
    examples: int = 1024,
) -> dict[str, Any]:
    """Remove parts of the network in ``source``; see :func:`changed_network`.

    ``passes`` says how often ``remove`` goes through its batches, for the progress bar; ``examples`` is how many training
    examples these hold where the step does not say.
    """
    recipe, task = run.recipe, run.data.task
    with precision("float32"):
        network = saved_network(run, source)
        train = run.training_features(network.tokenizer)
        chosen = calibration_examples(train, step.examples or examples, seed=recipe.seed + 2)

        total = passes(network.config) * -(-len(chosen) // recipe.data.batch_size)
        with run.console.progress(step.method, total) as bar:
            done = 0

            def batches() -> Iterator[dict[str, np.ndarray]]:
                nonlocal done
                for _, batch in evaluation_batches(chosen, batch_size=recipe.data.batch_size):
                    yield batch
                    done += 1
                    bar.update(done)

            smaller, config = remove(
                network.model, network.config, batches=batches, loss=make_loss(task.loss), head=task.head
            )
    return changed_network(run, network, Network(smaller, config, network.tokenizer, task), folder)


def changed_network(run: Run, network: Network, changed: Network, folder: Path) -> dict[str, Any]:
    """Compare two networks in float32 and write ``model``, the changed one, as a Hugging Face folder into ``folder``.

    Returns ``before`` and ``after`` (the task's metrics on the validation set, parameters, MACs), ``figures`` (the metrics
    after) and ``config``.
    """
    task, config = network.task, changed.config
    before, after = (measured(run, one) for one in (network, changed))
    shown = ", ".join(f"{name} {after['metrics'][name]:.4f}" for name in task.metric_names)
    for name in ("parameters", "macs"):
        run.console.say(f"  {name}: {before[name]:,} before, {after[name]:,} after")
    run.console.say(f"  validation: {shown}")
    save_network(run, changed, folder / MODEL)
    return {
        "before": before,
        "after": after,
        "figures": after["metrics"],
        "config": {"heads": list(config.num_heads), "neurons": list(config.intermediate_sizes)},
    }


def measured(run: Run, network: Network) -> dict[str, Any]:
    """What a network costs, and its ``metrics`` on the validation set."""
    task, recipe = network.task, run.recipe
    validation = run.trial_features(network.tokenizer)
    outputs = predict(network.model, validation, batch_size=recipe.data.batch_size)
    return {
        **network_cost(run, network),
        "metrics": task.metrics(task.activated(outputs), validation.known_truth),
    }


def network_cost(run: Run, network: Network) -> dict[str, Any]:
    """Parameters and multiplications of a network at the recipe's length; see :func:`account`."""
    return account(network.model, network.config, length=run.recipe.sequence_length, head=network.task.head)


def save_network(run: Run, network: Network, folder: Path) -> None:
    """Write a network as a Hugging Face folder."""
    save_checkpoint(
        network.model,
        network.config,
        folder,
        tokenizer=network.tokenizer,
        labels=network.task.labels,
        task_type=network.task.name,
        head=network.task.head,
    )
