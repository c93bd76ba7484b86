from __future__ import annotations

import numpy as np
import pytest

from tfbert_edge.data.vocabulary import trimmed_vocabulary
from tfbert_edge.data.vocabulary_figures import vocabulary_figures
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Tokenizer

CORPUS = ["The film was GOOD", "a boring story, lovingly told", "unseenwords ☃ 7up", "naïve [MASK] acting"]


@pytest.fixture
def tokenizer(tiny_bert_folder) -> Tokenizer:
    return Tokenizer.from_folder(tiny_bert_folder)


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.vocabulary[at] for at in tokenizer.encode(text, max_length=512).ids]


def test_trimmed_vocabulary_cuts_the_corpus_into_the_same_pieces(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, CORPUS)
    small = Tokenizer.from_vocabulary(trimmed.pieces, tokenizer.settings)

    assert len(trimmed.pieces) < len(tokenizer.vocabulary)
    for text in CORPUS:
        assert pieces(small, text) == pieces(tokenizer, text)


def test_kept_ids_rise_and_point_at_their_pieces(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, CORPUS)

    assert trimmed.kept_ids.dtype == np.int32
    assert (np.diff(trimmed.kept_ids) > 0).all()
    assert [tokenizer.vocabulary[at] for at in trimmed.kept_ids] == trimmed.pieces
    assert trimmed.pieces[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def test_trimmed_vocabulary_keeps_characters_and_drops_unused_words(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, CORPUS)

    characters = [piece for piece in tokenizer.vocabulary if len(piece.removeprefix("##")) == 1]
    assert set(characters) <= set(trimmed.pieces)
    assert {"film", "good", "boring", "##ing"} <= set(trimmed.pieces)
    assert not {"clumsy", "music"} & set(trimmed.pieces)


def test_unseen_text_is_still_spelt(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, CORPUS)
    small = Tokenizer.from_vocabulary(trimmed.pieces, tokenizer.settings)

    assert "music" in tokenizer.vocabulary
    assert pieces(small, "music") == ["[CLS]", "m", "##u", "##s", "##i", "##c", "[SEP]"]


def test_keep_takes_pieces_and_phrases(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, CORPUS, keep=["##ly", "clumsy music"])

    assert {"##ly", "clumsy", "music"} <= set(trimmed.pieces)


def test_keep_of_what_cannot_be_spelt_is_refused(tokenizer):
    with pytest.raises(DataError, match="keep has '☃'"):
        trimmed_vocabulary(tokenizer, CORPUS, keep=["☃"])


def test_trimmed_vocabulary_with_min_count_drops_pieces_used_less_often(tokenizer):
    corpus = ["the film was good", "the film was boring", "the story"]
    once = [p for p in ("good", "boring", "story") if p in tokenizer.vocabulary]

    trimmed = trimmed_vocabulary(tokenizer, corpus, min_count=2)

    assert once
    assert {"the", "film", "was"} <= set(trimmed.pieces)
    assert not set(once) & set(trimmed.pieces)


# Ten pieces: film 4, good 2, bad 1, dull 1 and, always kept, a 2.
COUNTED = ["film film film film good good", "bad dull a a"]


@pytest.mark.parametrize(
    ("coverage", "expected", "covered"),
    [
        (0.2, set(), 0.2),
        (0.21, {"film"}, 0.6),
        (0.6, {"film"}, 0.6),
        (0.61, {"film", "good"}, 0.8),
        (0.9, {"film", "good", "bad"}, 0.9),
        (0.91, {"film", "good", "bad", "dull"}, 1.0),
        (1.0, {"film", "good", "bad", "dull"}, 1.0),
        (None, {"film", "good", "bad", "dull"}, 1.0),
    ],
)
def test_trimmed_vocabulary_with_coverage_keeps_the_fewest_pieces_that_reach_it(
    tokenizer, coverage, expected, covered
):
    assert tokenizer.vocabulary.index("bad") < tokenizer.vocabulary.index("dull")

    trimmed = trimmed_vocabulary(tokenizer, COUNTED, coverage=coverage)

    assert {"film", "good", "bad", "dull"} & set(trimmed.pieces) == expected
    assert trimmed.coverage == pytest.approx(covered)
    assert "music" not in trimmed.pieces and "##x" in trimmed.pieces


def test_keep_counts_towards_the_coverage(tokenizer):
    trimmed = trimmed_vocabulary(tokenizer, COUNTED, coverage=0.6, keep=["good dull", "music"])

    assert {"film", "good", "bad", "dull", "music"} & set(trimmed.pieces) == {"film", "good", "dull", "music"}


def test_vocabulary_figures_count_what_a_smaller_vocabulary_costs(tokenizer):
    # Without good, bad and dull: "bad" is b ##a ##d, "dull" d ##u ##l ##l. The snowman is unknown to both.
    small = Tokenizer.from_vocabulary(
        trimmed_vocabulary(tokenizer, COUNTED, coverage=0.6).pieces, tokenizer.settings
    )

    figures = vocabulary_figures(tokenizer, small, ["the film: bad, dull", "☃"])

    # the film : bad , dull and the snowman; "the" is not among the texts of the vocabulary either: t ##h ##e.
    assert figures["words"] == 7
    assert figures["pieces"] == {"before": 7, "after": 3 + 1 + 1 + 3 + 1 + 4 + 1}
    assert figures["pieces_per_word"] == {"before": 1.0, "after": 2.0}
    assert figures["unknown"] == {"before": 1, "after": 1}
    assert figures["unknown_share"] == pytest.approx({"before": 1 / 7, "after": 1 / 14})
    assert figures["coverage"] == pytest.approx(4 / 7)


def test_general_texts_fill_up_to_as_many_pieces_as_are_wanted(tokenizer):
    own = trimmed_vocabulary(tokenizer, CORPUS)
    general = ["music music music clumsy clumsy scene", "music, the film"]

    one, two, all_of_them = (
        trimmed_vocabulary(tokenizer, CORPUS, general=general, pieces=len(own.pieces) + more)
        for more in (1, 2, 20)
    )

    assert set(one.pieces) - set(own.pieces) == {"music"}
    assert set(two.pieces) - set(own.pieces) == {"music", "clumsy"}
    assert set(all_of_them.pieces) - set(own.pieces) == {"music", "clumsy", "scene"}
    assert one.coverage == own.coverage == 1.0


def test_fewer_pieces_than_the_training_texts_need_are_refused(tokenizer):
    needed = len(trimmed_vocabulary(tokenizer, CORPUS).pieces)

    with pytest.raises(
        DataError, match=f"pieces is 10, but what has to stay for the training texts is {needed}"
    ):
        trimmed_vocabulary(tokenizer, CORPUS, general=["music"], pieces=10)
