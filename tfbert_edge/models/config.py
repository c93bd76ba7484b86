"""What an encoder is made of, read from and written to a Hugging Face ``config.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge.errors import CheckpointError

ACTIVATIONS = ("gelu", "gelu_new", "relu")
NORMALIZATIONS = ("layer_norm", "rms_norm", "no_norm")

OWN_TYPE = "tfbert_edge"
"""The ``model_type`` of a network that transformers' class of its family would compute otherwise, or not at all."""


@dataclass(frozen=True)
class EncoderConfig:
    """Shape and regularization of a BERT-like encoder.

    ``num_heads`` and ``intermediate_sizes`` hold one number a layer, since structured pruning may leave layers unequal.
    ``embedding_size`` differs from ``hidden_size`` in ELECTRA; ``type_vocab_size`` is 0 where a family has no segments.
    ``embedding_rank`` is the width of a factorised word table, a field that transformers does not know; None: it is whole.
    ``layer_drop`` is of one training and never saved: with what probability a layer is skipped.
    ``layer_groups`` has one number a layer, the same for layers that share their weights; None: all are their own.
    """

    family: str
    vocab_size: int
    hidden_size: int
    embedding_size: int
    num_heads: tuple[int, ...]
    head_size: int
    intermediate_sizes: tuple[int, ...]
    hidden_act: str = "gelu"
    normalization: str = "layer_norm"
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_epsilon: float = 1e-12
    hidden_dropout: float = 0.1
    attention_dropout: float = 0.1
    classifier_dropout: float = 0.1
    initializer_range: float = 0.02
    pad_token_id: int = 0
    embedding_rank: int | None = None
    layer_drop: float = 0.0
    layer_groups: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.hidden_act not in ACTIVATIONS:
            raise CheckpointError(
                f"hidden_act must be one of {', '.join(ACTIVATIONS)}, but the configuration has '{self.hidden_act}'. "
                "Choose a checkpoint with one of these."
            )
        if self.normalization not in NORMALIZATIONS:
            raise CheckpointError(
                f"normalization_type must be one of {', '.join(NORMALIZATIONS)}, but the configuration has "
                f"'{self.normalization}'. Choose a checkpoint with one of these."
            )
        if not self.num_heads or len(self.num_heads) != len(self.intermediate_sizes):
            raise CheckpointError(
                "num_heads and intermediate_sizes must hold one number for each layer, but they are "
                f"{self.num_heads} and {self.intermediate_sizes}."
            )
        if self.embedding_rank is not None and self.embedding_rank < 1:
            raise CheckpointError(
                f"embedding_rank must be at least 1, but is {self.embedding_rank}. Mend config.json."
            )
        if self.layer_groups is not None and len(self.layer_groups) != self.num_layers:
            raise CheckpointError(
                f"layer_groups must hold one number for each of the {self.num_layers} layers, but is {self.layer_groups}. "
                "Mend config.json."
            )

    @property
    def num_layers(self) -> int:
        """How many transformer layers the encoder has."""
        return len(self.num_heads)

    @property
    def is_standard(self) -> bool:
        """Whether transformers' own class of this family computes this network."""
        equal = len(set(self.num_heads)) == len(set(self.intermediate_sizes)) == 1
        whole = self.num_heads[0] * self.head_size == self.hidden_size
        return equal and whole and self.normalization == "layer_norm" and self.embedding_rank is None

    @classmethod
    def from_hf(cls, config: Mapping[str, Any]) -> EncoderConfig:
        """Read a Hugging Face configuration of family ``bert``, ``distilbert`` or ``electra``, or one of :meth:`to_hf`.

        Raises:
            CheckpointError: another family, a missing field, or a variant (relative positions, decoder).
        """
        family = config.get("model_type")
        if family == OWN_TYPE:
            family = config.get("family")
        names = _FIELDS.get(str(family))
        if names is None:
            raise CheckpointError(
                f"model_type must be one of {', '.join(_FIELDS)}, but config.json has '{family}'. "
                "Choose a checkpoint of one of these families (MiniLM, bge, e5 and TinyBERT are 'bert')."
            )
        position_type = config.get("position_embedding_type", "absolute") or "absolute"
        if position_type != "absolute" or config.get("is_decoder"):
            raise CheckpointError(
                "the encoder must have absolute positions and be no decoder, but config.json has "
                f"position_embedding_type '{position_type}' and is_decoder {bool(config.get('is_decoder'))}."
            )
        missing = [names[key] for key in _REQUIRED if names[key] not in config]
        if missing:
            raise CheckpointError(
                f"config.json must give {', '.join(missing)}, but does not. Fetch the checkpoint's own file."
            )

        def value(key: str, default: Any = None) -> Any:
            found = config.get(names[key]) if names[key] else None
            return default if found is None else found

        hidden = int(value("hidden_size"))
        layers = int(value("num_layers"))
        if layers < 1:
            raise CheckpointError(
                f"{names['num_layers']} must be at least 1, but config.json has {layers}. Mend config.json."
            )
        heads = _per_layer(value("num_heads"), layers, names["num_heads"])
        head_size = int(config.get("head_size") or hidden // heads[0])
        if "head_size" not in config and hidden % heads[0]:
            raise CheckpointError(
                f"the hidden size {hidden} must be divisible by the {heads[0]} attention heads. Mend config.json."
            )
        dropout = float(value("hidden_dropout", 0.1))
        rank, groups = config.get("embedding_rank"), config.get("layer_groups")
        return cls(
            family=str(family),
            vocab_size=int(value("vocab_size")),
            hidden_size=hidden,
            embedding_size=int(value("embedding_size", hidden)),
            num_heads=heads,
            head_size=head_size,
            intermediate_sizes=_per_layer(value("intermediate_size"), layers, names["intermediate_size"]),
            hidden_act=str(value("hidden_act", "gelu")),
            normalization=str(config.get("normalization_type") or "layer_norm"),
            max_position_embeddings=int(value("max_position_embeddings", 512)),
            type_vocab_size=int(value("type_vocab_size", 0 if family == "distilbert" else 2)),
            layer_norm_epsilon=float(value("layer_norm_epsilon", 1e-12)),
            hidden_dropout=dropout,
            attention_dropout=float(value("attention_dropout", 0.1)),
            classifier_dropout=float(value("classifier_dropout", 0.2 if family == "distilbert" else dropout)),
            initializer_range=float(value("initializer_range", 0.02)),
            pad_token_id=int(config.get("pad_token_id") or 0),
            embedding_rank=None if rank is None else int(rank),
            layer_groups=None if groups is None else tuple(int(group) for group in groups),
        )

    def to_hf(self) -> dict[str, Any]:
        """Return the fields of a Hugging Face ``config.json``; per-layer lists appear only where layers differ.

        ``model_type`` is the family only where transformers' class of it computes this network, else ``tfbert_edge``, which
        transformers refuses instead of computing something else.
        """
        names = _FIELDS[self.family]
        values: dict[str, Any] = {
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "embedding_size": self.embedding_size,
            "num_layers": self.num_layers,
            "num_heads": _compact(self.num_heads),
            "intermediate_size": _compact(self.intermediate_sizes),
            "hidden_act": self.hidden_act,
            "max_position_embeddings": self.max_position_embeddings,
            "type_vocab_size": self.type_vocab_size,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "hidden_dropout": self.hidden_dropout,
            "attention_dropout": self.attention_dropout,
            "classifier_dropout": self.classifier_dropout,
            "initializer_range": self.initializer_range,
        }
        result: dict[str, Any] = {"model_type": self.family, "pad_token_id": self.pad_token_id}
        result |= {names[key]: value for key, value in values.items() if names[key]}
        if not self.is_standard:
            result |= {"model_type": OWN_TYPE, "family": self.family}
        if self.head_size * self.num_heads[0] != self.hidden_size or len(set(self.num_heads)) > 1:
            result["head_size"] = self.head_size
        if self.embedding_rank is not None:
            result["embedding_rank"] = self.embedding_rank
        if self.normalization != "layer_norm":
            # As transformers' MobileBertConfig calls it.
            result["normalization_type"] = self.normalization
        if self.layer_groups is not None:
            result["layer_groups"] = list(self.layer_groups)
        return result


_REQUIRED = ("vocab_size", "hidden_size", "num_layers", "num_heads", "intermediate_size")

# Our field -> the family's own name in config.json; "" where the family has no such field.
_BERT = {
    "vocab_size": "vocab_size",
    "hidden_size": "hidden_size",
    "embedding_size": "",
    "num_layers": "num_hidden_layers",
    "num_heads": "num_attention_heads",
    "intermediate_size": "intermediate_size",
    "hidden_act": "hidden_act",
    "max_position_embeddings": "max_position_embeddings",
    "type_vocab_size": "type_vocab_size",
    "layer_norm_epsilon": "layer_norm_eps",
    "hidden_dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
    "classifier_dropout": "classifier_dropout",
    "initializer_range": "initializer_range",
}
_FIELDS: dict[str, dict[str, str]] = {
    "bert": _BERT,
    "electra": _BERT | {"embedding_size": "embedding_size"},
    "distilbert": _BERT
    | {
        "hidden_size": "dim",
        "num_layers": "n_layers",
        "num_heads": "n_heads",
        "intermediate_size": "hidden_dim",
        "hidden_act": "activation",
        "type_vocab_size": "",
        "layer_norm_epsilon": "",
        "hidden_dropout": "dropout",
        "attention_dropout": "attention_dropout",
        "classifier_dropout": "seq_classif_dropout",
    },
}


def _per_layer(value: int | Sequence[int], layers: int, name: str) -> tuple[int, ...]:
    numbers = (int(value),) * layers if isinstance(value, int) else tuple(int(item) for item in value)
    if len(numbers) != layers:
        raise CheckpointError(
            f"'{name}' must be one number or one for each of the {layers} layers, but is {value}. Mend config.json."
        )
    return numbers


def _compact(numbers: tuple[int, ...]) -> int | list[int]:
    return numbers[0] if len(set(numbers)) == 1 else list(numbers)
