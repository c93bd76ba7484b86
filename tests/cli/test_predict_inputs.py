"""What is asked of predict: arguments, lines, JSON lines; what is wrong with a line says so."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tfbert_edge.cli.predict_inputs import Asked, Line, is_json_lines, lines_of, of_arguments
from tfbert_edge.errors import DataError


def parsed(content: str | bytes, **how: bool) -> Asked | None:
    raw = content.encode() if isinstance(content, str) else content
    return Line(raw, "stdin line 1").parse(**{"pair": False, "as_json": False, **how})


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a film\n", "a film"),
        ("a film\r\n", "a film"),
        ("\ufeffa film", "a film"),
        (" two\tblanks  \n", " two\tblanks  "),
        ("\U0001f600\n", "\U0001f600"),
        ("\u0007\u200b\n", "\u0007\u200b"),
    ],
)
def test_line_of_text_is_taken_as_it_stands(content, text):
    assert parsed(content) == Asked(text, None, {"text": text})


@pytest.mark.parametrize("content", ["", "\n", " \t \r\n", "\ufeff\n"])
def test_empty_line_asks_nothing(content):
    assert parsed(content) is None
    assert parsed(content, as_json=True) is None


def test_line_of_two_texts_is_parted_at_its_first_tab():
    assert parsed("one\ttwo\tthree\n", pair=True) == Asked(
        "one", "two\tthree", {"text": "one", "text_pair": "two\tthree"}
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"text": "a"}, Asked("a", None, {"text": "a"})),
        ({"text": ""}, Asked("", None, {"text": ""})),
        (
            {"label": 1, "text_pair": "b", "text": "a", "id": 7},
            Asked("a", "b", {"id": 7, "text": "a", "text_pair": "b"}),
        ),
        (
            {"context": "It is red.", "question": "What?"},
            Asked("What?", "It is red.", {"question": "What?", "context": "It is red."}),
        ),
    ],
)
def test_line_of_json_names_its_texts(values, expected):
    # Whether there are two is said by the line itself.
    assert parsed(json.dumps(values), as_json=True) == expected
    assert parsed(json.dumps(values), as_json=True, pair=True) == expected


@pytest.mark.parametrize(
    ("content", "how", "message"),
    [
        (b"caf\xe9\n", {}, r"must be UTF-8 \(byte 3 is not\)"),
        ("one two\n", {"pair": True}, "must hold two texts with a tab between, it has no tab: 'one two'"),
        ("a film", {"as_json": True}, "must be a JSON object: Expecting value"),
        ("[1]", {"as_json": True}, "must be a JSON object, is a list"),
        ('{"label": 1, "id": 2}', {"as_json": True}, "must have a text .*; it has: label, id"),
        ("{}", {"as_json": True}, "it has: nothing"),
        ('{"text": 5}', {"as_json": True}, "text must be a string, is 5"),
        ('{"question": "a", "context": null}', {"as_json": True}, "context must be a string, is null"),
    ],
)
def test_line_that_cannot_be_read_says_why(content, how, message):
    with pytest.raises(DataError, match=message):
        parsed(content, **how)


def test_half_a_character_is_no_text():
    ask = parsed(r'{"text": "a \ud83d b"}', as_json=True)
    assert ask is not None
    with pytest.raises(DataError, match="must be Unicode text, holds half a character"):
        ask.check()
    whole = parsed(r'{"text": "\ud83d\ude00"}', as_json=True)
    assert whole is not None
    assert whole.text == "\U0001f600"
    whole.check()


def test_arguments_are_texts_or_pairs():
    assert [ask.text for ask in of_arguments(["a", ""], pair=False)] == ["a", ""]
    assert [(ask.text, ask.pair) for ask in of_arguments(["a", "b", "c", "d"], pair=True)] == [
        ("a", "b"),
        ("c", "d"),
    ]
    with pytest.raises(DataError, match="an even number is needed, there are 3"):
        of_arguments(["a", "b", "c"], pair=True)


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.jsonl.gz", "TEXTS.NDJSON"])
def test_json_lines_are_known_by_their_name(name):
    assert is_json_lines(Path(name))
    assert not is_json_lines(Path(name.replace("json", "x").replace("JSON", "X")))


def test_lines_of_a_file_carry_its_name_and_their_number(tmp_path):
    plain, packed = tmp_path / "texts.txt", tmp_path / "texts.txt.gz"
    plain.write_bytes(b"one\n\ntwo")
    packed.write_bytes(gzip.compress(b"one\n\ntwo"))

    for path in (plain, packed):
        lines = list(lines_of(path))
        assert [line.content.strip() for line in lines] == [b"one", b"", b"two"]
        assert lines[2].where == f"{path.name} line 3"


def test_file_that_cannot_be_read_is_named(tmp_path):
    damaged = tmp_path / "texts.gz"
    damaged.write_bytes(gzip.compress(b"one\n" * 1000)[:-20])
    for path in (tmp_path / "none.txt", tmp_path, damaged):
        with pytest.raises(DataError, match=f"{path} cannot be read"):
            list(lines_of(path))
