"""Any number of labels out of several, for a text or a pair of texts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.multi_label_reader import MultiLabelReader
from tfbert_edge.tasks.base import Task, Where, nowhere
from tfbert_edge.tasks.classification import is_number, label_text, labels_in
from tfbert_edge.tasks.metrics import multi_label_metrics
from tfbert_edge.tasks.pooling import CLASSIFYING, named, pooling_head
from tfbert_edge.tasks.thresholds import best_thresholds
from tfbert_edge.tasks.truth import Truth


class MultiLabel(Task):
    """Outputs are one score a label: logits in training, probabilities after export, each on its own.

    A text has the labels whose probability reaches their threshold: 0.5 until `calibrated` has chosen better ones.
    """

    name: ClassVar[str] = "multi_label"
    head: ClassVar[str] = "classification"
    loss: ClassVar[str] = "sigmoid_cross_entropy"
    output_activation: ClassVar[str] = "sigmoid"
    distance: ClassVar[str] = "labels"
    primary_metric: ClassVar[str] = "f1_micro"
    metric_names: ClassVar[tuple[str, ...]] = (
        "f1_micro",
        "f1_macro",
        "precision_micro",
        "recall_micro",
        "subset_accuracy",
        "mean_average_precision",
    )

    def __init__(
        self, labels: Sequence[str], thresholds: Mapping[str, float] | None = None, pooling: str = "cls"
    ) -> None:
        """
        Args:
            labels: in the order of the outputs.
            thresholds: by label; 0.5 for those that are not named.
            pooling: what the labels are read from: cls (the state of [CLS]) or mean (over the text's pieces).

        Raises:
            DataError: no label, one of them twice, a threshold for a label that is none, or no such pooling.
        """
        self.labels = tuple(labels)
        if not self.labels:
            raise DataError("a multi_label task needs at least one label, there is none. Set task.labels.")
        if len(set(self.labels)) < len(self.labels):
            raise DataError(f"each label must be named once; the labels were {', '.join(self.labels)}.")
        self.thresholds = dict(thresholds or {})
        self.pooling = pooling
        self.head = pooling_head(CLASSIFYING, pooling)  # type: ignore[misc]
        unknown = [name for name in self.thresholds if name not in self.labels]
        if unknown:
            raise DataError(
                f"thresholds must be of the labels {', '.join(self.labels)}; {', '.join(unknown)} is none of them."
            )

    @property
    def num_outputs(self) -> int:
        """As many as labels."""
        return len(self.labels)

    @property
    def settings(self) -> dict[str, Any]:
        """The thresholds, once they are chosen."""
        return {"thresholds": self.thresholds} if self.thresholds else {}

    @property
    def parameters(self) -> dict[str, Any]:
        """Labels, thresholds and, where it is not the usual, the pooling."""
        return {**super().parameters, **named(self.pooling)}

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """The different labels, sorted."""
        return {"labels": labels_in([label for value in values for label in (value or ())])}

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """1 for each label that an example has, else 0, float32 (N, C); positions stand for labels, where none is a number.

        A value is a list of labels; an empty one says that an example has none.

        Raises:
            DataError: a value is no list, or a label is unknown or named twice; the message says where.
        """
        index = {label: place for place, label in enumerate(self.labels)}
        if not any(is_number(label) for label in self.labels):
            index.update({str(place): place for place in range(len(self.labels))})
        encoded = np.zeros((len(values), len(self.labels)), np.float32)
        for row, value in enumerate(values):
            if not isinstance(value, list | tuple):
                was = "nothing" if value is None else f"a {type(value).__name__}"
                raise DataError(
                    f"{where(row)} must have a list of labels, it has {was}. Write an empty list where it has no label."
                )
            for label in value:
                text = label_text(label)
                if text not in index:
                    close = difflib.get_close_matches(text or "", self.labels, n=1)
                    hint = f" (did you mean {close[0]!r}?)" if close else ""
                    raise DataError(
                        f"{where(row)} has the label {text!r}{hint}, which must be one of "
                        f"{', '.join(self.labels)}. Correct it, or add it to task.labels."
                    )
                if encoded[row, index[text]]:
                    raise DataError(f"{where(row)} has the label {text!r} twice. Name it once.")
                encoded[row, index[text]] = 1.0
        return encoded

    def calibrated(self, outputs: np.ndarray, truth: Truth) -> MultiLabel:
        """The same task with the threshold of each label that gives the highest F1, see `thresholds.best_thresholds`."""
        chosen = best_thresholds(truth.labels, outputs)
        return MultiLabel(self.labels, dict(zip(self.labels, chosen.tolist(), strict=True)), self.pooling)

    def decide(self, outputs: np.ndarray) -> np.ndarray:
        """Which labels each row has, bool (N, C)."""
        return cast(MultiLabelReader, self.reader).decide(outputs)

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[tuple[int, ...]]:
        """The positions of the labels of each example."""
        return [tuple(np.flatnonzero(row).tolist()) for row in self.decide(outputs)]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Micro and macro F1, the share of examples with all labels right, mean average precision, and scores of each label."""
        figures = multi_label_metrics(truth.labels, self.decide(outputs), outputs, self.labels)
        for label, threshold in self.thresholds.items():
            figures["per_class"][label]["threshold"] = threshold
        return figures

    def label_json(self, label: Any) -> list[str]:
        """The names of the labels."""
        return [name for name, has in zip(self.labels, label, strict=True) if has]

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[str, None]:
        """The labels' names."""
        return ", ".join(self.labels[place] for place in answer) or "no label", None
