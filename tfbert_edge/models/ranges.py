"""Activation ranges from examples: what each layer's output is, and which interval of it 256 steps should cover.

Three estimators: ``minmax``, ``percentile`` (the same share cut from both tails) and ``mse`` (the clipping that minimizes
the mean squared rounding and clipping error, as in Banner et al. 2019 and Nagel et al. 2021, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.fold import folded
from tfbert_edge.models.quantization import Ranges, layer_quantization

BINS = 2048
STEPS = 255

# exp(-10) = 5e-5: 60 padded keys at this distance below a row's maximum take 0.3% of its attention.
MASK_MARGIN = 10.0


@dataclass(frozen=True)
class Histogram:
    """Counts ``(BINS,)`` of values in equal bins over [low, high]."""

    low: float
    high: float
    counts: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """The bins' middles, float64 ``(BINS,)``."""
        width = (self.high - self.low) / len(self.counts)
        return self.low + width * (np.arange(len(self.counts)) + 0.5)


def calibrate(
    model: Any, batches: Iterable[Mapping[str, np.ndarray]], method: str, *, percentile: float = 99.99
) -> Ranges:
    """Return the ranges of the layers' outputs by ``method``, a key of ``METHODS``, of a network that keeps to them.

    What a range cuts off is missing further down: a token of one huge channel has a huge variance in the float network, and an
    ordinary one where the channel is clipped. So the network is observed again with its outputs clipped to the first ranges,
    and a range that turns out too wide is narrowed. Arguments and errors are those of :func:`observe`.
    """
    batches = list(batches)
    first = estimate_ranges(observe(model, batches), method, percentile=percentile)
    return narrowed(model, batches, first, method, percentile=percentile)


def narrowed(
    model: Any,
    batches: Iterable[Mapping[str, np.ndarray]],
    ranges: Ranges,
    method: str,
    *,
    percentile: float = 99.99,
) -> Ranges:
    """Return ``ranges``, each cut down to what ``method`` finds in the network that is clipped to them."""
    found = estimate_ranges(observe(model, batches, clip=ranges), method, percentile=percentile)
    return {
        name: (max(low, found[name][0]), min(high, found[name][1])) for name, (low, high) in ranges.items()
    }


