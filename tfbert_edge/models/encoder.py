"""The encoder: embeddings and a stack of attention and feed-forward blocks with post-normalization (Devlin et al. 2019)."""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models import fused
from tfbert_edge.models.attention import MASK_PENALTY, MaskBias, self_attention
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.dropout import CountedDropout, LayerDrop
from tfbert_edge.models.embeddings import embed
from tfbert_edge.models.normalization import NORMS

INPUT_NAMES = ("input_ids", "token_type_ids", "attention_mask")


def make_inputs() -> list[Any]:
    """Return the three int32 ``(b, n)`` inputs: ids, segment ids, mask."""
    return [keras.Input((None,), dtype="int32", name=name) for name in INPUT_NAMES]


def encode(inputs: list[Any], config: EncoderConfig, *, seed: int = 0, first_token: bool = False) -> Any:
    """Connect the encoder to ``make_inputs()``; returns the last hidden state, float32 ``(b, n, hidden_size)``.

    With ``first_token``, for heads that read nothing else, the last layer computes the state of ``[CLS]`` alone, from the
    keys and values of all tokens: float32 ``(b, 1, hidden_size)``, the same numbers at a fraction of that layer's work.
    """
    input_ids, token_type_ids, attention_mask = inputs

    def dense(units: int, name: str, **kwargs: Any) -> Any:
        initializer = keras.initializers.TruncatedNormal(stddev=config.initializer_range)
        return keras.layers.Dense(units, kernel_initializer=initializer, name=name, **kwargs)

    def dropout(rate: float) -> Any:
        return lambda name, dtype=None: CountedDropout(rate, seed, name=name, dtype=dtype)

    hidden_dropout, attention_dropout = dropout(config.hidden_dropout), dropout(config.attention_dropout)
    hidden = embed(input_ids, token_type_ids, config, dense=dense, dropout=hidden_dropout)
    mask_bias = MaskBias(MASK_PENALTY, name="mask_bias", dtype="float32")(attention_mask)

    def residual(update: Any, shortcut: Any, name: str) -> Any:
        update = hidden_dropout(f"{name}.dropout")(dense(config.hidden_size, f"{name}.output")(update))
        total = keras.layers.Add(name=f"{name}.sum", dtype="float32")([update, shortcut])
        return NORMS[config.normalization](
            total,
            epsilon=config.layer_norm_epsilon,
            name=f"{name}.norm",
            foldable=config.layer_groups is None,
        )

    for index, (heads, neurons) in enumerate(zip(config.num_heads, config.intermediate_sizes, strict=True)):
        name = f"layer_{index}"
        states = hidden
        if first_token and index == config.num_layers - 1:
            hidden = FirstToken(name=f"{name}.first_token")(hidden)
        before = hidden
        context = self_attention(
            states,
            mask_bias,
            queries=hidden,
            dense=dense,
            dropout=attention_dropout,
            heads=heads,
            head_size=config.head_size,
            name=f"{name}.attention",
        )
        hidden = residual(context, hidden, f"{name}.attention")
        neuron = activation(config.hidden_act, f"{name}.ffn.activation")(
            dense(neurons, f"{name}.ffn.intermediate")(hidden)
        )
        hidden = residual(neuron, hidden, f"{name}.ffn")
        if config.layer_drop:
            drop = LayerDrop(config.layer_drop, seed, name=f"{name}.layer_drop", dtype="float32")
            hidden = drop([before, hidden])
    return hidden


@keras.utils.register_keras_serializable("tfbert_edge")
class FirstToken(keras.layers.Layer):
    """The state of ``[CLS]``: float ``(b, n, h)`` -> ``(b, 1, h)``."""

    def call(self, inputs: Any) -> Any:
        return inputs[:, :1, :]


def build_encoder(config: EncoderConfig, *, seed: int = 0) -> Any:
    """Build the model from int32 ids, segment ids and mask ``(b, n)`` to the last hidden state, float32 ``(b, n, h)``."""
    inputs = make_inputs()
    return keras.Model(inputs, encode(inputs, config, seed=seed), name="encoder")


@keras.utils.register_keras_serializable("tfbert_edge")
class HiddenActivation(keras.layers.Layer):
    """Apply an activation named as in ``config.json``: ``gelu`` (with erf), ``gelu_new`` (with tanh) or ``relu``."""

    def __init__(self, function: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs: Any, training: Any = None) -> Any:
        if self.function == "gelu" and (training or inputs.dtype == tf.bfloat16):
            return fused.gelu(inputs)  # also for inference in bfloat16, which has no fast erf of its own
        return _ACTIVATIONS[self.function](inputs)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"function": self.function}


_ACTIVATIONS = {
    "gelu": lambda x: tf.nn.gelu(x, approximate=False),
    "gelu_new": lambda x: tf.nn.gelu(x, approximate=True),
    "relu": tf.nn.relu,
}


def activation(function: str, name: str) -> Any:
    """Return the layer that applies ``function``, a key of ``config.json``'s ``hidden_act``."""
    return HiddenActivation(function, name=name)
