from __future__ import annotations

import pytest

from tfbert_edge.runtime.sentence_choice import choose_sentences

TEXTS = ["the cat sat on the mat", "a dog ran", "The cat sat, on a hill!", "it rained all day long"]
SCORES = [0.5, 0.1, 0.4, 0.3]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"sentences": 1}, [0]),
        ({"sentences": 2}, [0, 2]),
        ({"sentences": 9}, [0, 1, 2, 3]),
        ({"sentences": 0.5}, [0, 2]),
        ({"sentences": 0.625}, [0, 2, 3]),  # 2.5 is rounded up
        ({"sentences": 0.01}, [0]),  # at least one
        ({"sentences": 3, "trigram_blocking": True}, [0, 1, 3]),  # "the cat sat" is in 0 and 2
        ({"words_limit": 1}, [0]),  # the first, however long it is
        ({"words_limit": 11}, [0, 3]),  # 2 has 6 words and does not fit, 3 has 5
        ({"words_limit": 14}, [0, 2]),  # 6 + 6, and then neither 5 nor 3 fit
        ({"words_limit": 15}, [0, 1, 2]),
        ({"words_limit": 0.45}, [0, 1]),  # 9 of 20 words
        ({"words_limit": 0.45, "trigram_blocking": True}, [0, 1]),
    ],
)
def test_choose_sentences_keeps_to_the_limit_and_the_order(limit, expected):
    assert choose_sentences(TEXTS, SCORES, **limit) == expected


def test_choose_sentences_of_equal_scores_takes_the_earlier():
    assert choose_sentences(["a", "b", "c"], [1.0, 2.0, 2.0], sentences=1) == [1]


def test_choose_sentences_of_none_is_none():
    assert choose_sentences([], [], sentences=3) == choose_sentences([], [], words_limit=0.5) == []


def test_blocked_trigrams_leave_fewer_sentences_than_asked():
    assert choose_sentences(["a b c"] * 3, [1, 2, 3], sentences=2, trigram_blocking=True) == [2]
