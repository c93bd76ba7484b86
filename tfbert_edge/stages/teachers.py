"""What the fine-tuned network, and others, say to the examples on which a student learns: computed once, kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import sha256, write_arrays
from tfbert_edge.compress.distill_outputs import OutputSettings, TeacherAnswers, output_terms
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.checkpoint import CONFIG, read_config
from tfbert_edge.models.checkpoint_files import SAFETENSORS as WEIGHTS
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.network import saved_network
from tfbert_edge.stages.run import Run
from tfbert_edge.training.losses import Loss, make_loss
from tfbert_edge.training.precision import precision, resolve_precision


def output_loss(run: Run, train: Features, settings: OutputSettings, *, others: Sequence[Path] = ()) -> Loss:
    """The loss of a student's logits that all steps share; see :func:`output_terms` and :func:`teacher_answers`."""
    return output_terms(
        teacher_answers(run, train, others=others).logits if settings.distill_weight else None,
        make_loss(run.task.loss),
        distance=run.task.distance,
        settings=settings,
    )


def first_best(step: Any) -> int:
    """The first epoch that may be the best: none where the outputs learn nothing, since their metrics tell nothing."""
    return 0 if step.task_weight or step.distill_weight else int(step.epochs)


def teacher_answers(
    run: Run, train: Features, *, states: bool = False, others: Sequence[Path] = ()
) -> TeacherAnswers:
    """What the teachers say to ``train``, from ``compress/teacher-<hash>.npz`` where a step asked before.

    Logits are the mean over the fine-tuned network and ``others``, of :func:`other_teachers`: the geometric mean of what they
    find likely, one of the two ways in which Hinton et al. 2015 let an ensemble teach. States are the fine-tuned network's.

    Raises:
        CompressionError: one of them cannot teach this run's students; see :func:`check_teacher`.
    """
    folders = [run.model_folder, *others]
    # Where students learn in bfloat16, their teacher may speak it, and is done sooner.
    numbers = resolve_precision(run.recipe.training.precision)
    name = answers_hash([folder / WEIGHTS for folder in folders], train, states=states, precision=numbers)
    path = run.folder / "compress" / f"teacher-{name}.npz"
    if path.is_file():
        with np.load(path) as stored:
            return TeacherAnswers(**stored)
    for folder in folders[1:]:
        check_teacher(run, folder)
    found = []
    for folder in folders:
        run.console.say(f"  the teacher's answers to {len(train):,} examples: {folder}")
        with precision(numbers):
            teacher = saved_network(run, folder)
        with run.console.progress("teacher", len(train)) as bar:
            answers = TeacherAnswers.of(
                teacher.model,
                train,
                batch_size=run.recipe.data.batch_size,
                states=states and folder == run.model_folder,
                on_progress=bar.update,
            )
        found.append(answers)
    logits = np.mean([answers.logits for answers in found], axis=0)
    answers = TeacherAnswers(logits, found[0].states)
    write_arrays(path, {key: value for key, value in vars(answers).items() if value is not None})
    return answers


def other_teachers(run: Run, step: Any) -> list[Path]:
    """The model folders of ``step.teachers``, each of which is a model's or a run's.

    Raises:
        CompressionError: one is neither.
    """
    found = []
    for path in getattr(step, "teachers", ()):
        places = [Path(path).expanduser() / inside for inside in ("train/model", ".")]
        fitting = [place for place in places if (place / WEIGHTS).is_file() and (place / CONFIG).is_file()]
        if not fitting:
            raise CompressionError(
                f"compress.{run.recipe.compress.index(step)}.teachers: {path} must be the folder of a trained run, or of "
                f"a model with {CONFIG} and {WEIGHTS}; it is neither."
            )
        found.append(fitting[0])
    return found


def check_teacher(run: Run, folder: Path) -> None:
    """Refuse another teacher that cannot answer this run's examples as its own fine-tuned network does.

    Raises:
        CompressionError: it has other labels, or is too short; or, once this run is trained, another vocabulary.
    """
    config, raw = read_config(folder)
    task = run.task
    names = [
        str(name) for _, name in sorted((raw.get("id2label") or {}).items(), key=lambda one: int(one[0]))
    ]
    if task.labels and names != list(task.labels):
        raise CompressionError(
            f"the teacher {folder} must have the labels {', '.join(task.labels)}, in this order, has "
            f"{', '.join(names) or 'none'}. Leave it out, or train it on this task."
        )
    if len(names) != int(np.sum(task.num_outputs)):
        raise CompressionError(
            f"the teacher {folder} must have {int(np.sum(task.num_outputs))} outputs, has {len(names)}. Leave it out."
        )
    if config.max_position_embeddings < run.recipe.data.max_length:
        raise CompressionError(
            f"the teacher {folder} must read data.max_length {run.recipe.data.max_length} word pieces, reads "
            f"{config.max_position_embeddings}. Leave it out, or shorten data.max_length."
        )
    if not (run.model_folder / CONFIG).is_file():
        return
    ours, theirs = (Tokenizer.from_folder(one) for one in (run.model_folder, folder))
    if ours.vocabulary != theirs.vocabulary:
        raise CompressionError(
            f"the teacher {folder} must have this run's vocabulary of {len(ours.vocabulary):,} pieces, has another, of "
            f"{len(theirs.vocabulary):,}. Train it on the same data, or both with model.trim_vocabulary.enabled: false."
        )


def answers_hash(weights: list[Path], train: Features, *, states: bool, precision: str) -> str:
    """What answers depend on: the teachers' weights, the ids of all examples in order, what is asked for, and
    the precision."""
    digest = hashlib.sha256(f"{len(train)} {states} {precision}".encode())
    for path in weights:
        digest.update(sha256(path).encode())
    digest.update(train.lengths.tobytes())
    for rows in (train.input_ids, train.token_type_ids):
        for row in rows:
            digest.update(row.tobytes())
    return digest.hexdigest()[:16]
