"""What the report says of a changed vocabulary and of what is cut."""

from __future__ import annotations

import pytest

from tfbert_edge.report import tables
from tfbert_edge.report.content import report_sections
from tfbert_edge.report.vocabulary_table import vocabulary_table


@pytest.fixture
def changed(run):
    """2,000 pieces less 500 more, of 384 numbers of 4 bytes each; 1,000 words."""
    run["data"] |= {
        "vocabulary": {
            "before": 4096,
            "after": 2048,
            "added": 500,
            "added_first": ["biopic", "indie"],
            "training_coverage": 0.9991,
            "embedding_bytes": {"before": 4096 * 384 * 4, "after": 2048 * 384 * 4},
            "evaluation": {
                "words": 1000,
                "pieces": {"before": 1200, "after": 1100},
                "pieces_per_word": {"before": 1.2, "after": 1.1},
                "unknown": {"before": 3, "after": 4},
                "unknown_share": {"before": 0.0025, "after": 4 / 1100},
                "coverage": 0.987,
            },
        },
        "max_length": {"asked": 128, "percentile": 99.0, "chosen": 64},
        "cut": {
            "training": {"examples": 75, "examples_share": 0.01, "pieces": 1500, "pieces_share": 0.0071},
            "evaluation": {"examples": 9, "examples_share": 0.009, "pieces": 120, "pieces_share": 0.004},
        },
    }
    return run


def test_vocabulary_table_shows_each_figure_before_and_after(changed):
    table = vocabulary_table(changed)

    assert table.rows == [
        ["Word pieces", "4,096", "2,048"],
        ["Their embeddings as float32 (MiB)", "6.00", "3.00"],
        ["Pieces a word, held-out texts", "1.200", "1.100"],
        ["Unknown pieces, held-out texts", "3", "4"],
        ["Their share", "0.25%", "0.36%"],
    ]
    assert "1,000 words, 98.70% of the pieces" in table.note and "training texts: 99.91%" in table.note
    assert "500 pieces of the domain, most typical first: biopic, indie." in table.note
    assert table in [one for section in report_sections(changed) for one in section.tables]


def test_vocabulary_table_of_an_unchanged_or_unmeasured_vocabulary_is_none(changed, run):
    vocabulary = changed["data"]["vocabulary"]
    vocabulary["after"] = vocabulary["before"]
    assert vocabulary_table(changed) is not None, "as many pieces, but other ones"
    del vocabulary["added"]
    assert vocabulary_table(changed) is None
    # As an earlier version recorded it.
    changed["data"]["vocabulary"] = {"before": 4096, "after": 2048}
    assert vocabulary_table(changed) is None


def test_data_table_says_what_is_cut_and_whence_the_length_comes(changed):
    rows = dict(tables.data_table(changed).rows)

    length = changed["stages"]["export"]["sequence_length"]
    assert rows["Sequence length of the files"] == (
        f"{length}, which 99% of the training examples fit in (at most 128)"
    )
    assert rows["Cut in training"] == "75 examples (1.00%), 1,500 word pieces (0.71%)"
    assert rows["Cut of the held-out texts"] == "9 examples (0.90%), 120 word pieces (0.40%)"
    changed["stages"]["export"]["cut"] = {
        "examples": 10,
        "examples_share": 0.01,
        "pieces": 130,
        "pieces_share": 0.0045,
    }
    assert dict(tables.data_table(changed).rows)["Cut of the held-out texts"].startswith(
        "10 examples (1.00%)"
    )


def test_data_table_of_a_task_with_windows_says_what_is_beyond_the_first(changed):
    changed["data"]["windowed"] = changed["data"].pop("cut")
    rows = dict(tables.data_table(changed).rows)

    assert rows["In further windows in training"].startswith("75 examples (1.00%)")
    assert rows["In further windows of the held-out texts"].startswith("9 examples (0.90%)")
    assert not any(title.startswith("Cut") for title in rows)
