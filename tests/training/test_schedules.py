import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.schedules import make_schedule

_STEPS = np.arange(0, 121, 10)


def _values(schedule):
    return [float(schedule(step)) for step in _STEPS]


@pytest.mark.parametrize(
    ("settings", "oracle"),
    [
        ({"type": "linear"}, keras.optimizers.schedules.PolynomialDecay(0.01, 100, 0.0)),
        (
            {"type": "polynomial", "power": 2.0, "end_factor": 0.1},
            keras.optimizers.schedules.PolynomialDecay(0.01, 100, 0.001, power=2.0),
        ),
        ({"type": "cosine", "end_factor": 0.2}, keras.optimizers.schedules.CosineDecay(0.01, 100, alpha=0.2)),
        ({"type": "constant"}, lambda step: 0.01),
    ],
)
def test_schedule_without_warmup_equals_keras(settings, oracle):
    schedule = make_schedule(**settings, learning_rate=0.01, total_steps=100)
    np.testing.assert_allclose(_values(schedule), _values(oracle), rtol=1e-5, atol=1e-9)


def test_schedule_with_warmup_rises_then_falls_over_the_rest():
    schedule = make_schedule("linear", learning_rate=1.0, total_steps=100, warmup_steps=20)
    found = [float(schedule(step)) for step in (0, 5, 20, 60, 100)]
    np.testing.assert_allclose(found, [0.0, 0.25, 1.0, 0.5, 0.0], atol=1e-7)


def test_schedule_with_warmup_equals_keras_cosine():
    oracle = keras.optimizers.schedules.CosineDecay(0.0, 80, warmup_target=0.01, warmup_steps=20)
    schedule = make_schedule("cosine", learning_rate=0.01, total_steps=100, warmup_steps=20)
    np.testing.assert_allclose(_values(schedule), _values(oracle), rtol=1e-5, atol=1e-9)


def test_schedule_warmup_ratio_is_a_share_of_all_steps_and_steps_win():
    assert make_schedule(learning_rate=1.0, total_steps=50, warmup_ratio=0.1).warmup_steps == 5
    assert (
        make_schedule(learning_rate=1.0, total_steps=50, warmup_ratio=0.1, warmup_steps=0).warmup_steps == 0
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"type": "step", "total_steps": 9}, "linear, cosine, polynomial, constant, was 'step'"),
        ({"total_steps": 0}, "at least 1 update, has 0"),
        ({"total_steps": 9, "warmup_steps": 10}, "at most the 9 updates of training, was 10"),
    ],
)
def test_schedule_with_bad_settings_says_what_it_must_be(settings, message):
    with pytest.raises(TrainingError, match=message):
        make_schedule(learning_rate=1.0, **settings)
