import io
import math

import pytest
from rich.console import Console

from tfbert_edge.errors import TrainingError
from tfbert_edge.training.callbacks import BestEpoch, ConsoleProgress, Progress, Rate


@pytest.mark.parametrize(("mode", "best"), [("max", 1), ("min", 3)])
def test_best_epoch_follows_the_mode_and_the_first_of_equals(mode, best):
    tracker = BestEpoch("f1", mode=mode)
    for epoch, value in enumerate([0.5, 0.9, 0.9, 0.1]):
        tracker.update(epoch, {"f1": value})
    assert tracker.epoch == best


def test_best_epoch_is_over_after_patience_epochs_without_a_better_one():
    tracker = BestEpoch("f1", patience=2)
    over = []
    for epoch, value in enumerate([0.5, 0.6, 0.6, 0.4]):
        tracker.update(epoch, {"f1": value})
        over.append(tracker.is_over(epoch))
    assert over == [False, False, False, True]


def test_best_epoch_is_none_before_the_first_that_may_be():
    tracker = BestEpoch("f1", patience=1, first=2)
    found = []
    for epoch, value in enumerate([0.9, 0.8, 0.3, 0.5]):
        found.append((tracker.update(epoch, {"f1": value}), tracker.epoch, tracker.is_over(epoch)))
    assert found == [(False, None, False), (False, None, False), (True, 2, False), (True, 3, False)]


def test_best_epoch_takes_any_number_over_a_nan():
    tracker = BestEpoch("f1")
    assert tracker.update(0, {"f1": math.nan})
    assert tracker.update(1, {"f1": 0.1})
    assert not tracker.update(2, {"f1": math.nan})


def test_best_epoch_of_a_missing_metric_lists_what_is_measured():
    with pytest.raises(TrainingError, match="was 'f1'; it measures: accuracy"):
        BestEpoch("f1").update(0, {"accuracy": 0.5, "confusion": [[1]]})


def test_rate_is_that_of_equal_steps():
    rate = Rate()
    for _ in range(5):
        rate.update(0.5, 100)
    assert rate.tokens_per_second == pytest.approx(200) and rate.seconds_per_step == pytest.approx(0.5)


@pytest.mark.parametrize("terminal", [True, False])
def test_console_progress_shows_step_loss_rate_and_time_left(terminal):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=140)
    with ConsoleProgress("fine-tuning", console=console, seconds=0) as show:
        show(
            Progress(
                epoch=1,
                epochs=2,
                step=30,
                steps=100,
                loss=0.5,
                learning_rate=1e-5,
                tokens_per_second=2345.6,
                seconds_left=125,
                message="[note] first",
            )
        )
    text = console.file.getvalue()
    for part in ("fine-tuning", "1/2", "30/100", "0.5000", "2,346 tokens/s", "2:05 left", "[note] first"):
        assert part in text
