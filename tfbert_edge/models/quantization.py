"""Fake quantization of the whole network with TF-MOT, so that the converter needs no calibration of its own.

    q(x) = s * clip(round(x / s) + z, -128, 127) - s * z        (Jacob et al. 2018, eq. 1)

Activations carry one range a tensor, Dense kernels one scale an output channel, tables one scale, a norm's gamma and beta one
scale and a zero point. What integer kernels demand is fixed here: keys and values are symmetric (a matrix product's right side
needs zero point 0), softmax has scale 1/256, tanh 1/128. Layers that only move numbers (split, merge, first token, dropout)
have no quantizer.
Both post-training quantization (ranges from calibration) and quantization-aware training use this one network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tfmot
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.attention import MASK_PENALTY
from tfbert_edge.models.bfloat16_dense import Bfloat16Dense
from tfbert_edge.models.fold import Folded, folded, folded_ranges, rescaled
from tfbert_edge.models.normalization import ChannelShift
from tfbert_edge.models.quantizers import (
    KernelQuantizer,
    LayerQuantization,
    NetworkScheme,
    RangeQuantizer,
    VectorQuantizer,
)

PREFIX = "quant_"

Ranges = dict[str, tuple[float, float]]
"""Layer name -> the float interval that the 256 steps of its output cover."""


# Layers that move numbers and compute nothing: what goes in comes out, under the same scale.
_MOVING = {
    "InputLayer",
    "SplitHeads",
    "MergeHeads",
    "FirstToken",
    "OnlyToken",
    "JoinOutputs",
    "CountedDropout",
    "LayerDrop",
    "Folded",
}

_VECTORS = {"ChannelScale": "gamma", "ChannelShift": "beta"}


def layer_quantization(
    layer: Any, *, followed_by_relu: bool = False, bits: int = 8
) -> LayerQuantization | None:
    """Return how ``layer`` is quantized, a Dense kernel to ``bits``, or None for one that only moves numbers."""
    kind, name = type(layer).__name__, layer.name
    if kind in _MOVING:
        return None
    if kind == "Embedding":
        return LayerQuantization("embeddings", KernelQuantizer(per_channel=False))
    if kind == "MaskBias":
        return LayerQuantization(output=RangeQuantizer(fixed=(-MASK_PENALTY, 0.0)))
    if kind == "Activation":
        fixed = {"softmax": (0.0, 255 / 256), "tanh": (-1.0, 127 / 128)}[layer.get_config()["activation"]]
        return LayerQuantization(output=RangeQuantizer(fixed=fixed))
    symmetric = name.endswith((".key", ".value"))
    if kind == "Dense":
        # ReLU is fused into the layer before it; a quantizer between the two would keep them apart.
        output = None if followed_by_relu else RangeQuantizer(symmetric=symmetric)
        return LayerQuantization("kernel", KernelQuantizer(per_channel=True, bits=bits), output=output)
    if kind in _VECTORS:
        return LayerQuantization(_VECTORS[kind], VectorQuantizer(), output=RangeQuantizer())
    return LayerQuantization(output=RangeQuantizer(symmetric=symmetric))


def fake_quantize(
    model: Any, *, weights: bool = True, int4: Collection[str] = (), precision: str = "float32"
) -> Any:
    """Return a TF-MOT fake-quantized copy of ``model``; its weights are copies, its ranges wait for ``assign_ranges``.

    The copy is folded, see :mod:`tfbert_edge.models.fold`; :func:`copy_weights` minds the difference.
    Each layer's wrapper is named ``quant_`` and the layer's name. The copy is float32 whatever the model's precision policy.
    The Dense layers named in ``int4`` have kernels of 4 bits.
    With ``weights=False`` Dense kernels, gammas and betas stay float, for conversion: the converter rounds constants as
    ``KernelQuantizer`` and ``VectorQuantizer`` do, but refuses a per-channel fake quantization in front of the transposition
    that it adds to a Dense kernel.
    With ``precision`` bfloat16, not float32, Dense layers multiply in it while they train, see
    :mod:`tfbert_edge.models.bfloat16_dense`.
    """
    annotate = tfmot.quantization.keras.quantize_annotate_layer
    model = folded(model)

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if "dtype" in config and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = "float32"
        if type(layer).__name__ == "Offset":
            # LayerNorm's epsilon is far below one int8 step of a variance; the integer RSQRT defines 1 / sqrt(0) itself.
            return keras.layers.Activation("linear", name=layer.name)
        kind = Bfloat16Dense if precision == "bfloat16" and type(layer) is keras.layers.Dense else type(layer)
        copy = kind.from_config(config)
        bits = 4 if layer.name in int4 else 8
        quantization = layer_quantization(layer, followed_by_relu=_followed_by_relu(layer), bits=bits)
        if quantization is not None and not weights and type(layer).__name__ != "Embedding":
            quantization = LayerQuantization(output=quantization.output) if quantization.output else None
        return copy if quantization is None else annotate(copy, quantization)

    annotated = keras.models.clone_model(model, clone_function=clone)
    quantized = tfmot.quantization.keras.quantize_apply(
        annotated, NetworkScheme(), quantized_layer_name_prefix=PREFIX
    )
    copy_weights(model, quantized)
    return quantized


def copy_weights(source: Any, target: Any) -> None:
    """Copy each layer's own weights between a plain model and a fake-quantized one, in either direction, by layer name.

    Where ``source`` is folded and ``target`` is not, weights are divided by the factors in them, and shifts that others have
    taken over are 0. Where only ``target`` is folded, it gets the weights of ``source`` folded.
    """
    if _is_folded(target) and not _is_folded(source):
        source = folded(source)
    targets = {_plain_name(layer.name): _variables(layer) for layer in target.layers}
    before, after = rescaled(source), rescaled(target)
    for layer in source.layers:
        name = _plain_name(layer.name)
        factor = before.get(name, 1.0) / after.get(name, 1.0)
        for key, variable in _variables(layer).items():
            if key in targets[name]:
                targets[name][key].assign(variable if factor == 1.0 else variable * factor)
        if isinstance(layer, Folded) and isinstance(shift := target.get_layer(name), ChannelShift):
            shift.beta.assign(np.zeros_like(shift.beta))


def quantized_outputs(model: Any) -> list[str]:
    """Return the names of the layers of a fake-quantized ``model`` whose output range calibration must set."""
    return [_plain_name(layer.name) for layer in model.layers if _range_of(layer) is not None]


def assign_ranges(model: Any, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Set the output ranges of a fake-quantized ``model``; those of a network that was not folded will do too.

    Raises:
        ConversionError: a layer has no range; the message names each.
    """
    ranges = folded_ranges(ranges)
    missing = [name for name in quantized_outputs(model) if name not in ranges]
    if missing:
        raise ConversionError(
            f"every quantized layer needs a range, but {', '.join(missing)} has none. Calibrate again."
        )
    for layer in model.layers:
        found = _range_of(layer)
        if found is not None:
            quantizer, weights = found
            quantizer.assign(weights, *ranges[_plain_name(layer.name)])


