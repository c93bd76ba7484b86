from __future__ import annotations

import pytest

from tfbert_edge.data.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ('He said. "Yes." Then (slowly.) He', ["He said.", '"Yes."', "Then (slowly.)", "He"]),
        ("Left…  Éric. \u201cNo.\u201d  He", ["Left…", "Éric.", "\u201cNo.\u201d", "He"]),
        ("At 3.5 stars it is e.g. fine. really", ["At 3.5 stars it is e.g. fine. really"]),
        ("no capitals here . none at all .", ["no capitals here . none at all ."]),
        ("A film.<br /><br />it is short\nand dull", ["A film.", "it is short", "and dull"]),
        ("Dr. Who", ["Dr.", "Who"]),
        ("  \n ", []),
    ],
)  # fmt: skip
def test_sentences_end_before_capitals_and_at_line_breaks(text, expected):
    assert sentences(text) == expected
