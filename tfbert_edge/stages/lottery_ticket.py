"""The recipe's step ``lottery_ticket``: a sparse part of the pretrained network, found by training it, and trained."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import write_arrays
from tfbert_edge.compress.kernels import zeros_and_size
from tfbert_edge.compress.lottery_ticket import Masks, find_ticket
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import train_student
from tfbert_edge.stages.train import pretrained_network, task_loss
from tfbert_edge.training.precision import precision, resolve_precision


def lottery_ticket_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Find and train the ticket; writes ``masks-<round>.npz``, and as :func:`train_student`. ``source`` is measured alone."""
    with precision(resolve_precision(run.recipe.training.precision)):
        ticket = pretrained_network(run)
    train = run.training_features(ticket.tokenizer)
    loss = task_loss(ticket.task, run.recipe.training, train.known_truth.labels)

    def train_in(place: Path, name: str, *, first_best: int = 0) -> dict[str, Any]:
        given = {"training": name, "rounds": step.rounds, "sparsity": step.sparsity}
        return train_student(
            run, step, source, place, ticket, ticket.model, train, loss, given, first_best=first_best
        )

    def train_round(number: int) -> None:
        zeros, size = zeros_and_size(ticket.model)
        run.console.say(
            f"  round {number} of {step.rounds}, {zeros / size:.1%} of the encoder's kernels gone"
        )
        # To the end, as in the paper: none of its epochs may be the best.
        train_in(folder / _round(number), _round(number), first_best=step.epochs)

    def stored(number: int) -> Masks | None:
        path = folder / f"masks-{number:02d}.npz"
        if not path.is_file():
            return None
        shutil.rmtree(folder / _round(number), ignore_errors=True)
        with np.load(path) as masks:
            return dict(masks)

    def store(number: int, masks: Masks) -> None:
        write_arrays(folder / f"masks-{number:02d}.npz", masks)
        shutil.rmtree(folder / _round(number))

    find_ticket(
        ticket.model,
        sparsity=step.sparsity,
        rounds=step.rounds,
        train=train_round,
        stored=stored,
        store=store,
    )
    run.console.say("  the ticket")
    return train_in(folder, "ticket")


def _round(number: int) -> str:
    return f"round-{number:02d}"
