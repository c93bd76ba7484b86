from __future__ import annotations

import random

import numpy as np
import pytest
from transformers.data.metrics import squad_metrics as theirs

from tfbert_edge.tasks.squad_metrics import answer_scores, best_threshold, most_agreed, normalized_answer


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("The Eiffel Tower!", ["eiffel tower"], 1, 1),
        ("a  tower\tof an iron", ["tower of iron"], 1, 1),
        ("Paris", ["London", "paris."], 1, 1),
        ("in the city of Paris", ["Paris"], 0, 2 / 5),  # 1 of 4 words against 1: 2 * 1 / (4 + 1)
        ("city of light", ["city of lights", "light"], 0, 2 * 2 / 6),
        ("so so good", ["so good"], 0, 2 * 2 / 5),  # words count as often as they stand
        (
            "Beyonc\u00e9\u2019s",
            ["Beyonc\u00e9's"],
            0,
            0,
        ),  # only ASCII punctuation is dropped: one is beyonc\u00e9s
        ("U.S.", ["us"], 1, 1),
        ("theory of a thing", ["ory of thing"], 0, 2 * 2 / 6),  # articles are words, not letters
        ("", ["anything"], 0, 0),
        ("\u65e5\u672c", ["\u65e5\u672c"], 1, 1),
    ],
)
def test_answer_scores_are_those_by_hand(answer, gold, exact, f1):
    for no_answer in (False, True):
        assert answer_scores(answer, gold, no_answer=no_answer) == (exact, pytest.approx(f1))


def test_answer_scores_of_questions_without_an_answer_follow_version_2():
    assert answer_scores("", [], no_answer=True) == (1.0, 1.0)
    assert answer_scores("Paris", [], no_answer=True) == (0.0, 0.0)
    assert answer_scores("", ["the"], no_answer=True) == (1.0, 1.0)  # such a gold answer is none
    assert answer_scores("", ["the", "Paris"], no_answer=True) == (0.0, 0.0)
    assert answer_scores("a", ["the"], no_answer=False) == (
        1.0,
        0.0,
    )  # version 1.1: equal, but no word is shared


def test_answer_scores_equal_transformers_on_random_answers():
    draw = random.Random(5)
    words = [
        "the",
        "a",
        "an",
        "Tower",
        "tower,",
        "of",
        "l'an",
        "\u00c9t\u00e9",
        "\u00e9t\u00e9",
        "--",
        "1,000",
        "(b)",
        "\u2014",
    ]
    for _ in range(500):
        answer, gold = (" ".join(draw.choices(words, k=draw.randint(0, 4))) for _ in range(2))
        assert normalized_answer(answer) == theirs.normalize_answer(answer)
        if normalized_answer(gold):
            expected = (theirs.compute_exact(gold, answer), theirs.compute_f1(gold, answer))
            assert answer_scores(answer, [gold], no_answer=True) == pytest.approx(expected)


def test_most_agreed_is_the_majority_or_else_the_one_that_shares_most():
    assert most_agreed(["b", "a", "a"]) == 1
    assert most_agreed(["given market", "a given market of goods", "market of goods"]) == 1
    assert most_agreed(["x", "y"]) == 0
    assert most_agreed(["the end", "end", "other"]) == 0


def test_best_threshold_gains_as_much_as_that_of_transformers():
    draw = np.random.default_rng(3)
    for _ in range(20):
        has = draw.random(40) < 0.6
        f1 = np.where(has, draw.choice([0.0, 0.5, 1.0], 40), 0.0)
        scores = draw.choice(np.arange(-9, 9), 40, replace=True) + has * 2.0 + np.arange(40) * 1e-3

        found = best_threshold(scores, f1, 1.0 - has)

        gained = np.where(scores >= found, f1, 1.0 - has).mean()
        names = [str(number) for number in range(40)]
        best, _ = theirs.find_best_thresh(
            dict.fromkeys(names, "an answer"),
            dict(zip(names, f1.tolist(), strict=True)),
            dict(zip(names, (-scores).tolist(), strict=True)),
            dict(zip(names, has.tolist(), strict=True)),
        )
        assert 100 * gained == pytest.approx(best)


def test_best_threshold_lies_between_scores_and_outside_where_all_or_none_are_answered():
    assert (
        best_threshold(np.array([1.0, 3.0, 5.0]), np.array([0.0, 1.0, 1.0]), np.array([1.0, 0.0, 0.0])) == 2.0
    )
    assert best_threshold(np.array([1.0, 3.0]), np.array([1.0, 0.5]), np.zeros(2)) < 1.0
    assert best_threshold(np.array([1.0, 3.0]), np.zeros(2), np.ones(2)) > 3.0