def read_ranges(model: Any) -> Ranges:
    """Return the output ranges of a fake-quantized ``model`` as they are now."""
    ranges: Ranges = {}
    for layer in model.layers:
        found = _range_of(layer)
        if found is not None:
            low, high = found[0].interval(found[1])
            ranges[_plain_name(layer.name)] = (float(np.asarray(low)), float(np.asarray(high)))
    return ranges


def range_variables(model: Any) -> list[Any]:
    """Return the trainable bounds of a fake-quantized ``model``."""
    found = (_range_of(layer) for layer in model.layers)
    return [variable for pair in found if pair is not None for variable in pair[1].values()]


def range_widths(model: Any) -> dict[Any, float]:
    """Return how wide the range of each of :func:`range_variables` is, by the variable's reference."""
    widths: dict[Any, float] = {}
    for layer in model.layers:
        found = _range_of(layer)
        if found is not None:
            low, high = (float(np.asarray(bound)) for bound in found[0].interval(found[1]))
            widths |= {variable.ref(): high - low for variable in found[1].values()}
    return widths


def _range_of(layer: Any) -> tuple[RangeQuantizer, Mapping[str, Any]] | None:
    quantizers = getattr(layer, "_output_quantizers", None)
    if not quantizers or quantizers[0].fixed is not None:
        return None
    return quantizers[0], layer._output_quantizer_vars


def _is_folded(model: Any) -> bool:
    return any(isinstance(layer, Folded) for layer in model.layers)


def _plain_name(name: str) -> str:
    return name.removeprefix(PREFIX)


def _variables(layer: Any) -> dict[str, Any]:
    # A wrapper holds the variables of its layer, and steps and bounds of its own that a plain layer lacks.
    return {variable.name.split("/")[-1]: variable for variable in layer.variables}


def _followed_by_relu(layer: Any) -> bool:
    consumers = [node.outbound_layer for node in layer.outbound_nodes]
    return any(getattr(consumer, "function", None) == "relu" for consumer in consumers)
