"""A vocabulary cut down to what a task's texts use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer

CHUNK = 1024
NO_LIMIT = 10_000_000
CONTINUATION = "##"


@dataclass(frozen=True)
class TrimmedVocabulary:
    """The pieces that stay.

    ``kept_ids``, int32 (V',), ascending: their ids in the whole vocabulary, which are the rows of the embedding
    table to keep. ``pieces``: their texts; a piece's new id is its position.
    """

    kept_ids: np.ndarray
    pieces: list[str]


def trimmed_vocabulary(
    tokenizer: Tokenizer, texts: Iterable[str], *, keep: Sequence[str] = (), min_count: int = 1
) -> TrimmedVocabulary:
    """Keep the pieces that ``texts`` use, all single characters, special and added tokens, and ``keep``.

    The texts are tokenized to the same pieces with what is left, since WordPiece takes the longest piece at each
    place and that piece is kept; any other text still has its characters.

    Args:
        min_count: how often the texts must use a piece. Above 1, a word of a dropped piece is spelled by smaller ones.
        keep: pieces (``##ing``), or words and phrases, whose pieces are kept.

    Raises:
        DataError: a ``keep`` entry is no piece and has characters that the vocabulary lacks.
    """
    vocabulary = tokenizer.vocabulary
    ids = {piece: at for at, piece in enumerate(vocabulary)}
    settings = tokenizer.settings
    kept = {ids[token] for token in settings.special_tokens}
    kept |= {ids[token.content] for token in settings.added_tokens}
    kept |= {at for at, piece in enumerate(vocabulary) if len(piece.removeprefix(CONTINUATION)) == 1}
    kept |= {ids[piece] for piece in (CONTINUATION, "#") if piece in ids}
    rest, counts = iter(texts), np.zeros(len(vocabulary), np.int64)
    while chunk := list(islice(rest, CHUNK)):
        for encoding in tokenizer.encode_batch(chunk, max_length=NO_LIMIT):
            np.add.at(counts, encoding.ids, 1)
    kept |= set(np.flatnonzero(counts >= min_count).tolist())
    for entry in keep:
        kept |= _pieces_of(entry, tokenizer, ids)
    kept_ids = np.array(sorted(kept), np.int32)
    return TrimmedVocabulary(kept_ids, [vocabulary[at] for at in kept_ids])


def _pieces_of(entry: str, tokenizer: Tokenizer, ids: dict[str, int]) -> set[int]:
    if entry in ids:
        return {ids[entry]}
    found = set(tokenizer.encode(entry, max_length=NO_LIMIT).ids)
    if ids[tokenizer.settings.unk_token] in found:
        raise DataError(
            f"model.trim_vocabulary.keep has {entry!r}, which the tokenizer's vocabulary cannot spell. "
            "Correct it, or leave it out."
        )
    return found
