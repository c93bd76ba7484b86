"""A vocabulary cut down to what a task's texts use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tfbert_edge.data.word_counts import CONTINUATION, NO_LIMIT, count_words
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer


@dataclass(frozen=True)
class TrimmedVocabulary:
    """The pieces that stay.

    ``kept_ids``, int32 (V',), ascending: their ids in the whole vocabulary, which are the rows of the embedding
    table to keep. ``pieces``: their texts; a piece's new id is its position. ``coverage``: the share of the texts' piece
    occurrences that are of these pieces. ``filled``: how many of them only general texts use.
    """

    kept_ids: np.ndarray
    pieces: list[str]
    coverage: float
    filled: int = 0


def trimmed_vocabulary(
    tokenizer: Tokenizer,
    texts: Iterable[str],
    *,
    keep: Sequence[str] = (),
    min_count: int = 1,
    coverage: float | None = None,
    general: Iterable[str] | None = None,
    pieces: int | None = None,
) -> TrimmedVocabulary:
    """Keep the pieces that ``texts`` use, all single characters, special and added tokens, and ``keep``; of others, the most
    frequent of ``general``.

    The texts are tokenized to the same pieces with what is left, since WordPiece takes the longest piece at each
    place and that piece is kept; any other text still has its characters.

    Args:
        min_count: how often the texts must use a piece. Above 1, a word of a dropped piece is spelled by smaller ones.
        coverage: the share of all piece occurrences in the texts, [CLS] and [SEP] not counted, that what is kept has to make
            up. Beside what is always kept, it takes the fewest pieces that do: the most frequent first and, of equally
            frequent ones, that with the lower id. None: no piece is too many.
        general: other texts, for words that ``texts`` lack and new texts use.
        pieces: how many stay in all; fewer only where ``general`` uses no more.
        keep: pieces (``##ing``), or words and phrases, whose pieces are kept.

    Raises:
        DataError: a ``keep`` entry is no piece and has characters that the vocabulary lacks; or ``texts`` alone need more than
            ``pieces``.
    """
    vocabulary = tokenizer.vocabulary
    ids = {piece: at for at, piece in enumerate(vocabulary)}
    settings = tokenizer.settings
    kept = {ids[token] for token in settings.special_tokens}
    kept |= {ids[token.content] for token in settings.added_tokens}
    kept |= {at for at, piece in enumerate(vocabulary) if len(piece.removeprefix(CONTINUATION)) == 1}
    kept |= {ids[piece] for piece in (CONTINUATION, "#") if piece in ids}
    for entry in keep:
        kept |= _pieces_of(entry, tokenizer, ids)
    counts = count_words(tokenizer, texts).pieces
    used = np.flatnonzero(counts >= min_count).tolist()
    kept |= set(used if coverage is None else _fewest(counts, kept, coverage))
    own = len(kept)
    if general is not None and pieces is not None:
        if len(kept) > pieces:
            raise DataError(
                f"model.trim_vocabulary.pieces is {pieces:,}, but what has to stay for the training texts is {len(kept):,} "
                "pieces. Raise it, or drop rarer pieces by coverage or min_count."
            )
        kept |= set(
            _most_frequent(count_words(tokenizer, general).pieces, kept)[: pieces - len(kept)].tolist()
        )
    kept_ids = np.array(sorted(kept), np.int32)
    covered = float(counts[kept_ids].sum() / max(1, counts.sum()))
    return TrimmedVocabulary(kept_ids, [vocabulary[at] for at in kept_ids], covered, len(kept) - own)


def _fewest(counts: np.ndarray, kept: set[int], coverage: float) -> list[int]:
    """The fewest ids that, beside ``kept``, make up the share ``coverage`` of all ``counts``."""
    order = _most_frequent(counts, kept)
    total = counts.sum()
    covered = np.cumsum(np.append(counts[sorted(kept)].sum(), counts[order]))
    # The share may have been rounded up on its way here: 0.07 * 100 is above 7.
    return order[: np.searchsorted(covered, coverage * total * (1 - 1e-12))].tolist()


def _most_frequent(counts: np.ndarray, kept: set[int]) -> np.ndarray:
    """The ids that are counted and not ``kept``, the most frequent first."""
    others = counts.copy()
    others[sorted(kept)] = 0
    order = np.argsort(-others, kind="stable")
    return order[others[order] > 0]


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
