"""What TF-MOT needs to fake-quantize this network: quantizers of weights and outputs, and a scheme that spares the inputs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from tfbert_edge._keras import keras, tf, tfmot
from tfbert_edge.models.fused import error_sum


class WeightQuantizer(tfmot.quantization.keras.quantizers.Quantizer):
    """Rounds weights over their own range, which is not trained; the gradient of every weight passes."""

    def build(self, tensor_shape: Any, name: str, layer: Any) -> dict[str, Any]:
        return {}

    def __call__(self, inputs: Any, training: Any, weights: Any, **kwargs: Any) -> Any:
        inputs = tf.convert_to_tensor(inputs)
        return _straight_through(self.rounded, inputs) if training else self.rounded(inputs)

    @abstractmethod
    def rounded(self, inputs: Any) -> Any:
        """The weights, float ``(...)``, as integers hold them: the same shape."""


@keras.utils.register_keras_serializable("tfbert_edge")
class KernelQuantizer(WeightQuantizer):
    """Symmetric int8 in [-127, 127], or int4 in [-7, 7], over the weights' own maximum: per output channel or of all."""

    def __init__(self, per_channel: bool, bits: int = 8) -> None:
        self.per_channel, self.bits = per_channel, bits

    def rounded(self, inputs: Any) -> Any:
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
class VectorQuantizer(WeightQuantizer):
    """Asymmetric int8 in [-128, 127] over the vector's own extremes and zero, as the converter rounds a float constant."""

    def rounded(self, inputs: Any) -> Any:
        known = tf.stop_gradient(inputs)
        # A vector of zeros still needs a positive scale.
        low, high = tf.minimum(tf.reduce_min(known), 0.0), tf.maximum(tf.reduce_max(known), 1e-6)
        return tf.quantization.fake_quant_with_min_max_vars(inputs, low, high)

    def get_config(self) -> dict[str, Any]:
        return {}


@keras.utils.register_keras_serializable("tfbert_edge")
class RangeQuantizer(tfmot.quantization.keras.quantizers.Quantizer):
    """Asymmetric int8 over [minimum, maximum]; symmetric over [-128 s, 127 s] (zero point 0); or a fixed interval.

    The bounds are weights. They are set by calibration, and trained by the gradient of what they clip and of the rounding
    errors between them, which grow with the step (h - l) / 255:

        dq/dh = 1 above h, (q - x) / (h - l) inside, 0 below l        dq/dl = 0, -(q - x) / (h - l), 1

    LSQ+ (Bhalgat et al. 2020) learns a scale and an offset in this way; here they are two bounds, and zero stays a step.
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
        if training and self.fixed is None:
            return _rounded_within(inputs, low, high)
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


def _straight_through(rounded: Any, inputs: Any) -> Any:
    # No weight lies beyond the range, so the operator's own gradient is the upstream's too, and slow.
    return tf.custom_gradient(lambda x: (rounded(x), lambda upstream: upstream))(inputs)


@tf.autograph.experimental.do_not_convert
@tf.custom_gradient
def _rounded_within(inputs: Any, low: Any, high: Any) -> Any:
    rounded = tf.quantization.fake_quant_with_min_max_vars(inputs, low, high)

    def gradient(upstream: Any) -> Any:
        inside, clipped_low, clipped_high = tf.quantization.fake_quant_with_min_max_vars_gradient(
            upstream, inputs, low, high
        )
        stretched = error_sum(inside, rounded, inputs) / (high - low)
        return inside, clipped_low - stretched, clipped_high + stretched

    return rounded, gradient


def _bound(layer: Any, name: str, value: float) -> Any:
    initializer = keras.initializers.Constant(value)
    return layer.add_weight(name=name, shape=(), initializer=initializer, trainable=True)


@keras.utils.register_keras_serializable("tfbert_edge")
class LayerQuantization(tfmot.quantization.keras.QuantizeConfig):
    """Which weight of a layer is quantized, and how, and how its output is."""

    def __init__(
        self,
        weight: str | None = None,
        quantizer: KernelQuantizer | VectorQuantizer | None = None,
        *,
        output: RangeQuantizer | None = None,
    ) -> None:
        self.weight, self.quantizer, self.output = weight, quantizer, output

    def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
        return [(getattr(layer, self.weight), self.quantizer)] if self.weight else []

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
        quantizers = {"quantizer": self.quantizer, "output": self.output}
        serialize = keras.utils.legacy.serialize_keras_object
        return {"weight": self.weight} | {
            name: None if one is None else serialize(one) for name, one in quantizers.items()
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LayerQuantization:
        deserialize = keras.utils.legacy.deserialize_keras_object
        quantizer, output = (
            None if config[name] is None else deserialize(config[name]) for name in ("quantizer", "output")
        )
        return cls(config["weight"], quantizer, output=output)


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
