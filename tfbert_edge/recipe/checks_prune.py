"""Contradictions of steps that prune weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tfbert_edge.recipe.contradiction import Contradiction, contradiction
from tfbert_edge.recipe.schema_prune import END_RATIO, PruneMovement, PruneWeights

if TYPE_CHECKING:
    from tfbert_edge.recipe.schema import Recipe

PARTS = (
    "attention.query",
    "attention.key",
    "attention.value",
    "attention.output",
    "ffn.intermediate",
    "ffn.output",
)
# As many layers as any network has; whether the one to prune has them is seen before it is trained.
KERNELS = [f"layer_{index}.{part}" for index in range(100) for part in PARTS]


def weights_pruned(recipe: Recipe) -> Iterator[Contradiction]:
    """What the steps ``prune_weights`` say that cannot be, or has no effect."""
    for at, step in enumerate(recipe.compress):
        if isinstance(step, PruneWeights):
            yield from _pattern(at, step)
            yield from _schedule(at, step)
            yield from _exclude(at, step)
            yield from _embeddings(at, step, [one.method for one in recipe.compress[at + 1 :]])


def pretrained_first(recipe: Recipe) -> Iterator[Contradiction]:
    """A step that starts from the pretrained network, and would throw away what the steps before it made."""
    for at, step in enumerate(recipe.compress):
        starts = getattr(step, "start", None) == "pretrained"
        if at and (starts or step.method == "lottery_ticket"):
            yield contradiction(
                f"compress.{at}",
                f"{step.method}{' with start: pretrained' if starts else ''} must be the first step: it starts from the "
                f"pretrained network, not from what {recipe.compress[at - 1].method} left; move it to the front",
                "compress",
            )


def _pattern(at: int, step: PruneWeights) -> Iterator[Contradiction]:
    if step.pattern != "2:4":
        return
    if step.sparsity != 0.5:
        yield contradiction(
            f"compress.{at}.sparsity",
            f"must be 0.5 with pattern 2:4, two of every four, was {step.sparsity:g}",
        )
    if step.schedule != "constant":
        yield contradiction(
            f"compress.{at}.schedule", "must be constant with pattern 2:4, which comes at once"
        )


def _schedule(at: int, step: PruneWeights) -> Iterator[Contradiction]:
    if step.schedule == "constant":
        for field in ("end_ratio", "frequency"):
            if getattr(step, field) is not None:
                yield contradiction(
                    f"compress.{at}.{field}",
                    "has no effect with schedule constant, which prunes once, at begin_ratio; leave it out",
                )
        return
    end_ratio = END_RATIO if step.end_ratio is None else step.end_ratio
    if step.begin_ratio >= end_ratio:
        yield contradiction(f"compress.{at}.begin_ratio", f"must be below end_ratio, {end_ratio:g}; lower it")


def _exclude(at: int, step: PruneWeights) -> Iterator[Contradiction]:
    for place, pattern in enumerate(step.exclude):
        if not any(fnmatchcase(name, pattern) for name in KERNELS):
            yield contradiction(
                f"compress.{at}.exclude.{place}",
                f"{pattern!r} matches no kernel; they are named layer_0.{PARTS[0]}, and so on for the other layers "
                f"and for {', '.join(PARTS[1:])}. Write such as '*.{PARTS[0]}'",
            )
    if all(any(fnmatchcase(name, pattern) for pattern in step.exclude) for name in KERNELS):
        yield contradiction(f"compress.{at}.exclude", "leaves no kernel to prune; exclude fewer")


def _embeddings(at: int, step: PruneWeights, after: Sequence[str]) -> Iterator[Contradiction]:
    if step.embeddings and "factorize_embeddings" in after:
        yield contradiction(
            f"compress.{at}.embeddings",
            "leaves zeros that factorize_embeddings would fill; put that before prune_weights",
        )
    if step.embeddings and step.freeze_embeddings:
        yield contradiction(
            f"compress.{at}.embeddings",
            "prunes what freeze_embeddings keeps from healing; leave one of them out",
        )
    if step.embeddings and step.pattern == "2:4":
        yield contradiction(
            f"compress.{at}.embeddings",
            "cannot be with pattern 2:4, which is one of matrix products; leave it out",
        )


def movement_masked(recipe: Recipe) -> Iterator[Contradiction]:
    """What the steps ``prune_movement`` say that cannot be, or has no effect."""
    for at, step in enumerate(recipe.compress):
        if not isinstance(step, PruneMovement):
            continue
        place = f"compress.{at}"
        needed = "remaining" if step.masking == "hard" else "penalty"
        if getattr(step, needed) is None:
            yield contradiction(place, f"masking {step.masking} needs {needed}; give it")
        idle = {
            "penalty": step.masking == "hard" and "with masking hard",
            "threshold": (step.masking == "hard" and "with masking hard")
            or (step.remaining is not None and "with remaining"),
            "frequency": step.masking == "soft" and step.remaining is None and "without remaining",
        }
        for field, why in idle.items():
            if why and getattr(step, field) is not None:
                yield contradiction(f"{place}.{field}", f"has no effect {why}; leave it out")
        if step.begin_ratio >= step.end_ratio:
            yield contradiction(
                f"{place}.begin_ratio", f"must be below end_ratio, {step.end_ratio:g}; lower it"
            )
