"""The table of the vocabulary: what extending and trimming it changed."""

from __future__ import annotations

from typing import Any

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.report.tables import Table


def vocabulary_table(run: Run) -> Table | None:
    """Pieces, bytes of their table, and how the held-out texts are spelled, before and after; None where nothing changed."""
    vocabulary: dict[str, Any] = (run.get("data") or {}).get("vocabulary") or {}
    measured = vocabulary.get("evaluation")
    if not measured or (vocabulary["before"] == vocabulary["after"] and not vocabulary.get("added")):
        return None
    rows = [
        _row("Word pieces", vocabulary, fig.count),
        _row("Their embeddings as float32 (MiB)", vocabulary["embedding_bytes"], fig.mib),
        _row("Pieces a word, held-out texts", measured["pieces_per_word"], lambda value: fig.score(value, 3)),
        _row("Unknown pieces, held-out texts", measured["unknown"], fig.count),
        _row("Their share", measured["unknown_share"], fig.share),
    ]
    notes = [f"Of the held-out texts' {measured['words']:,} words, {_coverage(vocabulary)}."]
    if vocabulary.get("added"):
        first = ", ".join(vocabulary["added_first"])
        notes.append(f"New are {vocabulary['added']:,} pieces of the domain, most typical first: {first}.")
    return Table("Vocabulary", ["What", "Before", "After"], rows, note=" ".join(notes))


def _row(title: str, values: dict[str, Any], shown: Any) -> list[str]:
    return [title, *(shown(values[when]) if when in values else NOTHING for when in ("before", "after"))]


def _coverage(vocabulary: dict[str, Any]) -> str:
    found = (
        f"{fig.share(vocabulary['evaluation']['coverage'])} of the pieces are in the vocabulary that was kept"
    )
    if "training_coverage" in vocabulary:
        found += f" (training texts: {fig.share(vocabulary['training_coverage'])})"
    return found
