"""Fake quantization of the whole network with TF-MOT, so that the converter needs no calibration of its own.

    q(x) = s * clip(round(x / s) + z, -128, 127) - s * z        (Jacob et al. 2018, eq. 1)

Activations carry one range a tensor, Dense kernels one scale an output channel, tables one scale. What integer kernels
demand is fixed here: keys and values are symmetric (a matrix product's right side needs zero point 0),
softmax has scale 1/256, tanh 1/128. Layers that only move numbers (split, merge, first token, dropout) have no quantizer.
Both post-training quantization (ranges from calibration) and quantization-aware training use this one network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from tfbert_edge._keras import keras, tf, tfmot
from tfbert_edge.errors import ConversionError
from tfbert_edge.models.attention import MASK_PENALTY
from tfbert_edge.models.elementwise import Rescale
from tfbert_edge.models.fold import fold, folded_ranges, rescaled

PREFIX = "quant_"

Ranges = dict[str, tuple[float, float]]
"""Layer name -> the float interval that the 256 steps of its output cover."""


@keras.utils.register_keras_serializable("tfbert_edge")
class KernelQuantizer(tfmot.quantization.keras.quantizers.Quantizer):
    """Symmetric int8 in [-127, 127], or int4 in [-7, 7], over the weights' own maximum: per output channel or of all."""

    def __init__(self, per_channel: bool, bits: int = 8) -> None:
        self.per_channel, self.bits = per_channel, bits

    def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
        return {}

    def __call__(self, inputs: Any, training: Any, weights: Any, **kwargs: Any) -> Any:
        axes = list(range(len(inputs.shape) - 1)) if self.per_channel else None
        # A channel of zeros still needs a positive scale.
        limit = tf.maximum(tf.reduce_max(tf.abs(tf.stop_gradient(inputs)), axis=axes), 1e-6)
        if self.per_channel:
            return tf.quantization.fake_quant_with_min_max_vars_per_channel(
                inputs, -limit, limit, num_bits=self.bits, narrow_range=True
            )
        return tf.quantization.fake_quant_with_min_max_vars(
            inputs, -limit, limit, num_bits=self.bits, narrow_range=True
        )

    def get_config(self) -> dict[str, Any]:
        return {"per_channel": self.per_channel, "bits": self.bits}


@keras.utils.register_keras_serializable("tfbert_edge")
class RangeQuantizer(tfmot.quantization.keras.quantizers.Quantizer):
    """Asymmetric int8 over [minimum, maximum]; symmetric over [-128 s, 127 s] (zero point 0); or a fixed interval.

    The bounds are weights. They are set by calibration and, when trained, move by the gradient of what they clip.
    """

    def __init__(self, symmetric: bool = False, fixed: tuple[float, float] | None = None) -> None:
        self.symmetric = symmetric
        self.fixed = tuple(fixed) if fixed is not None else None

    def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
        if self.fixed is not None:
            return {}
        weights = {"maximum": _bound(layer, f"{name}_maximum", 6.0)}
        if not self.symmetric:
            weights["minimum"] = _bound(layer, f"{name}_minimum", -6.0)
        return weights

    def __call__(self, inputs: Any, training: Any, weights: Mapping[str, Any], **kwargs: Any) -> Any:
        low, high = self.interval(weights)
        return tf.quantization.fake_quant_with_min_max_vars(inputs, low, high)

    def interval(self, weights: Mapping[str, Any]) -> Any:
        """Return the two bounds as they are now."""
        if self.fixed is not None:
            return self.fixed
        if self.symmetric:
            return weights["maximum"] * (-128.0 / 127.0), weights["maximum"]
        # Zero must be representable; TensorFlow's operator demands it.
        return tf.minimum(weights["minimum"], 0.0), tf.maximum(weights["maximum"], 1e-6)

    def assign(self, weights: Mapping[str, Any], low: float, high: float) -> None:
        """Set the bounds so that they cover [low, high]."""
        if self.symmetric:
            weights["maximum"].assign(max(-low, high, 1e-6))
        elif self.fixed is None:
            weights["minimum"].assign(min(low, 0.0))
            weights["maximum"].assign(max(high, 1e-6))

    def get_config(self) -> dict[str, Any]:
        return {"symmetric": self.symmetric, "fixed": self.fixed}


def _bound(layer: Any, name: str, value: float) -> Any:
    initializer = keras.initializers.Constant(value)
    return layer.add_weight(name=name, shape=(), initializer=initializer, trainable=True)


@keras.utils.register_keras_serializable("tfbert_edge")
class LayerQuantization(tfmot.quantization.keras.QuantizeConfig):
    """Which weight of a layer is quantized, to how many bits, and how its output is."""

    def __init__(
        self,
        weight: str | None = None,
        per_channel: bool = False,
        output: RangeQuantizer | None = None,
        bits: int = 8,
    ) -> None:
        self.weight, self.per_channel, self.output, self.bits = weight, per_channel, output, bits

    def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
        if not self.weight:
            return []
        return [(getattr(layer, self.weight), KernelQuantizer(self.per_channel, self.bits))]

    def set_quantize_weights(self, layer: Any, quantize_weights: list[Any]) -> None:
        if self.weight:
            setattr(layer, self.weight, quantize_weights[0])

    def get_activations_and_quantizers(self, layer: Any) -> list[Any]:
        return []

    def set_quantize_activations(self, layer: Any, quantize_activations: list[Any]) -> None:
        return None

    def get_output_quantizers(self, layer: Any) -> list[Any]:
        return [self.output] if self.output else []

    def get_config(self) -> dict[str, Any]:
        output = self.output.get_config() if self.output else None
        return {"weight": self.weight, "per_channel": self.per_channel, "output": output, "bits": self.bits}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LayerQuantization:
        output = config["output"]
        return cls(**{**config, "output": None if output is None else RangeQuantizer(**output)})


