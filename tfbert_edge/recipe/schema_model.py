"""The ``model`` block: the pretrained encoder, and what becomes of its vocabulary."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tfbert_edge.recipe.block import Block, PositiveInt, Probability, Text
from tfbert_edge.recipe.schema_unlabelled import Texts


class TrimVocabulary(Block):
    """Leaves out, before training, the word pieces that the training texts do not use."""

    enabled: bool = True
    keep: tuple[Text, ...] = ()
    """Words and pieces to keep beside the texts' own, the single characters and the special tokens."""
    min_count: PositiveInt = 1
    """How often the texts must use a piece; a word of a rarer one is spelled by smaller pieces."""
    coverage: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """The share of all piece occurrences in the texts that the kept pieces make up (0.999), with as few pieces as
    possible, the most frequent first; null: all that min_count leaves."""
    general: Texts | None = None
    """Texts of no domain in particular, such as an encyclopedia, whose most frequent pieces stay beside the texts' own, up to
    `pieces`: new texts use words that the training texts lack. null: none."""
    pieces: PositiveInt | None = None
    """How many stay in all, with those of `general`."""


class ExtendVocabulary(Block):
    """Adds, before training, words of the texts' domain that the vocabulary spells in pieces."""

    general: Texts
    """Texts of no domain in particular, such as an encyclopedia: a word that is as frequent there is not added."""
    domain: Texts | None = None
    """Texts of the domain beside data.train's; those of data.validation and data.test are left out. null: none."""
    pieces: PositiveInt = 5000
    """How many are added at most; each is one more row of the embedding table."""
    min_count: PositiveInt = 5
    """How often the domain's texts must use a new piece."""


class ModelConfig(Block):
    """The pretrained encoder."""

    checkpoint: Annotated[str, Field(min_length=1)]
    """A folder, a hub id, or `package:<module>/<path inside it>`."""
    revision: str | None = None
    """The hub revision: a branch, a tag or a commit."""
    trim_vocabulary: TrimVocabulary = TrimVocabulary()
    extend_vocabulary: ExtendVocabulary | None = None
    """New word pieces, beside those that trimming leaves; null: none."""
    hidden_dropout: Probability | None = None
    """null: the checkpoint's own."""
    attention_dropout: Probability | None = None
    """null: the checkpoint's own."""
    classifier_dropout: Probability | None = None
    """null: the checkpoint's own."""
