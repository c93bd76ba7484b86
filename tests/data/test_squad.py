"""Questions from SQuAD's JSON and from rows, and what is wrong with them."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from tfbert_edge.errors import DataError, RecipeError
from tfbert_edge.recipe import load_recipe

TASK = {"type": "question_answering"}
CONTEXT = "\U0001f600 The film, a drama, was made in Rome."


def question(name, text, *answers, **more):
    found = [{"text": answer, "answer_start": CONTEXT.index(answer)} for answer in answers]
    return {"id": name, "question": text, "answers": found, **more}


def squad(*questions, context=CONTEXT):
    paragraphs = [{"context": context, "qas": list(questions)}]
    return json.dumps({"version": "1.1", "data": [{"title": "Film", "paragraphs": paragraphs}]})


def row(number, answer="Rome", start=None, **changes):
    answers = {"text": [answer], "answer_start": [CONTEXT.find(answer) if start is None else start]}
    return json.dumps(
        {"id": number, "question": f"Where {number}?", "context": CONTEXT, "answers": answers} | changes
    )


FOUR = [question(f"q{number}", f"Where {number}?", "Rome", "in Rome") for number in range(4)]


@pytest.fixture
def load_qa(load):
    return lambda train, **data: load(train, task=TASK | data.pop("task", {}), **data)


def test_squad_1_1_gives_questions_contexts_and_all_gold_answers(write, load_qa):
    found = load_qa(write("a.json", squad(*FOUR)), validation={"path": write("b.json", squad(FOUR[0]))})

    assert found.train.ids == ["q0", "q1", "q2", "q3"]
    assert (found.train.texts[2], found.train.pairs[2]) == ("Where 2?", CONTEXT)
    assert found.train.labels[0] == {"text": ["Rome", "in Rome"], "answer_start": [33, 30]}
    assert found.task.parameters == {"no_answer": False, "max_answer_length": 30, "null_threshold": None}


def test_squad_2_0_has_questions_without_an_answer_and_ignores_plausible_ones(write, load_qa):
    impossible = question("q9", "Who?", "film", is_impossible=True)
    found = load_qa(write("a.json", squad(*FOUR, impossible)))

    labels = dict(
        zip(
            found.train.ids + found.validation.ids,
            [*found.train.labels, *found.validation.labels],
            strict=True,
        )
    )
    assert labels["q9"] == {"text": [], "answer_start": []}
    assert found.task.no_answer is True


def test_rows_of_the_hub_and_several_files_are_read_into_one(write, load_qa):
    write("a.jsonl", "\n".join(row(number) for number in range(3)))
    write("b.json.gz", gzip.compress(squad(*FOUR).encode()))
    write("c.jsonl", "\n".join(row(7, id=None) for _ in range(2)))
    found = load_qa(
        {"path": ["a.jsonl", "b.json.gz", "c.jsonl"]}, validation={"path": write("d.jsonl", row(8))}
    )

    assert found.train.ids == ["0", "1", "2", "q0", "q1", "q2", "q3", "train-8", "train-9"]
    assert found.train.labels[0] == {"text": ["Rome"], "answer_start": [33]}
    assert found.validation.ids == ["8"]


def test_rows_saved_by_datasets_are_read(load_qa, tmp_path):
    datasets = pytest.importorskip("datasets")
    rows = [json.loads(row(str(number))) for number in range(4)]
    datasets.Dataset.from_list(rows).save_to_disk(str(tmp_path / "saved"))

    found = load_qa(str(tmp_path / "saved"))

    assert found.train.labels[0] == {"text": ["Rome"], "answer_start": [33]}


def test_format_decides_over_the_name(write, load_qa):
    write("a.json", "\n".join(row(number) for number in range(4)))
    write("b.txt", squad(*FOUR))

    assert len(load_qa({"path": "a.json", "format": "jsonl"}).train) == 2
    assert len(load_qa({"path": "b.txt", "format": "squad"}).train) == 2
    with pytest.raises(DataError, match=r"a\.json is not JSON .*Bring the file again"):
        load_qa("a.json")


def test_limit_draws_from_all_files_by_the_seed(write, load_qa):
    many = [question(f"q{number}", f"Where {number}?", "Rome") for number in range(50)]
    write("a.json", squad(*many[:30]))
    write("b.json", squad(*many[30:]))

    def drawn(seed):
        source = {"path": ["a.json", "b.json"], "limit": 12, "seed": seed}
        return load_qa(source, validation={"path": write("c.jsonl", row(1))}).train.ids

    assert len(drawn(1)) == 12
    assert drawn(1) == drawn(1) != drawn(2)
    assert {name in {f"q{number}" for number in range(30)} for name in drawn(1)} == {True, False}


def test_repeated_ids_are_numbered_and_told(write, load_qa):
    questions = [
        question(name, f"Where {at}?", "Rome") for at, name in enumerate(["x", "x", "x#2", "x", "y"])
    ]
    found = load_qa(write("a.json", squad(*questions)), validation={"path": write("b.jsonl", row(9))})

    assert found.train.ids == ["x", "x#3", "x#2", "x#4", "y"]
    assert found.warnings == ["2 train questions have an id that another has; they were numbered."]


def test_dropped_answers_are_counted_and_told(write, load_qa):
    bad = question("bad", "Why?", "Rome") | {"answers": [{"text": "Rome", "answer_start": 3}]}
    found = load_qa(
        write("a.json", squad(*FOUR, bad)), validation={"path": write("b.jsonl", row(9))}, bad_answers="drop"
    )

    assert found.train.ids == ["q0", "q1", "q2", "q3"]
    assert found.warnings == [
        "1 of 5 train questions were left out: their answers do not stand in their contexts where they should "
        "(the first: a.json, article 1, question bad)."
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", [row(1), row(2, "Rom\u00e9", 33)], "a.jsonl, row 2, question 2: the answer 'Rom\u00e9' must stand at 33 in "
         "its context, where 'Rome' stands. Correct it, or set data.bad_answers to drop"),
        ("a.jsonl", [row(1, "Rome", -5)], "the answer 'Rome' must stand at -5"),
        ("a.jsonl", [row(1, "Rome", 900)], "must stand at 900 in its context, where '' stands"),
        ("a.jsonl", [row(1, " ", 1)], "a.jsonl, row 1, question 1: the answer ' ' is empty"),
        ("a.jsonl", [row(1, question=" ")], "a.jsonl, row 1, question 1: the question is empty. Fill it"),
        ("a.jsonl", [row(1, context=None)], "the context is empty"),
        ("a.jsonl", [row(1, question=["a"])], "the question must be text, it is a list"),
        ("a.jsonl", [row(1, answers="Rome")], "row 1, question 1: answers must be {text: [...]"),
        ("a.jsonl", ['{"question": "a", "context": "b"}'], "column 'answers' not in a.jsonl; it has: question, context"),
        ("a.json", ['{"question": "a"}'], "a.json is not SQuAD's JSON: it must be an object with a list 'data'. "
         "Set data.train.format to jsonl"),
        ("a.json", ['{"data": [{"title": "a"}]}'], "a.json, article 1 has no list 'paragraphs'"),
        ("a.json", ['{"data": [{"paragraphs": [7]}]}'], "a.json, article 1 has no list 'qas'"),
        ("a.json", ['{"data": [{"paragraphs": [{"qas": [7]}]}]}'], "article 1: a question must be an object"),
        ("a.json", ['{"data": []}'], "a.json has no questions"),
        ("a.json", [squad({"id": "q", "question": "Why?"})], "question q: answers must be .* it was nothing"),
    ],
)  # fmt: skip
def test_bad_questions_are_refused_by_name(name, content, expected, write, load_qa):
    with pytest.raises(DataError, match=expected if ".*" in expected else re.escape(expected)):
        load_qa(write(name, "\n".join(content)))


def test_validation_question_without_answer_is_refused_where_training_has_none(write, load_qa):
    write("b.json", squad(question("q9", "Who?", is_impossible=True)))
    with pytest.raises(
        DataError, match=r"b\.json, article 1, question q9 has no answer, and task\.no_answer is false"
    ):
        load_qa(write("a.json", squad(*FOUR)), validation={"path": "b.json"})


def test_settings_of_tables_are_refused_for_squads_json(write, load_qa):
    with pytest.raises(DataError, match=r"data\.train\.where is not for SQuAD's JSON, as a\.json is"):
        load_qa({"path": write("a.json", squad(*FOUR)), "where": {"id": "q1"}})


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            ["task.no_answer=false", "task.null_threshold=1"],
            "task.null_threshold: is for questions without an answer",
        ),
        (
            ["data.text_column=query"],
            "data.text_column: is not for question_answering, whose rows have the columns",
        ),
        (["data.id_column=key"], "data.id_column: is not for question_answering"),
        (
            ["training.class_weights=balanced"],
            "training.class_weights: a question_answering task has no classes",
        ),
        (
            ["compress=[{method: distill_outputs, unlabelled: {path: a.txt}}]"],
            "compress.0.unlabelled: holds texts alone, and a question_answering task reads a question with each",
        ),
        (["data.stride=129"], "data.stride: must be at most half of data.max_length (256), was 129"),
        (["task.max_answer_length=0"], "task.max_answer_length: must be at least 1, was 0"),
        (["training.early_stopping.metric=accuracy"], "question_answering task's metric (f1, exact_match)"),
        (
            ["task={type: classification}", "data.stride=null", "data.bad_answers=drop"],
            "data.bad_answers: is for",
        ),
        (
            ["task={type: classification}", "data.stride=null", "data.train.format=squad"],
            "squad is for question_ans",
        ),
        (
            ["task={type: classification}"],
            "a classification task cuts long texts and has no windows: set it to null",
        ),
    ],
)
def test_contradictions_of_question_answering_are_told(overrides, expected):
    with pytest.raises(RecipeError, match=re.escape(expected)):
        load_recipe("squad", overrides)


def test_stride_is_a_quarter_of_the_length_unless_said_and_none_where_texts_are_cut():
    assert load_recipe("squad", ["data.stride=null"]).stride == 64
    assert load_recipe("squad").stride == 128
    assert load_recipe("sst2").stride == 0
