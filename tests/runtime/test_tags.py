"""Schemes of tags against seqeval's reading of them, and against sentences tagged by hand."""

from __future__ import annotations

import random

import pytest
from seqeval.metrics import sequence_labeling as seqeval

from tfbert_edge.runtime.tags import SCHEMES, is_tag, scheme_of, span_tags, tag_spans, to_iob2

# Two persons side by side, a place of one token, one of three at the end.
SPANS = [("PER", 0, 2), ("PER", 2, 3), ("LOC", 4, 5), ("LOC", 6, 9)]
BY_HAND = {
    "IOB1": "I-PER I-PER B-PER O I-LOC O I-LOC I-LOC I-LOC",
    "IOB2": "B-PER I-PER B-PER O B-LOC O B-LOC I-LOC I-LOC",
    "BIOES": "B-PER E-PER S-PER O S-LOC O B-LOC I-LOC E-LOC",
}


@pytest.mark.parametrize("scheme", BY_HAND)
def test_every_scheme_is_written_and_read_as_by_hand(scheme):
    tags = BY_HAND[scheme].split()

    assert span_tags(SPANS, 9, scheme) == tags
    assert tag_spans(tags) == SPANS
    assert to_iob2(tags) == BY_HAND["IOB2"].split()
    assert scheme_of([tags]) == scheme


@pytest.mark.parametrize("prefixes", ["BI", "BIES"])
def test_illegal_sequences_are_read_as_seqeval_reads_them(prefixes):
    draw = random.Random(3)
    tags = ["O", *(f"{prefix}-{kind}" for prefix in prefixes for kind in ("A", "B"))]
    for _ in range(500):
        sentence = draw.choices(tags, k=draw.randrange(9))

        # seqeval's default mode is conlleval's; its ends are inclusive.
        expected = [(kind, begin, end + 1) for kind, begin, end in seqeval.get_entities(sentence)]
        assert tag_spans(sentence) == expected, sentence


@pytest.mark.parametrize("tag", ["", "B", "B-", "-PER", "b-PER", "X-PER", "o", "PER"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_no_tag_of_a_scheme_is_none(tag, scheme):
    assert not is_tag(tag, scheme)


def test_tags_of_bioes_are_outside_iob2():
    assert [is_tag("S-PER", scheme) for scheme in ("IOB1", "IOB2", "BIOES")] == [False, False, True]
    assert is_tag("I-creative-work", "IOB2")
