from __future__ import annotations

import json

import pytest

from tfbert_edge.errors import DataError
from tfbert_edge.tasks.summarization import Reference

TASK = {"type": "summarization", "sentences": 0.4}
COLUMNS = {"text_column": "document", "label_column": "summary"}


def lines(rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def documents(count: int):
    return [
        {"id": f"d{at}", "document": f"Title {at}\n\nOne is {at}. Two came.", "summary": f"One is {at}."}
        for at in range(count)
    ]


def test_summaries_are_read_with_the_sentences_that_stand_for_them(write, load):
    rows = documents(4)
    rows[0]["summary"] = ["Two came.", "Title 0"]
    write("a.jsonl", lines(rows))

    splits = load("a.jsonl", task=TASK, id_column="id", **COLUMNS)

    found = {}
    for part in (splits.train, splits.validation):
        found |= dict(zip(part.ids, part.labels, strict=True))
    assert found["d0"] == Reference("Two came. Title 0", (0, 2))
    assert found["d3"] == Reference("One is 3.", (1,))
    assert splits.task.parameters == {"sentences": 0.4, "trigram_blocking": True}


@pytest.mark.parametrize("summary", [None, "", "  ", 3, ["a", 4], []])
def test_row_without_a_summary_is_refused_with_its_place_and_id(summary, write, load):
    rows = documents(4)
    rows[2]["summary"] = summary
    write("a.jsonl", lines(rows))

    with pytest.raises(DataError, match=r"a\.jsonl, row 3 \(d2\): the column 'summary' must hold a summary"):
        load("a.jsonl", task=TASK, id_column="id", **COLUMNS)


def test_empty_document_is_refused_with_its_place(write, load):
    rows = documents(4)
    rows[1]["document"] = " \n"
    write("a.jsonl", lines(rows))

    with pytest.raises(DataError, match=r"a\.jsonl, row 2: the text in the column 'document' is empty"):
        load("a.jsonl", task=TASK, **COLUMNS)
