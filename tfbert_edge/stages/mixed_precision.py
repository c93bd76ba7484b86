"""The recipe's step ``mixed_precision``: which weight matrices the form int4 holds in 4 bits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import write_json
from tfbert_edge.compress.precision_plan import bytes_to_save, int4_candidates, plan_precision, weight_counts
from tfbert_edge.compress.sensitivity import hessian_sensitivity, loss_sensitivity
from tfbert_edge.data.batching import evaluation_batches
from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.models.rounding import round_kernels
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import measured
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL, PLAN
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.precision import precision


def mixed_precision_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Plan the bits of each matrix of the model in ``source``; writes ``plan.json`` and a copy of the model into ``folder``.

    Returns ``before`` and ``after`` as the pruning steps do, ``figures`` (the metrics with the chosen matrices rounded to 4
    bits and nothing else, before any training), ``by`` and ``plan``, an entry for each matrix and table.

    Raises:
        CompressionError: the budget cannot be met, or is met without any int4.
    """
    recipe, task = run.recipe, run.data.task
    with precision("float32"):
        network = saved_network(run, source)
        model = network.model
        counts, candidates = weight_counts(model, length=recipe.sequence_length), int4_candidates(model)
        save = bytes_to_save(counts, candidates, size_bytes=step.size_bytes, int4_share=step.int4_share)
        sensitivity = _sensitivity(run, step, network, candidates)
        plan = plan_precision(counts, sensitivity, save_bytes=save)
        before = measured(run, network)
        chosen = [one.name for one in plan if one.bits == 4]
        round_kernels(model, chosen)
        after = measured(run, network)
    shown = ", ".join(f"{name} {after['metrics'][name]:.4f}" for name in task.metric_names)
    run.console.say(f"  int4: {len(chosen)} of {len(candidates)} matrices: {', '.join(chosen)}")
    run.console.say(
        f"  weights: {sum(counts.values()):,} bytes as int8, {sum(one.size_bytes for one in plan):,} planned"
    )
    run.console.say(f"  validation, rounded and not trained: {shown}")
    shutil.copytree(source, folder / MODEL, dirs_exist_ok=True)
    rows = [one.as_dict() for one in plan]
    write_json(folder / PLAN, rows)
    return {"before": before, "after": after, "figures": after["metrics"], "by": step.by, "plan": rows}


def _sensitivity(run: Run, step: Any, network: Network, candidates: list[str]) -> dict[str, float]:
    recipe, task = run.recipe, network.task
    train = run.training_features(network.tokenizer)
    chosen = calibration_examples(train, step.examples, seed=recipe.seed + 4)

    def batches() -> Iterator[dict[str, np.ndarray]]:
        for _, batch in evaluation_batches(chosen, batch_size=recipe.data.batch_size):
            yield batch

    run.console.say(f"  sensitivity of {len(candidates)} matrices by {step.by} on {len(chosen):,} examples")
    if step.by == "loss":
        return loss_sensitivity(network.model, candidates, batches, distance=task.distance)
    loss = make_loss(task.loss)
    draws = step.draws or 8
    return hessian_sensitivity(network.model, candidates, batches, loss, draws=draws, seed=recipe.seed)
