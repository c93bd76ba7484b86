"""Steps of ``compress`` that undo or contradict each other, found before any training."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfbert_edge.recipe.checks_average import averages_alike
from tfbert_edge.recipe.checks_distill import students_taught
from tfbert_edge.recipe.checks_options import options_do_something, unlabelled_pairs
from tfbert_edge.recipe.checks_prune import movement_masked, pretrained_first, weights_pruned
from tfbert_edge.recipe.checks_quantize import mixed_precision_planned
from tfbert_edge.recipe.checks_share import factorized_once, shared_layers_stay_one
from tfbert_edge.recipe.contradiction import Contradiction, contradiction

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe


def steps_contradict(recipe: Recipe) -> Iterator[Contradiction]:
    """Every contradiction among the steps of ``recipe.compress``, in the order of the steps."""
    checks = (
        _quantization_last,
        _twice,
        _nothing_to_learn,
        _heads_compared,
        _taught_itself,
        _blocks_replaced,
        _blocks_learned,
        _heads_merged,
        _zeros_filled,
        weights_pruned,
        movement_masked,
        pretrained_first,
        students_taught,
        averages_alike,
        mixed_precision_planned,
        factorized_once,
        shared_layers_stay_one,
        options_do_something,
        unlabelled_pairs,
    )
    found = [one for check in checks for one in check(recipe)]
    yield from sorted(found, key=lambda one: int(one.path[1]))


def _methods(recipe: Recipe) -> list[str]:
    return [step.method for step in recipe.compress]


def _quantization_last(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, (method, after) in enumerate(itertools.pairwise(methods)):
        if method == "quantize_aware":
            yield contradiction(
                f"compress.{at}",
                f"quantize_aware must be the last step: {after} after it would undo its ranges; move it to the end",
                "compress",
            )


def _twice(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, (before, method) in enumerate(itertools.pairwise(methods), start=1):
        if method == before and method.startswith("prune_"):
            yield contradiction(
                f"compress.{at}", f"{method} follows {method}: make them one step", "compress"
            )


def _nothing_to_learn(recipe: Recipe) -> Iterator[Contradiction]:
    for at, step in enumerate(recipe.compress):
        terms = {
            name: value for name, value in step if name.endswith("_weight") and isinstance(value, int | float)
        }
        unlabelled = getattr(step, "unlabelled", None)
        without_labels = unlabelled is not None and not unlabelled.with_training
        if without_labels:
            terms.pop("task_weight", None)
        if terms and not any(terms.values()):
            why = " (task_weight needs labels: unlabelled.with_training is false)" if without_labels else ""
            yield contradiction(
                f"compress.{at}",
                f"nothing to learn: one of {', '.join(terms)} must be above 0{why}",
                "compress",
            )


def _heads_compared(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, step in enumerate(recipe.compress):
        if not getattr(step, "attention_weight", 0.0):
            continue
        merged = any(one.method == "replace_blocks" and one.heads for one in recipe.compress[:at])
        if "prune_heads" in methods[:at] or merged:
            cause = (
                "prune_heads has removed some"
                if "prune_heads" in methods[:at]
                else "replace_blocks has merged some"
            )
            yield contradiction(
                f"compress.{at}.attention_weight",
                f"compares heads one by one, and {cause}; set it to 0",
                "compress",
            )


def _taught_itself(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    if methods and methods[0].startswith("distill_") and not getattr(recipe.compress[0], "teachers", ()):
        yield contradiction(
            "compress.0",
            f"{methods[0]} would teach the fine-tuned network what it is: put a step before it that makes the network smaller",
            "compress",
        )


def _blocks_replaced(recipe: Recipe) -> Iterator[Contradiction]:
    for at, step in enumerate(recipe.compress):
        if step.method == "replace_blocks" and not (step.normalization or step.activation or step.heads):
            yield contradiction(
                f"compress.{at}",
                "nothing to replace: give one of normalization, activation, heads",
                "compress",
            )


def _blocks_learned(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, step in enumerate(recipe.compress):
        if step.method != "replace_blocks" or any(one.startswith("distill_") for one in methods[at:]):
            continue
        if step.normalization != "rms_norm" or step.heads or step.activation:
            yield contradiction(
                f"compress.{at}",
                "replace_blocks leaves a network that has to learn its new blocks: put a distill_ step after it",
                "compress",
            )


def _zeros_filled(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, step in enumerate(recipe.compress):
        if step.method == "tame_activations":
            place, why = f"compress.{at}", "tame_activations rewrites rows of kernels"
        elif step.method == "replace_blocks" and step.normalization == "rms_norm":
            place, why = f"compress.{at}.normalization", "rms_norm centres the kernels"
        else:
            continue
        for before in ("prune_weights", "prune_movement", "lottery_ticket"):
            if before in methods[:at]:
                yield contradiction(
                    place,
                    f"{why}, which would fill the zeros of {before}; put {step.method} before it",
                    "compress",
                )


def _heads_merged(recipe: Recipe) -> Iterator[Contradiction]:
    methods = _methods(recipe)
    for at, step in enumerate(recipe.compress):
        if step.method == "replace_blocks" and step.heads and "prune_heads" in methods[:at]:
            yield contradiction(
                f"compress.{at}.heads",
                "needs layers with equal numbers of heads, and prune_heads may leave others; put it before prune_heads",
                "compress",
            )
