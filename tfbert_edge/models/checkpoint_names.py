"""How Hugging Face names the tensors of each family, against the layers of this network.

Every name here is PyTorch's, without the family prefix (``bert.``, ``distilbert.``, ``electra.``) that task
models put before their encoder. ``from_tensorflow_name`` brings TensorFlow's names to the same form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# Layer of this network -> module of the family. "{i}" is the number of the layer.
_EMBEDDINGS: Final = {
    "embeddings.word": "embeddings.word_embeddings",
    # Of a factorised word table; transformers has no such module.
    "embeddings.expansion": "embeddings.word_expansion",
    "embeddings.position": "embeddings.position_embeddings",
    "embeddings.norm.scale": "embeddings.LayerNorm",
    "embeddings.norm.shift": "embeddings.LayerNorm",
}
_BERT_ENCODER: Final = {
    **_EMBEDDINGS,
    "embeddings.token_type": "embeddings.token_type_embeddings",
    "layer_{i}.attention.query": "encoder.layer.{i}.attention.self.query",
    "layer_{i}.attention.key": "encoder.layer.{i}.attention.self.key",
    "layer_{i}.attention.value": "encoder.layer.{i}.attention.self.value",
    "layer_{i}.attention.output": "encoder.layer.{i}.attention.output.dense",
    "layer_{i}.attention.norm.scale": "encoder.layer.{i}.attention.output.LayerNorm",
    "layer_{i}.attention.norm.shift": "encoder.layer.{i}.attention.output.LayerNorm",
    "layer_{i}.ffn.intermediate": "encoder.layer.{i}.intermediate.dense",
    "layer_{i}.ffn.output": "encoder.layer.{i}.output.dense",
    "layer_{i}.ffn.norm.scale": "encoder.layer.{i}.output.LayerNorm",
    "layer_{i}.ffn.norm.shift": "encoder.layer.{i}.output.LayerNorm",
}
_DISTILBERT_ENCODER: Final = {
    **_EMBEDDINGS,
    "layer_{i}.attention.query": "transformer.layer.{i}.attention.q_lin",
    "layer_{i}.attention.key": "transformer.layer.{i}.attention.k_lin",
    "layer_{i}.attention.value": "transformer.layer.{i}.attention.v_lin",
    "layer_{i}.attention.output": "transformer.layer.{i}.attention.out_lin",
    "layer_{i}.attention.norm.scale": "transformer.layer.{i}.sa_layer_norm",
    "layer_{i}.attention.norm.shift": "transformer.layer.{i}.sa_layer_norm",
    "layer_{i}.ffn.intermediate": "transformer.layer.{i}.ffn.lin1",
    "layer_{i}.ffn.output": "transformer.layer.{i}.ffn.lin2",
    "layer_{i}.ffn.norm.scale": "transformer.layer.{i}.output_layer_norm",
    "layer_{i}.ffn.norm.shift": "transformer.layer.{i}.output_layer_norm",
}

# Variable of a layer -> last part of a tensor's name. Keras: kernel (in, out). PyTorch: weight (out, in).
_VARIABLES: Final = {
    "embeddings": "weight",
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
}
# Of heads that say something of each token.
_TOKEN_HEADS: Final = {
    "head.tokens": "classifier",
    "head.start": "qa_start",
    "head.end": "qa_end",
    "head.intent": "intent_classifier",
    "head.slots": "slot_classifier",
}
# Module that transformers has in one, of these modules' outputs in order.
JOINED_MODULES: Final = {"qa_outputs": ("qa_start", "qa_end")}
_TRANSPOSED: Final = "kernel"
# The other way round, for names written by TensorFlow, and for LayerNorm's names in old PyTorch files.
_FROM_VARIABLES: Final = {"kernel": "weight", "embeddings": "weight", "gamma": "weight", "beta": "bias"}


@dataclass(frozen=True)
class FamilyNames:
    """Names of a family: ``prefix`` of its encoder's tensors; ``encoder``, ``head`` map layers to modules.

    ``model`` is what transformers' classes begin with, as ``Bert`` in ``BertForTokenClassification``.
    """

    prefix: str
    encoder: dict[str, str]
    head: dict[str, str]
    model: str

    def module(self, layer: str) -> str:
        """Name of the family's module that is the layer ``layer`` here; KeyError when the family has none."""
        match = re.fullmatch(r"layer_(\d+)\.(.+)", layer)
        if match:
            return self.encoder[f"layer_{{i}}.{match[2]}"].format(i=match[1])
        return {**self.encoder, **self.head}[layer]


FAMILIES: Final[dict[str, FamilyNames]] = {
    "bert": FamilyNames(
        prefix="bert.",
        encoder=_BERT_ENCODER,
        # The pooler is part of the encoder's files (with its prefix), the classifier is not.
        head={"head.dense": "pooler.dense", "head.classifier": "classifier", **_TOKEN_HEADS},
        model="Bert",
    ),
    "distilbert": FamilyNames(
        prefix="distilbert.",
        encoder=_DISTILBERT_ENCODER,
        head={"head.dense": "pre_classifier", "head.classifier": "classifier", **_TOKEN_HEADS},
        model="DistilBert",
    ),
    "electra": FamilyNames(
        prefix="electra.",
        encoder={**_BERT_ENCODER, "embeddings.projection": "embeddings_project"},
        head={"head.dense": "classifier.dense", "head.classifier": "classifier.out_proj", **_TOKEN_HEADS},
        model="Electra",
    ),
}

# Modules that hold the encoder; the pooler is BERT's alone. A tensor outside of these belongs to some head.
ENCODER_MODULES: Final = ("embeddings.", "embeddings_project.", "encoder.", "transformer.", "pooler.")
# Tensors inside these modules that hold no weights: buffers that older releases stored.
IGNORED_TENSORS: Final = frozenset({"embeddings.position_ids", "embeddings.token_type_ids"})


def tensor_name(family: str, layer: str, variable: str) -> str:
    """Name, without prefix, of the tensor that holds ``variable`` (``kernel``, ...) of ``layer``."""
    return f"{FAMILIES[family].module(layer)}.{_VARIABLES[variable]}"


def is_transposed(variable: str) -> bool:
    """Whether a checkpoint stores ``variable`` with its two axes exchanged."""
    return variable == _TRANSPOSED


def stored_name(family: str, name: str) -> str:
    """``name`` (without prefix) as a sequence classification model of ``family`` stores it."""
    return FAMILIES[family].prefix + name if name.startswith(ENCODER_MODULES) else name


def canonical_name(name: str, *, family: str) -> str:
    """``name``, in PyTorch's style, without prefix and with today's names of LayerNorm's tensors."""
    name = name.removeprefix(FAMILIES[family].prefix)
    head, _, last = name.rpartition(".")
    return f"{head}.{_FROM_VARIABLES[last]}" if last in ("gamma", "beta") and head else name


def from_tensorflow_name(name: str) -> tuple[str, bool]:
    """``name``, as a TensorFlow class writes it, in PyTorch's style; and whether its axes are exchanged.

    ``tf_bert_model/bert/encoder/layer_._0/output/dense/kernel:0`` is
    ``bert.encoder.layer.0.output.dense.weight``, with its axes exchanged.
    """
    parts = name.split(":")[0].split("/")
    while len(parts) > 1 and parts[0].startswith("tf_"):  # the name of the model class
        parts = parts[1:]
    variable = parts[-1]
    parts[-1] = _FROM_VARIABLES.get(variable, variable)
    return ".".join(parts).replace("layer_._", "layer."), variable == _TRANSPOSED
