from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.models.ranges import (
    BINS,
    MASK_MARGIN,
    Histogram,
    calibrate,
    estimate_ranges,
    mse_range,
    observe,
    percentile_range,
)


def histogram_of(values: np.ndarray) -> Histogram:
    counts, edges = np.histogram(values, BINS)
    return Histogram(float(edges[0]), float(edges[-1]), counts)


def batches(seed: int = 0) -> list[dict[str, np.ndarray]]:
    generator = np.random.default_rng(seed)
    return [
        {
            "input_ids": generator.integers(5, 128, (3, length), np.int32),
            "token_type_ids": np.zeros((3, length), np.int32),
            "attention_mask": np.ones((3, length), np.int32),
        }
        for length in (4, 9)
    ]


def test_observe_counts_every_value_between_its_extremes():
    model = build_model(preset("tiny"), num_outputs=2)
    given = batches()
    tap = keras.Model(model.inputs, model.get_layer("layer_0.ffn.intermediate").output)
    values = np.concatenate([tap(list(batch.values()), training=False).numpy().ravel() for batch in given])

    found = observe(model, given)["layer_0.ffn.intermediate"]

    assert found.low == pytest.approx(values.min(), abs=1e-6)
    assert found.high == pytest.approx(values.max(), abs=1e-6)
    assert found.counts.sum() == values.size
    expected = np.histogram(values, BINS, (found.low, found.high))[0]
    assert np.abs(np.cumsum(found.counts) - np.cumsum(expected)).max() <= 3  # of 1248, at the bins' edges


def test_observe_leaves_room_below_the_best_key_of_every_row():
    model = build_model(preset("tiny"), num_outputs=2)
    given = batches()
    tap = keras.Model(model.inputs, model.get_layer("layer_1.attention.masked").output)
    best = min(tap(list(batch.values()), training=False).numpy().max(axis=-1).min() for batch in given)

    found = observe(model, given)["layer_1.attention.masked"]

    assert found.low == pytest.approx(best - MASK_MARGIN, abs=1e-5)


def test_observe_of_a_clipped_network_counts_what_is_left():
    model = build_model(preset("tiny"), num_outputs=2)
    name, after = "layer_0.attention.sum", "layer_0.attention.norm.mean"
    ranges = dict.fromkeys(observe(model, batches()), (-1e6, 1e6))
    tap = keras.Model(model.inputs, model.get_layer(name).output)
    values = [tap(list(batch.values()), training=False).numpy() for batch in batches()]
    means = [np.clip(value, -0.5, 0.25).mean(axis=-1) for value in values]

    found = observe(model, batches(), clip=ranges | {name: (-0.5, 0.25)})

    assert (found[name].low, found[name].high) == (-0.5, 0.25)
    assert found[after].low == pytest.approx(min(mean.min() for mean in means), abs=1e-5)
    assert found[after].high == pytest.approx(max(mean.max() for mean in means), abs=1e-5)


def test_calibrate_gives_a_variance_the_range_of_what_is_left_of_a_huge_channel():
    model = build_model(preset("tiny"), num_outputs=2)
    words = model.get_layer("embeddings.word")
    (table,) = words.get_weights()
    table[7, 3] = 100.0  # one channel of one word piece: variance about 100^2 / 32
    words.set_weights([table])
    given = batches()
    given[1]["input_ids"][0, 0] = 7

    once = estimate_ranges(observe(model, given), "percentile", percentile=99.0)
    settled = calibrate(model, given, "percentile", percentile=99.0)

    # 1 of 39 tokens and 1 of 1,248 values: the sum is clipped, the variance was not.
    assert once["embeddings.sum"][1] < 1.0 and once["embeddings.norm.variance"][1] > 250.0
    assert settled["embeddings.norm.variance"][1] < 1.0
    assert all(once[name][0] <= low <= high <= once[name][1] for name, (low, high) in settled.items())


def test_observe_without_examples_says_which_setting_to_mend():
    with pytest.raises(ConversionError, match=r"data\.calibration_examples"):
        observe(build_model(preset("tiny"), num_outputs=2), [])


def test_observe_of_a_network_that_overflows_names_the_layers():
    model = build_model(preset("tiny"), num_outputs=2)
    layer = model.get_layer("head.classifier")
    layer.bias.assign([np.inf, 0.0])

    with pytest.raises(ConversionError, match=r"finite outputs, but head\.classifier does not"):
        observe(model, batches())


def test_percentile_range_equals_numpys_percentiles():
    values = np.random.default_rng(1).normal(size=200_000)

    low, high = percentile_range(histogram_of(values), 99.0)

    bin_width = (values.max() - values.min()) / BINS
    assert low == pytest.approx(np.percentile(values, 0.5), abs=bin_width)
    assert high == pytest.approx(np.percentile(values, 99.5), abs=bin_width)


def test_percentile_range_of_everything_is_everything():
    values = np.random.default_rng(1).normal(size=1000)

    assert percentile_range(histogram_of(values), 100.0) == pytest.approx((values.min(), values.max()))


def test_mse_range_has_the_least_error_of_all_candidates_measured_on_the_values():
    generator = np.random.default_rng(2)
    values = np.concatenate([generator.normal(size=100_000), [60.0, -25.0]])

    def error(low: float, high: float) -> float:
        step = (high - low) / 255
        rounded = np.clip(np.round((values - low) / step), 0, 255) * step + low
        return float(np.mean(np.square(values - rounded)))

    found = error(*mse_range(histogram_of(values)))

    factors = np.linspace(0.1, 1.0, 19)
    best = min(error(values.min() * a, values.max() * b) for a in factors for b in factors)
    assert found <= 1.1 * best
    assert found < 0.9 * error(values.min(), values.max())


def test_mse_range_of_values_above_zero_starts_at_zero():
    low, high = mse_range(histogram_of(np.random.default_rng(3).uniform(1.0, 2.0, 10_000)))

    assert low == 0.0
    assert high == pytest.approx(2.0, rel=0.06)


def test_estimate_ranges_with_an_unknown_method_lists_the_known_ones():
    with pytest.raises(ConversionError, match="minmax, percentile, mse, but is 'entropy'"):
        estimate_ranges({}, "entropy")
