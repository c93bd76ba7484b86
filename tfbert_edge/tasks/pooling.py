"""What of a text's states a label is read from."""

from __future__ import annotations

from collections.abc import Mapping

from tfbert_edge.errors import DataError

CLASSIFYING: Mapping[str, str] = {"cls": "classification", "mean": "mean_classification"}
"""The state of [CLS], or the mean over a text's pieces -> the head of models.heads that says a label of it."""

EMBEDDING: Mapping[str, str] = {"mean": "mean_pooling", "cls": "cls_pooling"}
"""The same -> the head whose output is that vector itself."""


def pooling_head(heads: Mapping[str, str], pooling: str) -> str:
    """The head for a pooling.

    Raises:
        DataError: there is no such pooling.
    """
    if pooling not in heads:
        raise DataError(f"task.pooling must be one of {', '.join(heads)}, was {pooling!r}.")
    return heads[pooling]


def named(pooling: str) -> dict[str, str]:
    """The setting among a classifying task's parameters; none for [CLS], as BERT has it."""
    return {} if pooling == "cls" else {"pooling": pooling}
