import numpy as np
import pytest

from tfbert_edge.errors import TrainingError
from tfbert_edge.training.freezing import Freezing
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer


def _places(variables):
    return {v.name.split("/")[0].split(".")[0] for v in variables}


_ALL = {"embeddings", "layer_0", "layer_1", "head"}


@pytest.mark.parametrize(
    ("freezing", "epochs"),
    [
        (Freezing(), [_ALL]),
        (Freezing(embeddings=True), [_ALL - {"embeddings"}]),
        (Freezing(embeddings=True, layers=1), [{"layer_1", "head"}]),
        (
            Freezing(unfreeze_per_epoch=1),
            [{"head"}, {"layer_1", "head"}, {"layer_0", "layer_1", "head"}, _ALL, _ALL],
        ),
        (
            Freezing(unfreeze_per_epoch=2, embeddings=True),
            [{"head"}, _ALL - {"embeddings"}, _ALL - {"embeddings"}],
        ),
    ],
)
def test_trained_variables_by_epoch(program, freezing, epochs):
    model = program.make_model()
    for epoch, expected in enumerate(epochs):
        assert _places(freezing.trained_variables(model, epoch)) == expected


def test_freezing_more_layers_than_there_are_names_the_number(program):
    with pytest.raises(TrainingError, match="at most the model's 2 layers, was 3"):
        Freezing(layers=3).trained_variables(program.make_model(), 0)


def test_frozen_variables_do_not_move_and_released_ones_do(program):
    model = program.make_model()
    batches = program.LengthBucketedBatches(program.make_features(16), batch_size=8, seed=0)
    start = [v.numpy() for v in model.trainable_variables]
    moved: list[set[str]] = []

    def evaluate(model):
        changed = [
            v
            for v, before in zip(model.trainable_variables, start, strict=True)
            if not np.array_equal(v.numpy(), before)
        ]
        moved.append(_places(changed))
        return {"epochs": float(len(moved))}

    fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=batches,
        optimizer=make_optimizer(model, 1e-3, weight_decay=0.1),
        epochs=2,
        evaluate=evaluate,
        metric="epochs",
        freezing=Freezing(unfreeze_per_epoch=1),
    )
    assert moved == [{"head"}, {"head", "layer_1"}]
