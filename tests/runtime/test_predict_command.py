"""tfbert-edge predict on bundles of tiny models: what goes in and comes out, line by line."""

from __future__ import annotations

import io
import json
import sys

import numpy as np
import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.runtime.predictor import Predictor


@pytest.fixture
def predict(make_bundle, capsys, monkeypatch):
    """``predict(bundle, *arguments, stdin="")``: the exit code, the answers, and what stderr says."""

    def call(bundle, *arguments, stdin=""):
        content = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        code = run(["predict", str(bundle), *arguments])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in said.out.splitlines()], said.err

    return call


def test_answers_of_every_way_in_are_the_same(make_bundle, predict, tmp_path):
    bundle = make_bundle()
    texts = ["a good film", "\U0001f600 \U0001f44d", "\u0007\u200b", "the film is bad!"]
    lines = "".join(f"{text}\n" for text in texts)
    plain, objects = tmp_path / "texts.txt", tmp_path / "texts.jsonl"
    plain.write_text(lines, encoding="utf-8")
    objects.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")

    by_argument = predict(bundle, *texts)

    assert by_argument[0] == 0
    assert [answer["text"] for answer in by_argument[1]] == texts
    expected = [Predictor.from_bundle(bundle)(text).label for text in texts]
    assert [answer["label"] for answer in by_argument[1]] == expected
    assert predict(bundle, stdin=lines) == by_argument
    assert predict(bundle, "--file", str(plain)) == by_argument
    assert predict(bundle, "--file", str(objects)) == by_argument
    assert predict(bundle, "--jsonl", stdin=objects.read_text(encoding="utf-8")) == by_argument


def test_bad_lines_are_told_by_number_and_the_others_answered(make_bundle, predict):
    stdin = b'{"text": "good", "id": "x"}\n\n{"label": 1}\n\xff\n{"text": "\\ud800"}\n{"text": ""}\n'

    code, answers, error = predict(make_bundle(), "--jsonl", stdin=stdin)

    assert code == 1
    assert [(answer.get("id"), answer["text"]) for answer in answers] == [("x", "good"), (None, "")]
    told = error.splitlines()
    assert [line.split(": ")[1] for line in told[:3]] == ["stdin line 3", "stdin line 4", "stdin line 5"]
    assert told[3:] == ["error: 3 of 5 could not be answered; see above."]


def test_pairs_come_from_arguments_tabs_and_json(make_bundle, predict):
    bundle = make_bundle()
    by_argument = predict(bundle, "--pair", "a", "bad")

    assert by_argument[1][0]["text_pair"] == "bad"
    assert predict(bundle, "--pair", stdin="a\tbad\n") == by_argument
    assert predict(bundle, "--jsonl", stdin='{"text": "a", "text_pair": "bad"}') == by_argument


def test_text_of_100_000_words_is_answered_as_its_beginning(make_bundle, predict):
    bundle = make_bundle()

    code, answers, _ = predict(bundle, stdin=f"{'bad film ' * 50_000}\n")

    assert code == 0
    assert answers[0]["label"] == Predictor.from_bundle(bundle)("bad film " * 20).label


def test_answers_of_each_kind_of_task_are_typed_json(make_bundle, predict):
    regression = predict(make_bundle("regression"), "good")[1][0]
    labels = make_bundle(
        task="multi_label",
        settings={"thresholds": {"negative": 0.0, "neutral": 0.0, "positive": 1.1}},
        folder="labels",
    )
    several = predict(labels, "good", "--top-k", "1")[1][0]
    vectors = make_bundle(task="embedding", labels=(), folder="vectors")
    one, two = predict(vectors, "good")[1][0], predict(vectors, "--pair", "good", "bad")[1][0]

    assert regression.keys() == {"text", "value"}
    assert set(several["labels"]) == {"negative", "neutral"}
    assert len(several["scores"]) == 1
    assert np.linalg.norm(one["embedding"]) == pytest.approx(1.0, abs=1e-5)
    assert two["similarity"] == pytest.approx(np.dot(two["embedding"], two["pair_embedding"]), abs=1e-5)
    assert two["embedding"] == one["embedding"]


def test_thresholds_of_a_manifest_decide(make_bundle):
    low = Predictor.from_bundle(
        make_bundle(task="multi_label", settings={"thresholds": {"positive": 0.0}}, folder="low")
    )
    high = Predictor.from_bundle(
        make_bundle(task="multi_label", settings={"thresholds": {"positive": 1.1}}, folder="high")
    )

    assert "positive" in low("good").labels
    assert "positive" not in high("good").labels
    assert low("good").scores == high("good").scores


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--file", "none.txt"], "none.txt cannot be read: No such file or directory"),
        (["--jsonl", "a text"], "--file and --jsonl have nothing to say"),
        (["--pair", "one"], "an even number is needed"),
        (["--top-k", "0", "a"], "top-k"),
    ],
)
def test_wrong_arguments_return_1_with_one_line(make_bundle, predict, arguments, message):
    code, answers, error = predict(make_bundle(), *arguments)

    assert (code, answers) == (1, [])
    assert message in error


def test_nothing_asked_is_no_error(make_bundle, predict):
    assert predict(make_bundle(), stdin="\n \n") == (0, [], "")
