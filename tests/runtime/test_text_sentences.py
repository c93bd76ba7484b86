"""Sentences and words by fixed rules; the expected ones are what a person would mark, with the rule's stated exceptions."""

from __future__ import annotations

import re
import time

import pytest

from tfbert_edge.runtime.sentences import WHITE, sentence_spans, word_spans, words


@pytest.mark.parametrize(
    "text",
    [
        "One.|Two!|Three?|Four…",
        'He said: "Go!"|Then he left.',
        '"Go!" he said.|"Why?" she asked.',
        "(It rained.)|[Then] it did not.|'Fine.'",
        "It rose by 3.5% to $11.1bn.|It fell to 2.|Then to 1.",
        "Dr. Who met Mr. Smith and MRS. Jones.|They left.",
        "J. K. Rowling and the U.S. team won.|Next.",
        "See bbc.co.uk for more.|Or not.",
        "What?!|Really...|Yes.",
        "Wait... what is that?|Nothing.",
        "A title without a mark\n\n|The text.\n|- a list",
        "one\r\n|two\u2028|three\u2029|four",
        "Er kam. Üben",  # U+00DC is no small letter, so two
        "Он ушёл.|Она осталась.",
        "Das ist gut.|Éric vient. évidemment",
        "no end",
        "x . y . Z",
    ],
)
def test_sentence_spans_are_those_marked_by_hand(text):
    marked = text.replace("Er kam. Ü", "Er kam.|Ü").replace("x . y . Z", "x . y .|Z")
    plain = re.sub(r"\|", " ", marked)

    found = [plain[begin:end] for begin, end in sentence_spans(plain)]

    assert found == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize("text", ["", " ", "\t\r\n\n", "\u00a0\u3000"])
def test_text_of_white_space_has_no_sentence_and_no_word(text):
    assert sentence_spans(text) == [] and words(text) == []


def test_sentence_ending_in_an_abbreviation_is_joined_with_the_next():
    assert len(sentence_spans("She saw the Dr. He saw her.")) == 1
    assert len(sentence_spans("It was plan B. He agreed.")) == 1
    assert len(sentence_spans("He got 5. She got 6.")) == 2  # a digit is no initial


def test_white_space_is_pythons():
    every = [chr(code) for code in range(0x110000)]

    assert re.findall(f"[{WHITE}]", "".join(every)) == [one for one in every if one.isspace()]


def test_words_are_runs_without_punctuation_in_ascii_small_letters():
    text = "The U.S. firm's “profit” rose 3.5% \u2013 to €600m, ÅNGSTRÖM!"

    assert words(text) == "the u s firm s profit rose 3 5 to 600m ÅngstrÖm".split()
    assert [text[begin:end].lower() for begin, end in word_spans(text)] == [
        word.lower() for word in words(text)
    ]


@pytest.mark.parametrize(
    "text",
    ["word " * 100_000, "." * 200_000, "a" * 200_000 + ". B", ". " * 100_000, "Dr. " * 50_000, '."' * 90_000],
)
def test_sentence_spans_of_very_long_texts_take_no_more_than_seconds(text):
    start = time.process_time()

    sentence_spans(text)

    # A rule that is quadratic in the length would take minutes.
    assert time.process_time() - start < 20
