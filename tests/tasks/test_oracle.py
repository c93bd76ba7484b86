"""Reference summaries as sentences of their documents."""

from __future__ import annotations

import itertools
import random

import pytest
from rouge_score import rouge_scorer

from tfbert_edge.tasks.oracle import greedy_oracle, summary_sentences, verbatim
from tfbert_edge.tasks.rouge import lead, mean_rouge, rouge


def test_verbatim_finds_sentences_in_any_order_and_without_space_between():
    document = ["A title", "First one.", "Yes.", "It said yes. Yes.", "Last  one\tof all."]

    places, share = verbatim(document, "Last one of all.First one.It said yes.Yes.")

    assert (places, share) == ([1, 3, 4], 1.0)  # "Yes." stands inside the longer sentence alone


def test_verbatim_of_a_repeated_sentence_takes_as_many_as_the_summary_has():
    assert verbatim(["Go.", "No.", "Go."], "Go.") == ([0], 1.0)
    assert verbatim(["Go.", "No.", "Go."], "Go. Go.") == ([0, 2], 1.0)


def test_summary_that_is_nearly_an_extract_is_taken_for_one_and_another_is_not():
    document = ["The cat sat on the mat all day.", "A dog ran.", "The end came soon."]

    assert summary_sentences(document, "The cat sat on the mat all day. Eh") == [0]
    assert verbatim(document, "A dog ran. A cat sat on a mat.")[1] < 0.9
    assert summary_sentences(document, "A dog ran. A cat sat on a mat.") == [0, 1]


def test_greedy_oracle_takes_what_raises_rouge_and_stops():
    document = ["the dog barked loudly", "a cat sat", "on a mat", "nothing of this kind"]

    assert greedy_oracle(document, "a cat sat on a mat") == [1, 2]
    assert greedy_oracle(document, "quite other words") == []
    assert greedy_oracle([], "a cat") == greedy_oracle(document, "...") == []


def test_greedy_oracle_follows_the_library_step_by_step():
    draw = random.Random(3)
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2"])
    for _ in range(20):
        document = [" ".join(draw.choices("abcdefgh", k=draw.randint(2, 6))) for _ in range(6)]
        summary = " ".join(draw.choices("abcdefgh", k=8))
        taken, best = [], 0.0
        while True:
            # Words by the library; pairs of words counted here, because those that span two sentences do not count.
            def value(places, document=document, summary=summary):
                found = scorer.score(summary, " ".join(document[place] for place in places))
                ones = found["rouge1"].fmeasure
                grams = [gram for place in places for gram in itertools.pairwise(document[place].split())]
                wanted = list(itertools.pairwise(summary.split()))
                overlap = sum(min(grams.count(one), wanted.count(one)) for one in set(wanted))
                return ones + 2 * overlap / (len(grams) + len(wanted))

            values = {place: value([*taken, place]) for place in range(6) if place not in taken}
            place = max(values, key=lambda place: (values[place], -place), default=None)
            if place is None or values[place] <= best + 1e-12:
                break
            taken, best = [*taken, place], values[place]
        assert greedy_oracle(document, summary) == sorted(taken)


def test_rouge_is_the_librarys():
    reference, summary = "the cat was under the bed", "the cat was found under the bed"

    # Lin 2004: 6 of 7 and 6 of 6 words, 4 of 6 and 4 of 5 pairs, and a common subsequence of 6.
    assert rouge(reference, summary) == pytest.approx((12 / 13, 8 / 11, 12 / 13))
    assert mean_rouge([(reference, summary), (reference, "no")], "lead_") == pytest.approx(
        {"lead_rouge1": 6 / 13, "lead_rouge2": 4 / 11, "lead_rougeL": 6 / 13}
    )
    assert mean_rouge([]) == {"rouge1": 0.0, "rouge2": 0.0, "rougeL": 0.0}


def test_lead_has_as_many_words_as_the_summary():
    document = "A title\n\nThe first sentence. Another one, too."

    assert lead(document, "five words in this summary") == document[: document.index("sentence") + 8]
    assert lead(document, "word " * 99) == document.removesuffix(".")
    assert lead(document, "") == ""
