"""Counts of pieces and words, against counting by hand with transformers' tokenizer."""

from __future__ import annotations

from collections import Counter

import numpy as np
from transformers import AutoTokenizer

from tfbert_edge.data.word_counts import count_words
from tfbert_edge.runtime.tokenizer import Tokenizer

TEXTS = ["The film was lovingly made, really!", "a b## c", "☃ films [MASK]", "", "naïve films: 1999"] * 3
# More than are tokenized at a time, each another one.
TEXTS += [f"film {number} was lovingly clumsily made" for number in range(1100)]


def test_count_words_equals_counting_transformers_pieces(tiny_bert_folder):
    theirs = AutoTokenizer.from_pretrained(tiny_bert_folder)
    pieces: Counter[int] = Counter()
    spelled: Counter[tuple[int, ...]] = Counter()
    words = 0
    for text in TEXTS:
        encoding = theirs(text, add_special_tokens=False)
        pieces.update(encoding.input_ids)
        at = encoding.word_ids()
        # An added token such as [MASK] belongs to no word, and counts as one here.
        starts = [
            place for place in range(len(at)) if place == 0 or at[place] is None or at[place] != at[place - 1]
        ]
        words += len(starts)
        for start, end in zip(starts, [*starts[1:], len(at)], strict=False):  # one more where there is none
            if end - start > 1:
                spelled[tuple(encoding.input_ids[start:end])] += 1

    counts = count_words(Tokenizer.from_folder(tiny_bert_folder), TEXTS)

    assert {int(at): int(counts.pieces[at]) for at in np.flatnonzero(counts.pieces)} == dict(pieces)
    assert counts.words == words
    assert counts.spelled == spelled and len(spelled) > 5


def test_count_words_of_texts_without_any_finds_none(tiny_bert_folder):
    counts = count_words(Tokenizer.from_folder(tiny_bert_folder), ["", " "])

    assert (counts.pieces.sum(), counts.words, counts.spelled) == (0, 0, Counter())
