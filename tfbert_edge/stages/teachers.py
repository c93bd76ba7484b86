"""What the fine-tuned network says to the examples on which a student learns: computed once, kept on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import sha256, write_arrays
from tfbert_edge.compress.distill_outputs import OutputSettings, TeacherAnswers, output_terms
from tfbert_edge.data.features import Features
from tfbert_edge.stages.network import saved_network
from tfbert_edge.stages.run import Run
from tfbert_edge.training.losses import Loss, make_loss
from tfbert_edge.training.precision import precision


def output_loss(run: Run, train: Features, settings: OutputSettings) -> Loss:
    """The loss of a student's logits that all steps share; see :func:`output_terms`."""
    return output_terms(
        teacher_answers(run, train).logits if settings.distill_weight else None,
        make_loss(run.task.loss),
        classification=run.task.output_activation == "softmax",
        settings=settings,
    )


def first_best(step: Any) -> int:
    """The first epoch that may be the best: none where the outputs learn nothing, since their metrics tell nothing."""
    return 0 if step.task_weight or step.distill_weight else int(step.epochs)


def teacher_answers(run: Run, train: Features, *, states: bool = False) -> TeacherAnswers:
    """The fine-tuned network's answers to ``train``, from ``compress/teacher-<hash>.npz`` where a step asked before."""
    weights = run.model_folder / "model.safetensors"
    name = answers_hash([weights], train, states=states)
    path = run.folder / "compress" / f"teacher-{name}.npz"
    if path.is_file():
        with np.load(path) as stored:
            return TeacherAnswers(**stored)
    run.console.say(f"  the teacher's answers to {len(train):,} examples")
    with precision("float32"):
        teacher = saved_network(run, run.model_folder)
    found = TeacherAnswers.of(teacher.model, train, batch_size=run.recipe.data.batch_size, states=states)
    write_arrays(path, {key: value for key, value in vars(found).items() if value is not None})
    return found


def answers_hash(weights: list[Path], train: Features, *, states: bool) -> str:
    """What answers depend on: the teachers' weights, the ids of all examples in order, and what is asked for."""
    digest = hashlib.sha256(f"{len(train)} {states}".encode())
    for path in weights:
        digest.update(sha256(path).encode())
    digest.update(train.lengths.tobytes())
    for rows in (train.input_ids, train.token_type_ids):
        for row in rows:
            digest.update(row.tobytes())
    return digest.hexdigest()[:16]
