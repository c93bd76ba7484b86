"""One label out of several, for a text or a pair of texts."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.tasks.base import Task, Where, nowhere
from tfbert_edge.tasks.metrics import classification_metrics
from tfbert_edge.tasks.pooling import CLASSIFYING, named, pooling_head
from tfbert_edge.tasks.truth import Truth


class Classification(Task):
    """Outputs are one score a label: logits in training, probabilities after export."""

    name: ClassVar[str] = "classification"
    head: ClassVar[str] = "classification"
    loss: ClassVar[str] = "softmax_cross_entropy"
    output_activation: ClassVar[str] = "softmax"
    distance: ClassVar[str] = "classes"
    primary_metric: ClassVar[str] = "accuracy"
    metric_names: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "precision_macro",
        "recall_macro",
        "f1_macro",
        "matthews",
    )

    def __init__(
        self, labels: Sequence[str], positive_label: str | None = None, pooling: str = "cls"
    ) -> None:
        """
        Args:
            labels: in the order of the outputs.
            positive_label: the one that is looked for; its F1, ``f1``, is then the primary metric.
            pooling: what the label is read from: cls (the state of [CLS]) or mean (over the text's pieces).

        Raises:
            DataError: fewer than two labels, or one of them twice; a positive label that is none of them; no such pooling.
        """
        self.labels = tuple(labels)
        if len(self.labels) < 2:
            raise DataError(f"a classification needs at least two labels, there is {list(self.labels)!r}.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"each label must be named once; the labels were {', '.join(self.labels)}.")
        if positive_label is not None and positive_label not in self.labels:
            raise DataError(
                f"task.positive_label must be one of {', '.join(self.labels)}, was {positive_label!r}."
            )
        self.positive_label = positive_label
        if positive_label is not None:
            # Of the class where nothing is looked for.
            self.primary_metric = "f1"  # type: ignore[misc]
            self.metric_names = ("f1", *Classification.metric_names)  # type: ignore[misc]
        self.pooling = pooling
        self.head = pooling_head(CLASSIFYING, pooling)  # type: ignore[misc]
        self._index = {label: index for index, label in enumerate(self.labels)}

    @property
    def num_outputs(self) -> int:
        """As many as labels."""
        return len(self.labels)

    @property
    def parameters(self) -> dict[str, Any]:
        """Labels and, where they are not the usual, the positive label and the pooling."""
        looked_for = {} if self.positive_label is None else {"positive_label": self.positive_label}
        return {"labels": list(self.labels), **looked_for, **named(self.pooling)}

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """The different labels, sorted."""
        return {"labels": labels_in(values)}

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """Positions in `labels`, int32 (N,); 0, 1, ... stand for them too, where no label is a number.

        Raises:
            DataError: a label is missing or unknown; the message says where.
        """
        index = dict(self._index)
        if not any(is_number(label) for label in self.labels):
            index.update({str(number): number for number in range(len(self.labels))})
        encoded = np.empty(len(values), np.int32)
        for row, value in enumerate(values):
            text = label_text(value)
            if text is None:
                raise DataError(f"{where(row)} has no label. Give it one, or leave the row out.")
            if text not in index:
                close = difflib.get_close_matches(text, self.labels, n=1)
                hint = f" (did you mean {close[0]!r}?)" if close else ""
                raise DataError(
                    f"{where(row)} has the label {text!r}{hint}, which must be one of "
                    f"{', '.join(self.labels)}. Correct it, or add it to task.labels."
                )
            encoded[row] = index[text]
        return encoded

    def decide(self, outputs: np.ndarray) -> np.ndarray:
        """The position of each row's highest score, int64 (N,); of equals, the first."""
        return np.asarray(outputs).argmax(axis=-1)

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[int]:
        """As `decide`, a list."""
        return [int(place) for place in self.decide(outputs)]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Accuracy, precision, recall and F1 (macro, of each label, of the positive one), Matthews, the confusion matrix."""
        figures = classification_metrics(truth.labels, self.decide(outputs), self.labels)
        if self.positive_label is None:
            return figures
        return {"f1": figures["per_class"][self.positive_label]["f1"], **figures}

    def label_json(self, label: Any) -> str:
        """The label's name."""
        return self.labels[int(label)]

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[str, float]:
        """The label's name and its probability."""
        return self.labels[answer], float(outputs[0][answer])


def labels_in(values: Sequence[Any]) -> tuple[str, ...]:
    """The different labels in a data set, sorted; numbers by their value."""
    found = {text for text in map(label_text, values) if text is not None}
    return tuple(
        sorted(found, key=lambda text: (0, float(text), text) if is_number(text) else (1, 0.0, text))
    )


def label_text(value: Any) -> str | None:
    """A label as text (1.0 as ``1``, True as ``true``) without white space around it; None if missing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).strip() or None


def is_number(text: str) -> bool:
    """Whether a label reads as a finite number."""
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
