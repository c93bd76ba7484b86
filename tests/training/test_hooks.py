"""Hooks see every update once, in order; what they need of a run stands in its snapshots."""

from __future__ import annotations

import pytest

from tfbert_edge.errors import TrainingError
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer


class Noting:
    """Notes what it is called with."""

    def __init__(self, **key):
        self.key, self.calls = key, []

    def before_update(self, update):
        self.calls.append(("before", update))

    def after_update(self, update):
        self.calls.append(("after", update))


def _train(program, hook, *, epochs=2, accumulate=1, **settings):
    model = program.make_model()
    return fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=program.LengthBucketedBatches(program.make_features(24), batch_size=8, seed=0),
        optimizer=make_optimizer(model, 1e-3),
        epochs=epochs,
        accumulate=accumulate,
        hooks=[hook],
        **settings,
    )


# 3 batches an epoch; with two to an update, an epoch has one of two batches and one of one.
@pytest.mark.parametrize(("accumulate", "updates"), [(1, 6), (2, 4)])
def test_hooks_are_called_around_each_update_with_its_number(program, accumulate, updates):
    hook = Noting()
    _train(program, hook, accumulate=accumulate)
    assert hook.calls == [(when, number) for number in range(updates) for when in ("before", "after")]


def test_training_resumed_with_another_hook_is_refused(program, tmp_path):
    _train(program, Noting(sparsity=0.5), epochs=1, folder=tmp_path)
    with pytest.raises(TrainingError):
        _train(program, Noting(sparsity=0.6), epochs=1, folder=tmp_path, resume=True)
