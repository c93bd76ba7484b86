"""The recipe's step ``prune_movement``: weights go that training moves towards zero, the fine-tuned network as teacher."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tfbert_edge.compress.distill_outputs import OutputSettings
from tfbert_edge.compress.prune_movement import (
    MovementMasks,
    MovementSettings,
    emptied_kernels,
    masked_network,
    remaining_weights,
)
from tfbert_edge.stages.network import Network
from tfbert_edge.stages.prune_start import starting_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import settings_of, student_updates, train_student
from tfbert_edge.stages.teachers import other_teachers, output_loss
from tfbert_edge.stages.texts import training_features
from tfbert_edge.training.freezing import Freezing


def prune_movement_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Train the model in ``source`` under masks on the fine-tuned one's answers; writes as :func:`train_student`.

    Returns also ``remaining``: the share of the encoder's weights that are not zero, overall and in each kind of kernel.
    """
    plain = starting_network(run, step, source)
    student = dataclasses.replace(plain, model=masked_network(plain.model))
    train = training_features(run, step, plain.tokenizer)
    updates = student_updates(step, train)
    masks = MovementMasks(student.model, settings_of(MovementSettings, step), updates=updates)
    outputs = settings_of(OutputSettings, step)

    def finish(_: Network) -> Network:
        masks.finish(plain.model)
        return plain

    figures = train_student(
        run,
        step,
        source,
        folder,
        student,
        student.model,
        train,
        masks.penalized(output_loss(run, train, outputs, others=other_teachers(run, step))),
        vars(outputs),
        optimizer=lambda _, schedule: masks.optimizer(
            schedule, learning_rate=step.learning_rate, weight_decay=step.weight_decay
        ),
        freezing=Freezing(embeddings=step.freeze_embeddings),
        hooks=[masks],
        first_best=masks.first_best(updates // step.epochs),
        finish=finish,
    )
    remaining = remaining_weights(plain.model)
    for kind, share in remaining.items():
        run.console.say(f"  weights that remain, {kind}: {share:.1%}")
    if emptied := emptied_kernels(plain.model):
        run.console.say(
            f"warning: no weight is left of {', '.join(emptied)}. Lower penalty, or raise remaining."
        )
    return {**figures, "remaining": remaining}
