"""New pieces from the words of a domain: scores by hand, ids by transformers."""

from __future__ import annotations

import math

import pytest
from transformers import BertTokenizer, BertTokenizerFast

from tfbert_edge.data.extension import NewPiece, extended, new_pieces
from tfbert_edge.data.word_counts import count_words
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.runtime.tokenizer_files import AddedPiece

# Ten words each. The tiny vocabulary spells zonk letter by letter: z ##o ##n ##k.
DOMAIN = ["zonk " * 6, "Zonks zonks film film"]
GENERAL = ["film " * 9, "zoo"]


@pytest.fixture
def tokenizer(tiny_bert_folder) -> Tokenizer:
    return Tokenizer.from_folder(tiny_bert_folder)


def spelled(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.vocabulary[at] for at in tokenizer.encode(text).ids[1:-1]]


def found(tokenizer: Tokenizer, general: list[str] = GENERAL, **limits: int) -> list[NewPiece]:
    return new_pieces(tokenizer, count_words(tokenizer, DOMAIN), count_words(tokenizer, general), **limits)


def texts(pieces: list[NewPiece]) -> list[str]:
    return [piece.text for piece in pieces]


def own_rows(tokenizer: Tokenizer) -> list[tuple[int, ...]]:
    return [(at,) for at in range(len(tokenizer.vocabulary))]


def test_new_pieces_takes_the_longest_of_what_words_share(tokenizer):
    # zon and zonk begin eight words of ten, and none of general's: the same score. zo begins zoo as well.
    (piece,) = found(tokenizer, pieces=1, min_count=2)

    assert piece.text == "zonk"
    assert [tokenizer.vocabulary[at] for at in piece.ids] == ["z", "##o", "##n", "##k"]


def test_new_pieces_passes_over_stems_that_no_word_would_use(tokenizer):
    # By their scores, 0.8 ln(0.8 * 11) twice, 0.8 ln(0.8 * 11 / 2) and 0.2 ln(0.2 * 11): zonk, zon, zo, zonks.
    assert 0.8 * math.log(4.4) > 0.2 * math.log(2.2) > 0

    assert texts(found(tokenizer, pieces=2, min_count=2)) == ["zonk", "zonks"]


def test_new_pieces_are_each_used_min_count_times(tokenizer):
    assert texts(found(tokenizer, pieces=9, min_count=3)) == ["zonk"]
    # The word zonks, were it a piece, would leave six for zonk.
    assert texts(found(tokenizer, pieces=9, min_count=7)) == ["zonk"]
    assert texts(found(tokenizer, pieces=9, min_count=9)) == []


def test_new_pieces_leaves_what_general_text_has_as_often(tokenizer):
    # zonk: 8 words of 10 there, (7 + 1) / (9 + 1) here.
    taken = texts(found(tokenizer, ["zonk " * 7, "film film"], pieces=9, min_count=2))

    assert "zonk" not in taken and "zonks" in taken


def test_new_pieces_without_general_words_is_refused(tokenizer):
    with pytest.raises(DataError, match=r"extend_vocabulary\.general must have words"):
        found(tokenizer, [" "], pieces=1, min_count=1)


def test_extended_tokenizer_spells_with_new_pieces_and_other_words_as_before(tokenizer):
    new, rows = extended(tokenizer, own_rows(tokenizer), found(tokenizer, pieces=9, min_count=2))

    assert new.vocabulary == [*tokenizer.vocabulary, "zonk", "zonks"]
    assert rows[:-2] == own_rows(tokenizer) and [len(row) for row in rows[-2:]] == [4, 5]
    assert spelled(new, "ZONK zonky bezonk") == ["zonk", "zonk", "##y", *spelled(tokenizer, "bezonk")]
    for text in ("a lovely film, not dull", "zoo zen zip ☃"):
        assert spelled(new, text) == spelled(tokenizer, text)
    before, after = count_words(tokenizer, DOMAIN), count_words(new, DOMAIN)
    assert (before.words, after.words) == (10, 10)
    assert (before.pieces.sum(), after.pieces.sum()) == (6 * 4 + 2 * 5 + 2, 10)


def test_extended_tokenizer_saved_gives_transformers_the_same_ids(tokenizer, tmp_path):
    new, _ = extended(tokenizer, own_rows(tokenizer), found(tokenizer, pieces=9, min_count=2))
    new.save(tmp_path)

    texts = ["Zonk! zonks zonkers and zonk-zonk", "unzonked film ☃", "zo zon zonk zonks"]
    for theirs in (BertTokenizer, BertTokenizerFast):
        loaded = theirs.from_pretrained(tmp_path)
        assert loaded(texts).input_ids == [new.encode(text).ids for text in texts]


def test_extended_tokenizer_has_new_pieces_before_tokens_that_were_added(tiny_vocabulary, tokenizer):
    settings = type(tokenizer.settings)(added_tokens=(AddedPiece("<film>", special=False),))
    tagged = Tokenizer.from_vocabulary([*tiny_vocabulary, "<film>"], settings)

    new, rows = extended(tagged, own_rows(tagged), [NewPiece("zonk", (3, 4))])

    assert new.vocabulary == [*tiny_vocabulary, "zonk", "<film>"]
    assert rows[-2:] == [(3, 4), (len(tiny_vocabulary),)]
    assert spelled(new, "zonk<film>zonk") == ["zonk", "<film>", "zonk"]