def observe(
    model: Any, batches: Iterable[Mapping[str, np.ndarray]], *, clip: Ranges | None = None
) -> dict[str, Histogram]:
    """Run float ``model`` over ``batches`` and return a histogram of each layer's output that is to be quantized.

    Args:
        model: the plain network (int32 input_ids, token_type_ids, attention_mask ``(b, n)``); seen as it is quantized, folded.
        batches: int32 arrays of those names, without padding: padded positions would widen the ranges for nothing. Read twice.
        clip: intervals to which the layers' outputs are clipped; what is counted, and goes on, is clipped.

    Raises:
        ConversionError: no batch, or an output that is not finite.
    """
    batches = list(batches)
    if not batches:
        raise ConversionError(
            "calibration needs at least one example, but there was none. Set data.calibration_examples."
        )
    model = folded(model)
    names = [layer.name for layer in model.layers if _is_observed(layer)]
    if clip is not None:
        model = _clipped(model, {name: clip[name] for name in names})
    layers = [model.get_layer(name) for name in names]
    taps = keras.Model(model.inputs, [layer.output for layer in layers])
    signature = [[tf.TensorSpec((None, None), tf.int32)] * 3]

    @tf.function(input_signature=signature, autograph=False)
    def extremes(inputs: Any) -> Any:
        outputs = taps(inputs, training=False)
        lows = [_lowest(layer, output) for layer, output in zip(layers, outputs, strict=True)]
        return tf.stack(lows), tf.stack([tf.reduce_max(tf.cast(output, tf.float32)) for output in outputs])

    @tf.function(
        input_signature=[*signature, tf.TensorSpec((None,), tf.float32), tf.TensorSpec((None,), tf.float32)],
        autograph=False,
    )
    def counts(inputs: Any, lows: Any, highs: Any) -> Any:
        outputs = taps(inputs, training=False)
        return tf.stack(
            [
                tf.histogram_fixed_width(
                    tf.cast(output, tf.float32), tf.stack([lows[index], highs[index]]), BINS
                )
                for index, output in enumerate(outputs)
            ]
        )

    arrays = [
        [np.asarray(batch[name]) for name in ("input_ids", "token_type_ids", "attention_mask")]
        for batch in batches
    ]
    pairs = [extremes(inputs) for inputs in arrays]
    low = np.min([pair[0].numpy() for pair in pairs], axis=0)
    high = np.max([pair[1].numpy() for pair in pairs], axis=0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        names = [
            layer.name
            for layer, good in zip(layers, np.isfinite(low) & np.isfinite(high), strict=True)
            if not good
        ]
        raise ConversionError(
            f"the float model must give finite outputs, but {', '.join(names)} does not. Train again."
        )
    high = np.maximum(high, low + 1e-6)
    total = sum(counts(inputs, low, high).numpy().astype(np.int64) for inputs in arrays)
    return {
        layer.name: Histogram(float(low[index]), float(high[index]), total[index])
        for index, layer in enumerate(layers)
    }


def estimate_ranges(histograms: Mapping[str, Histogram], method: str, *, percentile: float = 99.99) -> Ranges:
    """Choose each layer's interval by ``method``, a key of ``METHODS``.

    Raises:
        ConversionError: a method that does not exist.
    """
    if method not in METHODS:
        raise ConversionError(
            f"the calibration method must be one of {', '.join(METHODS)}, but is '{method}'."
        )
    return {name: METHODS[method](histogram, percentile) for name, histogram in histograms.items()}


def minmax_range(histogram: Histogram, percentile: float = 100.0) -> tuple[float, float]:
    """Everything that was seen."""
    return histogram.low, histogram.high


def percentile_range(histogram: Histogram, percentile: float) -> tuple[float, float]:
    """The interval that leaves out ``100 - percentile`` percent of the values at either end together."""
    tail = (1.0 - percentile / 100.0) / 2.0
    cumulative = np.cumsum(histogram.counts) / histogram.counts.sum()
    edges = np.linspace(histogram.low, histogram.high, len(histogram.counts) + 1)
    first = int(np.searchsorted(cumulative, tail, side="right"))
    last = int(np.searchsorted(cumulative, 1.0 - tail, side="left"))
    return float(edges[first]), float(edges[last + 1])


def mse_range(histogram: Histogram, percentile: float = 100.0) -> tuple[float, float]:
    """The interval with the least mean squared error after rounding to 256 steps, of a grid of shrunken ones."""
    factors = np.linspace(0.1, 1.0, 37)
    values, weights = histogram.centres, histogram.counts
    used = weights > 0
    values, weights = values[used], weights[used]
    best, answer = np.inf, (histogram.low, histogram.high)
    for left in factors if histogram.low < 0 else (1.0,):
        for right in factors if histogram.high > 0 else (1.0,):
            low, high = min(histogram.low, 0.0) * left, max(histogram.high, 0.0) * right
            step = (high - low) / STEPS
            clipped = np.clip(values, low, high)
            error = float(
                weights @ (np.square(values - clipped) + np.where(clipped == values, step * step / 12.0, 0.0))
            )
            if error < best:
                best, answer = error, (low, high)
    return answer


METHODS = {"minmax": minmax_range, "percentile": percentile_range, "mse": mse_range}


@keras.utils.register_keras_serializable("tfbert_edge")
class _Clipped(keras.layers.Wrapper):
    """A layer whose output, float ``(...)``, is clipped to [low, high]."""

    def __init__(self, layer: Any, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.low, self.high = low, high

    def call(self, inputs: Any, training: Any = None) -> Any:
        return tf.clip_by_value(self.layer(inputs), self.low, self.high)


def _clipped(model: Any, ranges: Ranges) -> Any:
    def clone(layer: Any) -> Any:
        copy = type(layer).from_config(layer.get_config())
        return _Clipped(copy, *ranges[layer.name], name=layer.name) if layer.name in ranges else copy

    clipped = keras.models.clone_model(model, clone_function=clone)
    clipped.set_weights(model.get_weights())
    return clipped


def _is_observed(layer: Any) -> bool:
    if type(layer).__name__ == "Offset":
        return False
    quantization = layer_quantization(layer)
    return quantization is not None and quantization.output is not None and quantization.output.fixed is None


def _lowest(layer: Any, output: Any) -> Any:
    lowest = tf.reduce_min(tf.cast(output, tf.float32))
    if layer.name.endswith(".masked"):
        # A padded key must stay clearly below the best key of every row, also where that row's scores are all low.
        rows = tf.reduce_max(tf.cast(output, tf.float32), axis=-1)
        lowest = tf.minimum(lowest, tf.reduce_min(rows) - MASK_MARGIN)
    return lowest