class NetworkScheme(tfmot.quantization.keras.QuantizeScheme):
    """TF-MOT's scheme for this network: every layer says for itself how it is quantized, inputs stay int32."""

    class _Layout:
        def apply(self, model: Any, layer_quantize_map: Any) -> Any:
            return model, layer_quantize_map

    class _Registry:
        def supports(self, layer: Any) -> bool:
            return False

    def get_layout_transformer(self) -> Any:
        return self._Layout()

    def get_quantize_registry(self) -> Any:
        return self._Registry()


# Layers that move numbers and compute nothing: what goes in comes out, under the same scale.
_MOVING = {
    "InputLayer",
    "SplitHeads",
    "MergeHeads",
    "FirstToken",
    "OnlyToken",
    "CountedDropout",
    "LayerDrop",
    "Folded",
}


def layer_quantization(
    layer: Any, *, followed_by_relu: bool = False, bits: int = 8
) -> LayerQuantization | None:
    """Return how ``layer`` is quantized, a Dense kernel to ``bits``, or None for one that only moves numbers."""
    kind, name = type(layer).__name__, layer.name
    if kind in _MOVING:
        return None
    if kind == "Embedding":
        return LayerQuantization("embeddings")
    if kind == "MaskBias":
        return LayerQuantization(output=RangeQuantizer(fixed=(-MASK_PENALTY, 0.0)))
    if kind == "Activation":
        fixed = {"softmax": (0.0, 255 / 256), "tanh": (-1.0, 127 / 128)}[layer.get_config()["activation"]]
        return LayerQuantization(output=RangeQuantizer(fixed=fixed))
    symmetric = name.endswith((".key", ".value"))
    if kind == "Dense":
        # ReLU is fused into the layer before it; a quantizer between the two would keep them apart.
        output = None if followed_by_relu else RangeQuantizer(symmetric=symmetric)
        return LayerQuantization("kernel", per_channel=True, output=output, bits=bits)
    return LayerQuantization(output=RangeQuantizer(symmetric=symmetric))


def fake_quantize(model: Any, *, weights: bool = True, int4: Collection[str] = ()) -> Any:
    """Return a TF-MOT fake-quantized copy of ``model``; its weights are copies, its ranges wait for ``assign_ranges``.

    The copy is folded, see :mod:`tfbert_edge.models.fold`; :func:`copy_weights` minds the difference.
    Each layer's wrapper is named ``quant_`` and the layer's name. The copy is float32 whatever the model's precision policy.
    The Dense layers named in ``int4`` have kernels of 4 bits.
    With ``weights=False`` Dense kernels stay float, for conversion: the converter rounds a constant as ``KernelQuantizer``
    does, but refuses a per-channel fake quantization in front of the transposition that it adds to a Dense kernel.
    """
    annotate = tfmot.quantization.keras.quantize_annotate_layer

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if "dtype" in config and not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = "float32"
        if type(layer).__name__ == "Offset":
            # LayerNorm's epsilon is far below one int8 step of a variance; the integer RSQRT defines 1 / sqrt(0) itself.
            return keras.layers.Activation("linear", name=layer.name)
        if isinstance(layer, Rescale):
            return fold(layer)
        copy = type(layer).from_config(config)
        bits = 4 if layer.name in int4 else 8
        quantization = layer_quantization(layer, followed_by_relu=_followed_by_relu(layer), bits=bits)
        if quantization is not None and quantization.per_channel and not weights:
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

    Where one of the two is folded and the other is not, weights are multiplied or divided by what is folded into them.
    """
    targets = {_plain_name(layer.name): _variables(layer) for layer in target.layers}
    before, after = rescaled(source), rescaled(target)
    for layer in source.layers:
        name = _plain_name(layer.name)
        factor = before.get(name, 1.0) / after.get(name, 1.0)
        for key, variable in _variables(layer).items():
            if key in targets[name]:
                targets[name][key].assign(variable if factor == 1.0 else variable * factor)


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


def _range_of(layer: Any) -> tuple[RangeQuantizer, Mapping[str, Any]] | None:
    quantizers = getattr(layer, "_output_quantizers", None)
    if not quantizers or quantizers[0].fixed is not None:
        return None
    return quantizers[0], layer._output_quantizer_vars


def _plain_name(name: str) -> str:
    return name.removeprefix(PREFIX)


def _variables(layer: Any) -> dict[str, Any]:
    # A wrapper holds the variables of its layer, and steps and bounds of its own that a plain layer lacks.
    return {variable.name.split("/")[-1]: variable for variable in layer.variables}


def _followed_by_relu(layer: Any) -> bool:
    consumers = [node.outbound_layer for node in layer.outbound_nodes]
    return any(getattr(consumer, "function", None) == "relu" for consumer in consumers)
