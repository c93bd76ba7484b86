from __future__ import annotations

import numpy as np
import pytest
from transformers import BertTokenizerFast

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.features import encode_examples
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer

TEXTS = [
    "the film was good",
    "a movie",
    "the plot and the story and the music and the ending",
    "worst!",
    "so it is",
]
PAIRS = ["it was bad", "the script of the film was dull and it was sad", "fine", "the best", "not"]


def make_examples(*, paired: bool) -> Examples:
    ids = [str(at) for at in range(len(TEXTS))]
    return Examples(ids, TEXTS, PAIRS if paired else None, np.array([0, 1, 0, 1, 0], np.int32))


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("max_length", [8, 10, 64])
def test_encode_examples_gives_the_ids_of_transformers(paired, max_length, tiny_bert_folder):
    examples = make_examples(paired=paired)
    oracle = BertTokenizerFast.from_pretrained(tiny_bert_folder)
    pairs = (PAIRS,) if paired else ()
    expected = oracle(TEXTS, *pairs, truncation="longest_first", max_length=max_length)
    whole = oracle(TEXTS, *pairs)["input_ids"]

    features = encode_examples(examples, Tokenizer.from_folder(tiny_bert_folder), max_length=max_length)

    assert [ids.tolist() for ids in features.input_ids] == expected["input_ids"]
    assert [types.tolist() for types in features.token_type_ids] == expected["token_type_ids"]
    assert features.truncated == sum(len(ids) > max_length for ids in whole)
    assert features.lengths.tolist() == [len(ids) for ids in expected["input_ids"]]
    np.testing.assert_array_equal(features.labels, examples.labels)


def test_padded_equals_the_padding_of_transformers(tiny_bert_folder):
    features = encode_examples(
        make_examples(paired=True), Tokenizer.from_folder(tiny_bert_folder), max_length=32
    )
    oracle = BertTokenizerFast.from_pretrained(tiny_bert_folder)
    expected = oracle(TEXTS, PAIRS, padding="max_length", max_length=32, return_tensors="np")

    found = features.padded(32)

    for name in ("input_ids", "token_type_ids", "attention_mask"):
        np.testing.assert_array_equal(found[name], expected[name])
        assert found[name].dtype == np.int32


def test_padded_to_less_than_the_longest_is_refused(tiny_bert_folder):
    features = encode_examples(
        make_examples(paired=False), Tokenizer.from_folder(tiny_bert_folder), max_length=64
    )

    with pytest.raises(DataError, match=r"does not fit the length 4. Encode the examples with max_length=4"):
        features.padded(4)


def test_encode_examples_reports_progress(tiny_bert_folder):
    seen: list[tuple[int, int]] = []
    examples = make_examples(paired=False).select(np.arange(3000) % 5)
    tokenizer = Tokenizer.from_folder(tiny_bert_folder)

    encode_examples(
        examples, tokenizer, max_length=8, on_progress=lambda done, total: seen.append((done, total))
    )

    assert seen == [(1024, 3000), (2048, 3000), (3000, 3000)]


def test_select_keeps_what_belongs_together():
    examples = make_examples(paired=True).select([3, 0])

    assert (examples.ids, examples.texts, examples.pairs) == (
        ["3", "0"],
        ["worst!", TEXTS[0]],
        ["the best", PAIRS[0]],
    )
    assert examples.labels.tolist() == [1, 0]
    assert examples.all_texts() == ["worst!", TEXTS[0], "the best", PAIRS[0]]


def test_examples_of_unequal_parts_are_refused():
    with pytest.raises(ValueError, match="texts must be as many as ids"):
        Examples(["1"], ["a", "b"], None, None)
