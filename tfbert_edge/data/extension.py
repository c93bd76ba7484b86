"""Words of a domain as new pieces of WordPiece (Sachidananda, Kessler and Lai 2021, "Efficient Domain Adaptation of Language
Models via Adaptive Tokenization").

A candidate is a sequence ``s`` of two to ten pieces at the beginning of a word: the word, or a stem that several share. Its
score is its term of the divergence of the domain D from general text G,

    R(s) = P_D(s) log (P_D(s) / P_G(s)),   P_C(s) = count of words that begin with s in C / words in C

and the highest scores are taken. The new piece's row is the mean of its old pieces' rows.

Departures. The paper's P(s) is conditional on all pieces of ``s`` but the last, so that what counts is how surely the last one
follows, not how often; here it is how often, which saves about twice as many pieces with the same number of new ones while
few are added. Counts of general text are one more than found, which keeps the score finite. And what is taken has to be used
as it stands: a stem of which all words became pieces of their own is passed over for the next candidate.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tfbert_edge.data.word_counts import CONTINUATION, WordCounts
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer

MAX_PIECES = 10

_Sequence = tuple[int, ...]


@dataclass(frozen=True)
class NewPiece:
    """A word, or the beginning of one, and the ids of the pieces that spelled it."""

    text: str
    ids: tuple[int, ...]


def new_pieces(
    tokenizer: Tokenizer, domain: WordCounts, general: WordCounts, *, pieces: int, min_count: int
) -> list[NewPiece]:
    """The pieces most typical of a domain, the highest score first: at most ``pieces``, each used ``min_count`` times or more.

    ``domain`` and ``general`` are counts by ``tokenizer``. What general text has as often as the domain, or more, is left out.

    Raises:
        DataError: ``general`` has no word.
    """
    if not general.words:
        raise DataError("model.extend_vocabulary.general must have words to compare with, it has none.")
    found, common = _sequences(domain.spelled), _sequences(general.spelled)
    scores: dict[_Sequence, float] = {}
    for sequence, count in found.items():
        share, general_share = count / domain.words, (common[sequence] + 1) / (general.words + 1)
        if count >= min_count and share > general_share:
            scores[sequence] = share * math.log(share / general_share)
    # Of equal ones the longest, which replaces the most; then by the ids, so that the order of the texts does not matter.
    ranked = sorted(scores, key=lambda sequence: (-scores[sequence], -len(sequence), sequence))
    vocabulary = tokenizer.vocabulary
    chosen = _used(ranked, domain.spelled, pieces, min_count)
    return [NewPiece(_text(sequence, vocabulary), sequence) for sequence in chosen]


def extended(
    tokenizer: Tokenizer, rows: Sequence[tuple[int, ...]], new: Sequence[NewPiece]
) -> tuple[Tokenizer, list[tuple[int, ...]]]:
    """Add pieces to ``tokenizer``, and to ``rows``, which has for each of its pieces the ids in a checkpoint's vocabulary.

    They become WordPiece's own, so that every reader of ``vocab.txt`` finds them: they stand after the others, and before
    tokens that were added to the tokenizer, which are looked for in the text itself.
    """
    size, vocabulary = tokenizer.wordpiece_size, tokenizer.vocabulary
    pieces = [*vocabulary[:size], *(piece.text for piece in new), *vocabulary[size:]]
    sources = [*rows[:size], *(piece.ids for piece in new), *rows[size:]]
    return Tokenizer.from_vocabulary(pieces, tokenizer.settings), sources


def _sequences(spelled: Counter[_Sequence]) -> Counter[_Sequence]:
    """How many words begin with each sequence of two to ten pieces."""
    found: Counter[_Sequence] = Counter()
    for word, count in spelled.items():
        for length in range(2, min(len(word), MAX_PIECES) + 1):
            found[word[:length]] += count
    return found


def _used(ranked: list[_Sequence], spelled: Counter[_Sequence], most: int, min_count: int) -> list[_Sequence]:
    """The first ``most`` of ``ranked`` that words use ``min_count`` times, where a word uses the longest that begins it."""
    while True:
        chosen = set(ranked[:most])
        uses: Counter[_Sequence] = Counter()
        for word, count in spelled.items():
            for length in range(min(len(word), MAX_PIECES), 1, -1):
                if word[:length] in chosen:
                    uses[word[:length]] += count
                    break
        idle = {sequence for sequence in chosen if uses[sequence] < min_count}
        if not idle:
            return ranked[:most]
        ranked = [sequence for sequence in ranked if sequence not in idle]


def _text(sequence: _Sequence, vocabulary: list[str]) -> str:
    first, *rest = (vocabulary[at] for at in sequence)
    return first + "".join(piece.removeprefix(CONTINUATION) for piece in rest)
