"""Documents with their summaries, from the columns of a table."""

from __future__ import annotations

from typing import Any

from tfbert_edge.data.raw import RawExamples, Reading, table_examples
from tfbert_edge.errors import DataError
from tfbert_edge.runtime.sentences import sentence_spans
from tfbert_edge.tasks.oracle import summary_sentences


def summaries(reading: Reading) -> RawExamples:
    """Documents of the text column, and of the label column their summaries: a text, or a list of sentences.

    Each summary comes with the sentences of its document that stand for it, see `summary_sentences`.

    Raises:
        DataError: a file or column is missing, a document has no text, or a summary is none; the message says where.
    """
    raw = table_examples(reading)
    values: list[dict[str, Any]] = []
    for at, (text, value) in enumerate(zip(raw.texts, raw.values, strict=True)):
        summary = _summary(value)
        if summary is None:
            raise DataError(
                f"{raw.where(at)} ({raw.ids[at]}): the column {reading.data.label_column!r} must hold a summary, a text or a "
                f"list of sentences; it holds {str(value)[:60]!r}. Fill or drop the row."
            )
        sentences = [text[begin:end] for begin, end in sentence_spans(text)]
        values.append({"summary": summary, "sentences": summary_sentences(sentences, summary)})
    return RawExamples(raw.ids, raw.texts, raw.pairs, values, raw.where)


def _summary(value: Any) -> str | None:
    """The summary as one text, None where it is none."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = " ".join(value)
    return value if isinstance(value, str) and value.strip() else None
