"""Windows against the overflowing windows of transformers' own tokenizer, and their joining against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import transformers

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.tokenizer import Encoding
from tfbert_edge.runtime.windows import pieces_of, text_windows

TEXT = "the film is good, not bad! a caf\u00e9 \U0001f600 unlikely films " * 3


@pytest.mark.parametrize(("max_length", "stride"), [(8, 0), (8, 2), (8, 5), (16, 4), (200, 50)])
def test_text_windows_are_those_of_transformers(tiny_tokenizer, tmp_path, max_length, stride):
    tiny_tokenizer.save(tmp_path)
    theirs = transformers.BertTokenizerFast.from_pretrained(tmp_path)(
        TEXT, max_length=max_length, stride=stride, truncation=True, return_overflowing_tokens=True
    )

    ours = text_windows(TEXT, tiny_tokenizer.with_stride(stride), max_length=max_length)

    assert [row.ids for row in ours] == theirs["input_ids"]
    assert [row.words for row in ours] == [
        [-1 if word is None else word for word in theirs.word_ids(at)] for at in range(len(ours))
    ]


@pytest.mark.parametrize("text", ["", " \t", "\u200b\u0000"])
def test_text_windows_of_a_text_without_pieces_are_one(tiny_tokenizer, text):
    (row,) = text_windows(text, tiny_tokenizer, max_length=8)

    assert (row.ids, row.offsets, row.words) == ([2, 3], [(0, 0), (0, 0)], [-1, -1])
    assert len(pieces_of([row]).words) == 0


def test_text_windows_without_room_are_refused(tiny_tokenizer):
    with pytest.raises(DataError, match=r"windows of 8 pieces .* the 6 that they share"):
        text_windows(TEXT, tiny_tokenizer.with_stride(6), max_length=8)


def test_pieces_of_windows_come_from_the_window_with_most_context():
    def window(first: int, count: int) -> Encoding:
        ends = range(first + 1, first + count + 1)
        return Encoding(
            ids=[0] * (count + 2),
            segment_ids=[0] * (count + 2),
            offsets=[(0, 0), *((end - 1, end) for end in ends), (0, 0)],
            words=[-1, *range(first, first + count), -1],
            first=first,
        )

    # Pieces 0..9: windows of 6 that share 4, so that pieces 2..5 stand in both of the first two, 4..7 in the last two.
    pieces = pieces_of([window(0, 6), window(2, 6), window(4, 6)])

    assert pieces.rows.tolist() == [
        0,
        0,
        0,
        0,
        1,
        1,
        2,
        2,
        2,
        2,
    ]  # piece 3: 2 pieces right of it in 0, 1 left in 1
    assert pieces.places.tolist() == [1, 2, 3, 4, 3, 4, 3, 4, 5, 6]
    assert pieces.words.tolist() == list(range(10))
    assert pieces.offsets.tolist() == [[at, at + 1] for at in range(10)]
    assert np.issubdtype(pieces.rows.dtype, np.integer)


def test_stride_is_kept_by_the_files_of_a_tokenizer(tiny_tokenizer, tmp_path):
    tiny_tokenizer.with_stride(5).save(tmp_path)

    assert type(tiny_tokenizer).from_folder(tmp_path).settings.stride == 5
