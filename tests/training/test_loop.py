import numpy as np
import pytest
from scipy.special import log_softmax
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.callbacks import Progress
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.loop import fine_tune, updates_per_epoch
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.precision import precision


def _fine_tune(program, model, *, count=24, rate=1e-3, accumulate=1, **settings):
    batches = program.LengthBucketedBatches(program.make_features(count), batch_size=8, seed=0)
    arguments = {
        "loss": make_loss("softmax_cross_entropy"),
        "batches": batches,
        "optimizer": make_optimizer(model, rate),
        "epochs": 1,
        "accumulate": accumulate,
    }
    return fine_tune(model, **{**arguments, **settings})


@pytest.mark.parametrize("policy", ["float32", "bfloat16"])
def test_fine_tune_learns_what_can_be_learned(program, policy):
    with precision(policy):
        model = program.make_model()
    train, held_out = program.make_features(256), program.make_features(64, seed=9)

    def evaluate(model):
        return {"accuracy": float((predict(model, held_out).argmax(-1) == held_out.labels).mean())}

    history = fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=program.LengthBucketedBatches(train, batch_size=16, seed=0),
        optimizer=make_optimizer(model, 5e-3),
        epochs=8,
        evaluate=evaluate,
        metric="accuracy",
        patience=3,
    )
    assert history.best is not None and history.best["metrics"]["accuracy"] >= 0.95
    assert evaluate(model) == history.best["metrics"]
    # Without padding: the pieces themselves.
    assert {record["tokens"] for record in history} == {sum(len(ids) for ids in train.input_ids)}
    assert history[0]["step"] == 16 and history[0]["epoch"] == 1


def test_fine_tune_stops_early_and_ends_with_the_best_weights(program):
    model = program.make_model()
    kept, figures = [], iter([0.3, 0.8, 0.5, 0.4, 0.9])

    def evaluate(model):
        kept.append([v.numpy() for v in model.trainable_variables])
        return {"matthews": next(figures), "confusion": [[1, 2]]}

    history = _fine_tune(program, model, epochs=5, evaluate=evaluate, metric="matthews", patience=2)
    assert [record["best"] for record in history] == [False, True, False, False]
    for variable, expected in zip(model.trainable_variables, kept[1], strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected)


def test_fine_tune_with_a_first_best_epoch_ends_with_the_best_weights_from_there_on(program):
    model = program.make_model()
    kept, figures = [], iter([0.9, 0.3, 0.2])

    def evaluate(model):
        kept.append([v.numpy() for v in model.trainable_variables])
        return {"matthews": next(figures)}

    history = _fine_tune(program, model, epochs=3, evaluate=evaluate, metric="matthews", first_best=1)
    assert [record["best"] for record in history] == [False, True, False]
    for variable, expected in zip(model.trainable_variables, kept[1], strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected)


def test_fine_tune_resumed_after_its_end_restores_the_best_without_training(program, tmp_path):
    model = program.make_model()
    figures = iter([0.8, 0.5])
    settings = {"epochs": 2, "metric": "f1", "folder": tmp_path}
    _fine_tune(program, model, evaluate=lambda model: {"f1": next(figures)}, **settings)
    again = program.make_model(seed=99)
    history = _fine_tune(
        program, again, evaluate=lambda model: pytest.fail("trained"), resume=True, **settings
    )
    assert history.best is not None and history.best["epoch"] == 1
    for variable, expected in zip(again.trainable_variables, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected.numpy())


def test_accumulated_batches_update_as_the_joined_batch(program):
    # A large epsilon, since Adam's first step blows up rounding where the gradient is nearly 0.
    features = program.make_features(16)
    weights = []
    for batch_size, accumulate in ((16, 1), (4, 4)):
        model = program.make_model(dropout=0.0)
        fine_tune(
            model,
            loss=make_loss("softmax_cross_entropy"),
            batches=program.LengthBucketedBatches(features, batch_size=batch_size, seed=0),
            optimizer=make_optimizer(model, 0.1, epsilon=1e-2, max_gradient_norm=0.1),
            epochs=1,
            accumulate=accumulate,
        )
        weights.append([v.numpy() for v in model.trainable_variables])
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


