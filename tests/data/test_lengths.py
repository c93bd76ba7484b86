from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.lengths import cut_figures, example_lengths, length_for
from tfbert_edge.runtime.tokenizer import Tokenizer

# 100 examples: ninety of 10 pieces, nine of 20, one of 300.
LENGTHS = np.array([10] * 90 + [20] * 9 + [300], np.int32)


@pytest.mark.parametrize(
    ("percentile", "at_most", "expected"),
    [(90.0, 128, 10), (90.1, 128, 20), (99.0, 128, 20), (99.5, 128, 128), (100.0, 512, 300), (50.0, 9, 9)],
)
def test_length_for_is_the_least_that_so_many_examples_fit_in(percentile, at_most, expected):
    assert length_for(LENGTHS, percentile, at_most=at_most) == expected


def test_length_for_short_examples_is_the_least_that_a_recipe_may_have():
    assert length_for(np.array([3, 4, 5]), 99.0, at_most=128) == 8


def test_cut_figures_count_examples_and_pieces_beyond_the_length():
    assert cut_figures(LENGTHS, 18) == {
        "examples": 10,
        "examples_share": 0.1,
        "pieces": 9 * 2 + 282,
        "pieces_share": 300 / (900 + 180 + 300),
    }
    assert cut_figures(LENGTHS, 300) == {
        "examples": 0,
        "examples_share": 0.0,
        "pieces": 0,
        "pieces_share": 0.0,
    }


def test_example_lengths_are_those_of_uncut_texts_and_pairs(tiny_bert_folder):
    tokenizer = Tokenizer.from_folder(tiny_bert_folder)
    texts, pairs = ["film " * 1000, "a good film"], ["the story", "bad"]

    alone = example_lengths(Examples(["1", "2"], texts, None, None), tokenizer)
    paired = example_lengths(Examples(["1", "2"], texts, pairs, None), tokenizer)

    assert alone.tolist() == [1002, 5]
    assert paired.tolist() == [1005, 7]
