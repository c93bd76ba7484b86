"""How texts are spelled in word pieces: the counts behind trimming, extending and measuring a vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tfbert_edge.runtime.tokenizer import Tokenizer

CHUNK = 1024
NO_LIMIT = 10_000_000
CONTINUATION = "##"


@dataclass(frozen=True)
class WordCounts:
    """Word pieces and words of texts, without the [CLS] and [SEP] around each.

    Attributes:
        pieces: int64 (V,), how often each piece occurs.
        words: how many words there are, as BERT splits texts: at white space, and around each punctuation mark.
        spelled: the ids of each word of more than one piece -> how often it occurs.
    """

    pieces: np.ndarray
    words: int
    spelled: Counter[tuple[int, ...]]


def count_words(tokenizer: Tokenizer, texts: Iterable[str]) -> WordCounts:
    """Tokenize ``texts``, whatever their length, and count. One that is there several times counts as often."""
    vocabulary = tokenizer.vocabulary
    continues = np.array(
        [piece.startswith(CONTINUATION) and piece != CONTINUATION for piece in vocabulary], bool
    )
    pieces, words = np.zeros(len(vocabulary), np.int64), 0
    spelled: Counter[tuple[int, ...]] = Counter()
    for chunk, times in _chunks(texts):
        encodings = tokenizer.encode_batch(chunk, max_length=NO_LIMIT)
        ids = np.array([at for encoding in encodings for at in encoding.ids[1:-1]], np.int64)
        if not len(ids):
            continue
        pieces += times * np.bincount(ids, minlength=len(vocabulary))
        starts = np.flatnonzero(~continues[ids])
        words += times * len(starts)
        ends = np.append(starts[1:], len(ids))
        several = ends - starts > 1
        for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
            spelled[tuple(ids[start:end].tolist())] += times
    return WordCounts(pieces, words, spelled)


def _chunks(texts: Iterable[str]) -> Iterator[tuple[list[str], int]]:
    """Different texts, at most 1,024 at a time, with how often each of them is there.

    A context that many questions are asked about is tokenized once.
    """
    by_times: dict[int, list[str]] = {}
    for text, times in Counter(texts).items():
        by_times.setdefault(times, []).append(text)
    for times, group in by_times.items():
        for start in range(0, len(group), CHUNK):
            yield group[start : start + CHUNK], times