def test_updates_per_epoch_counts_the_last_incomplete_one(program):
    batches = program.LengthBucketedBatches(program.make_features(41), batch_size=8, seed=0)
    assert batches.steps_per_epoch == 6
    assert updates_per_epoch(batches, 4) == 2


def test_fine_tune_with_an_infinite_rate_says_what_to_change(program):
    model = program.make_model()
    with pytest.raises(TrainingError, match=r"finite number.*training\.learning_rate.*max_gradient_norm"):
        _fine_tune(program, model, rate=float("inf"))


def test_fine_tune_reports_every_batch_with_the_time_left(program):
    seen: list[Progress] = []
    _fine_tune(program, program.make_model(), epochs=2, on_progress=seen.append)
    assert [p.step for p in seen] == [1, 2, 3, 4, 5, 6]
    assert [p.epoch for p in seen] == [1, 1, 1, 2, 2, 2]
    assert seen[-1].seconds_left == 0 and seen[0].seconds_left > 0 and seen[-1].tokens_per_second > 0


def test_fine_tune_writes_curves_that_tensorboard_reads(program, tmp_path):
    history = _fine_tune(
        program,
        program.make_model(),
        evaluate=lambda model: {"accuracy": 0.5, "confusion": [[1]]},
        metric="accuracy",
        tensorboard=tmp_path,
    )
    read = EventAccumulator(str(tmp_path)).Reload()
    found = {
        tag: [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in read.Tensors(tag)]
        for tag in read.Tags()["tensors"]
    }
    assert [step for step, _ in found["train/loss"]] == [1, 2, 3]
    assert found["train/learning_rate"] == [(step, pytest.approx(1e-3)) for step in (1, 2, 3)]
    assert found["validation/accuracy"] == [(3, 0.5)]
    assert found["epoch/loss"] == [(3, pytest.approx(history[0]["loss"]))]
    assert "validation/confusion" not in found


def test_fine_tune_averages_weighted_and_smoothed_losses_over_examples(program):
    # At rate 0 the weights stay, so that every batch of the epoch sees the same network.
    model, features = program.make_model(dropout=0.0), program.make_features(21)
    weights, smoothing = np.array([0.5, 3.0]), 0.2

    history = _fine_tune(
        program,
        model,
        rate=0.0,
        batches=program.LengthBucketedBatches(features, batch_size=8, seed=0),
        loss=make_loss("softmax_cross_entropy", class_weights=weights.tolist(), label_smoothing=smoothing),
    )

    scores = log_softmax(predict(model, features).astype(np.float64), axis=-1)
    targets = np.eye(2)[features.labels] * (1 - smoothing) + smoothing / 2
    expected = -(weights[features.labels] * (targets * scores).sum(-1)).mean()
    assert history[0]["loss"] == pytest.approx(expected, rel=1e-5)


def test_fine_tune_takes_any_callable_as_its_loss(program):
    model = program.make_model(dropout=0.0)
    seen = []

    def loss(batch, outputs):
        seen.append(sorted(batch))
        return tf.reduce_sum(outputs * 0.0, axis=-1) + 2.5

    history = _fine_tune(program, model, loss=loss)
    assert history[0]["loss"] == pytest.approx(2.5)
    assert seen == [
        ["attention_mask", "example_weight", "index", "input_ids", "labels", "token_type_ids"]
    ]  # traced once


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "at least 1, were 0 and 1"),
        ({"evaluate": lambda model: {}}, "metric must name the figure"),
        ({"evaluate": lambda model: {"a": 1.0}, "metric": "a", "mode": "most"}, "max, min, was 'most'"),
        ({"strategy": tf.distribute.get_strategy(), "shards": 2}, "1 replicas, have 2"),
    ],
)
def test_fine_tune_with_contradicting_settings_says_what_they_must_be(program, settings, message):
    shards = settings.pop("shards", 1)
    batches = program.LengthBucketedBatches(program.make_features(8), batch_size=8, seed=0, shards=shards)
    with pytest.raises(TrainingError, match=message):
        _fine_tune(program, program.make_model(), batches=batches, **settings)
