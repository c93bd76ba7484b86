"""The recipe's step ``prune_weights``: the weights of least magnitude become zero, the fine-tuned network as teacher."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfbert_edge.compress.distill_outputs import OutputSettings
from tfbert_edge.compress.prune_weights import MagnitudePruning, PruneWeightsSettings
from tfbert_edge.stages import teachers
from tfbert_edge.stages.prune_start import starting_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.student import settings_of, student_updates, train_student
from tfbert_edge.stages.texts import training_features
from tfbert_edge.training.freezing import Freezing


def prune_weights_step(run: Run, step: Any, source: Path, folder: Path) -> dict[str, Any]:
    """Prune the model in ``source`` as it learns the fine-tuned one's answers; writes as :func:`train_student`.

    Raises:
        CompressionError: the network or the number of updates does not allow what the step asks for; or a kernel has not become
            as sparse as that.
    """
    student = starting_network(run, step, source)
    train = training_features(run, step, student.tokenizer)
    updates = student_updates(step, train)
    hook = MagnitudePruning(student.model, settings_of(PruneWeightsSettings, step), updates=updates)
    when = hook.when
    run.console.say(
        f"  {len(hook.kernels)} kernels pruned from update {when.begin:,} to {when.end:,} of {updates:,}"
    )
    settings = settings_of(OutputSettings, step)
    figures = train_student(
        run,
        step,
        source,
        folder,
        student,
        student.model,
        train,
        teachers.output_loss(run, train, settings, others=teachers.other_teachers(run, step)),
        vars(settings),
        freezing=Freezing(embeddings=step.freeze_embeddings),
        hooks=[hook],
        first_best=max(teachers.first_best(step), hook.first_best(updates // step.epochs)),
    )
    hook.check()
    return figures
