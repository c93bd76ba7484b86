"""What a task puts on top of the encoder, as the three families do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.attention import MASK_PENALTY, MaskBias, MatMul, MergeHeads, SplitHeads
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.dropout import CountedDropout
from tfbert_edge.models.encoder import FirstToken, HiddenActivation, encode, make_inputs
from tfbert_edge.models.fold import Folded


@keras.utils.register_keras_serializable("tfbert_edge")
class OnlyToken(keras.layers.Layer):
    """Drop the axis of tokens, of which there is one: float ``(b, 1, h)`` -> ``(b, h)``."""

    def call(self, inputs: Any) -> Any:
        return tf.squeeze(inputs, axis=1)


@keras.utils.register_keras_serializable("tfbert_edge")
class JoinOutputs(keras.layers.Layer):
    """Put a head's outputs side by side: floats ``(b, n, k)`` and ``(b, 1, k)`` -> ``(b, n, K)``.

    What is said of the whole text, ``(b, 1, k)``, stands at the first token, with zeros at the others. The exported network
    gives each input of this layer as a tensor of its own.
    """

    def call(self, inputs: Any) -> Any:
        length = tf.reduce_max(tf.stack([tf.shape(one)[1] for one in inputs]))
        return tf.concat(
            [tf.pad(one, [[0, 0], [0, length - tf.shape(one)[1]], [0, 0]]) for one in inputs], -1
        )


JOINED = "head.outputs"

NumOutputs = int | tuple[int, ...]
"""How many numbers a head gives: of one tensor, or of each of several."""


@dataclass(frozen=True)
class Head:
    """How a head is connected, whether it reads the first token alone, and whether it wants the mask."""

    connect: Callable[..., Any]
    first_token: bool
    reads_mask: bool = False


def classification_head(hidden: Any, config: EncoderConfig, *, num_outputs: int, seed: int) -> Any:
    """Classify by the first token: float ``(b, 1, h)`` -> float32 logits ``(b, num_outputs)``.

    BERT's pooler is a tanh layer, DistilBERT's a ReLU layer, ELECTRA's a GELU layer with dropout on both sides.
    """

    def dropout(name: str) -> Any:
        return CountedDropout(config.classifier_dropout, seed, name=name)

    def dense(units: int, name: str, dtype: str | None = None) -> Any:
        initializer = keras.initializers.TruncatedNormal(stddev=config.initializer_range)
        return keras.layers.Dense(units, kernel_initializer=initializer, name=name, dtype=dtype)

    pooled = OnlyToken(name="head.first_token")(hidden)
    if config.family == "electra":
        pooled = dropout("head.input_dropout")(pooled)
    pooled = _POOLER_ACTIVATIONS[config.family]("head.activation")(
        dense(config.hidden_size, "head.dense")(pooled)
    )
    # Logits stay float32: bfloat16 has too few digits for a loss.
    return dense(num_outputs, "head.classifier", "float32")(dropout("head.dropout")(pooled))


_POOLER_ACTIVATIONS = {
    "bert": lambda name: keras.layers.Activation("tanh", name=name),
    "distilbert": lambda name: HiddenActivation("relu", name=name),
    "electra": lambda name: HiddenActivation("gelu", name=name),
}


def token_head(hidden: Any, config: EncoderConfig, *, num_outputs: int, seed: int) -> Any:
    """Say something of each token: float ``(b, n, h)`` -> float32 logits ``(b, n, num_outputs)``."""
    dropped = CountedDropout(config.classifier_dropout, seed, name="head.dropout")(hidden)
    return _token_dense(config, num_outputs, "head.tokens")(dropped)


def span_head(hidden: Any, config: EncoderConfig, *, num_outputs: tuple[int, int], seed: int) -> Any:
    """Say how likely each token begins and ends the answer: float ``(b, n, h)`` -> float32 logits ``(b, n, 2)``.

    Two layers, so that each has a range of its own as integers.
    """
    return JoinOutputs(name=JOINED, dtype="float32")(
        [
            _token_dense(config, units, name)(hidden)
            for units, name in zip(num_outputs, ("head.start", "head.end"), strict=True)
        ]
    )


def joint_head(hidden: Any, config: EncoderConfig, *, num_outputs: tuple[int, int], seed: int) -> Any:
    """Say something of the whole text, by its first token, and of each token: ``(b, n, h)`` -> float32 logits ``(b, n, K)``.

    The first ``num_outputs[0]`` columns are of the whole text, and 0 but at the first token (Chen et al. 2019, "BERT for joint
    intent classification and slot filling", without the pooler). Each of the two layers has a range of its own as integers.
    """
    dropped = CountedDropout(config.classifier_dropout, seed, name="head.dropout")(hidden)
    first = FirstToken(name="head.first_token")(dropped)
    whole = _token_dense(config, num_outputs[0], "head.intent")(first)
    return JoinOutputs(name=JOINED, dtype="float32")(
        [whole, _token_dense(config, num_outputs[1], "head.slots")(dropped)]
    )


def _token_dense(config: EncoderConfig, units: int, name: str) -> Any:
    initializer = keras.initializers.TruncatedNormal(stddev=config.initializer_range)
    return keras.layers.Dense(units, kernel_initializer=initializer, name=name, dtype="float32")


def mean_pooling_head(hidden: Any, config: EncoderConfig, *, num_outputs: int, seed: int, mask: Any) -> Any:
    """The mean over real tokens: float ``(b, n, h)``, mask ``(b, n)`` -> float32 ``(b, h)``.

    An attention with even weights, softmax over the mask's bias, so that integers compute it as they do any attention. A
    weight ``1 / n`` is rounded to 256ths, the same for each token: the length of the mean may be off by that, which is less
    than a fifth up to 100 tokens, its direction is not. Beyond 512 tokens nothing would be left.
    """

    return OnlyToken(name="head.embedding", dtype="float32")(_mean(hidden, mask))


def _mean(hidden: Any, mask: Any) -> Any:
    """The mean over real tokens: float ``(b, n, h)``, mask ``(b, n)`` -> float32 ``(b, 1, h)``."""

    def apply(layer: type, name: str, inputs: Any, *arguments: Any) -> Any:
        return layer(*arguments, name=f"head.{name}", dtype="float32")(inputs)

    weights = apply(
        keras.layers.Activation, "weights", apply(MaskBias, "mask_bias", mask, MASK_PENALTY), "softmax"
    )
    pooled = apply(MatMul, "pooled", [weights, apply(SplitHeads, "states", hidden, 1)])
    return apply(MergeHeads, "merge", pooled)


def mean_classification_head(
    hidden: Any, config: EncoderConfig, *, num_outputs: int, seed: int, mask: Any
) -> Any:
    """Classify by the mean over real tokens: float ``(b, n, h)``, mask ``(b, n)`` -> float32 logits ``(b, num_outputs)``.

    The layers of :func:`classification_head`, over the mean of :func:`mean_pooling_head`.
    """
    return classification_head(_mean(hidden, mask), config, num_outputs=num_outputs, seed=seed)


def cls_pooling_head(hidden: Any, config: EncoderConfig, *, num_outputs: int, seed: int) -> Any:
    """The state of [CLS]: float ``(b, 1, h)`` -> float32 ``(b, h)``."""
    return OnlyToken(name="head.embedding", dtype="float32")(hidden)


HEADS = {
    "classification": Head(classification_head, first_token=True),
    "mean_classification": Head(mean_classification_head, first_token=False, reads_mask=True),
    "tokens": Head(token_head, first_token=False),
    "span": Head(span_head, first_token=False),
    "mean_pooling": Head(mean_pooling_head, first_token=False, reads_mask=True),
    "cls_pooling": Head(cls_pooling_head, first_token=True),
    "joint": Head(joint_head, first_token=False),
}


def build_model(
    config: EncoderConfig, *, head: str = "classification", num_outputs: NumOutputs, seed: int = 0
) -> Any:
    """Build the functional model that trains and exports: int32 ids, segment ids, mask ``(b, n)`` -> float32 logits.

    Logits are ``(b, K)`` of heads that read the first token alone, ``(b, n, K)`` of others; K is the sum of ``num_outputs``.

    Args:
        config: the encoder.
        head: a key of ``HEADS``.
        num_outputs: classes, or 1 for regression; a tuple for heads of several tensors. Poolings have none of their own.
        seed: of the dropout masks.
    """
    inputs = make_inputs()
    chosen = HEADS[head]
    hidden = encode(inputs, config, seed=seed, first_token=chosen.first_token)
    more = {"mask": inputs[2]} if chosen.reads_mask else {}
    logits = chosen.connect(hidden, config, num_outputs=num_outputs, seed=seed, **more)
    return keras.Model(inputs, logits, name="model")


def head_outputs(model: Any) -> NumOutputs:
    """Return the ``num_outputs`` with which ``model`` was built."""
    parts = output_tensors(model)
    return int(model.output_shape[-1]) if len(parts) == 1 else tuple(int(part.shape[-1]) for part in parts)


def output_tensors(model: Any) -> list[Any]:
    """Return the head's tensors before they are joined: one, or the inputs of :class:`JoinOutputs`.

    ``model`` may be fake-quantized.
    """
    # By the output's own node: TF-MOT connects a layer anew in each copy that it makes of a network.
    made_by = model.output._keras_history
    joined = isinstance(made_by.layer, JoinOutputs)
    return list(made_by.layer.get_input_at(made_by.node_index)) if joined else [model.output]


def hidden_states(model: Any) -> Any:
    """Return a model of the same inputs whose outputs are the embeddings and each layer's output, float32 ``(b, n, h)``.

    The last one is ``(b, 1, h)`` where the head reads the first token alone.
    """
    names = {layer.name for layer in model.layers}
    first = "embeddings.projection" if "embeddings.projection" in names else "embeddings.norm.shift"
    return keras.Model(
        model.inputs, [model.get_layer(first).output, *layer_outputs(model)], name="hidden_states"
    )


def layer_outputs(model: Any) -> list[Any]:
    """Return each transformer layer's output in order, float32 ``(b, n, h)``; of a fake-quantized network, the rounded ones.

    Of a folded network they lack the shifts that other weights have taken over.
    """
    layers = {layer.name.removeprefix("quant_"): layer for layer in model.layers}
    depth = sum(name.endswith(".ffn.norm.shift") for name in layers)
    norms = [f"layer_{index}.ffn.norm" for index in range(depth)]
    return [
        layers[f"{norm}.scale" if isinstance(layers[f"{norm}.shift"], Folded) else f"{norm}.shift"].output
        for norm in norms
    ]
