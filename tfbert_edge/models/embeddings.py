"""Word, position and segment embeddings, summed and normalized (Devlin et al. 2019, fig. 2)."""

from __future__ import annotations

from typing import Any

from tfbert_edge._keras import keras, tf
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.normalization import NORMS

WORDS, EXPANSION = "embeddings.word", "embeddings.expansion"
POSITIONS, SEGMENTS = "embeddings.position", "embeddings.token_type"


@keras.utils.register_keras_serializable("tfbert_edge")
class PositionEmbedding(keras.layers.Layer):
    """The first ``n`` rows of a learned table: int32 ``(b, n)`` -> float32 ``(1, n, e)``; only its length is read."""

    def __init__(self, positions: int, width: int, initializer_range: float = 0.02, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.positions, self.width, self.initializer_range = positions, width, initializer_range

    def build(self, input_shape: Any) -> None:
        initializer = keras.initializers.TruncatedNormal(stddev=self.initializer_range)
        self.embeddings = self.add_weight(
            name="embeddings", shape=(self.positions, self.width), initializer=initializer
        )
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        length = tf.shape(inputs)[1] if inputs.shape[1] is None else inputs.shape[1]
        return tf.expand_dims(self.embeddings[:length], 0)

    def get_config(self) -> dict[str, Any]:
        own = {"positions": self.positions, "width": self.width, "initializer_range": self.initializer_range}
        return super().get_config() | own


def embed(input_ids: Any, token_type_ids: Any, config: EncoderConfig, *, dense: Any, dropout: Any) -> Any:
    """Embed int32 ``(b, n)`` ids and segments; returns float32 ``(b, n, hidden_size)``.

    Where the configuration has an ``embedding_rank``, the word table has that width, and a matrix brings its rows to the
    width of positions and segments before they are summed.
    """

    def table(rows: int, width: int, name: str) -> Any:
        initializer = keras.initializers.TruncatedNormal(stddev=config.initializer_range)
        return keras.layers.Embedding(
            rows, width, embeddings_initializer=initializer, name=name, dtype="float32"
        )

    width = config.embedding_size
    words = table(config.vocab_size, config.embedding_rank or width, WORDS)(input_ids)
    if config.embedding_rank is not None:
        words = dense(width, EXPANSION, use_bias=False)(words)
    offset = PositionEmbedding(
        config.max_position_embeddings,
        width,
        config.initializer_range,
        name=POSITIONS,
        dtype="float32",
    )(input_ids)
    if config.type_vocab_size:
        segments = table(config.type_vocab_size, width, SEGMENTS)(token_type_ids)
        offset = keras.layers.Add(name="embeddings.offset", dtype="float32")([segments, offset])
    total = keras.layers.Add(name="embeddings.sum", dtype="float32")([words, offset])
    normal = NORMS[config.normalization](
        total,
        epsilon=config.layer_norm_epsilon,
        name="embeddings.norm",
        foldable=config.layer_groups is None,
    )
    hidden = dropout("embeddings.dropout", "float32")(normal)
    if config.embedding_size != config.hidden_size:
        hidden = dense(config.hidden_size, "embeddings.projection")(hidden)
    return hidden
