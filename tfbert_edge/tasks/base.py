"""What every task answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.runtime.readers import make_reader
from tfbert_edge.runtime.reading import Reader, Rows
from tfbert_edge.tasks.activations import ACTIVATIONS
from tfbert_edge.tasks.truth import Truth

IGNORED = -1
"""A label that no loss counts: of padding, and of pieces that nothing is said of."""

NumOutputs = int | tuple[int, ...]

Where = Callable[[int], str]
"""Says where value i was written, as ``train.csv, row 7``."""


def nowhere(index: int) -> str:
    """Name a value by its number alone, counted from 1."""
    return f"example {index + 1}"


class Task(ABC):
    """Labels, head, loss, metrics and decoding of one kind of answer.

    ``outputs`` are always joined as :class:`tfbert_edge.runtime.reading.Reader` says: float (R, K), or (R, n, K) where the
    network says something of each piece. R is the number of rows, which is the number of examples N unless long texts are
    read in windows.
    """

    name: ClassVar[str]
    head: ClassVar[str]
    """The network's head, as models.heads calls it."""
    loss: ClassVar[str]
    """A key of training.losses.LOSSES."""
    output_activation: ClassVar[str]
    """What export appends to the logits: softmax, sigmoid or linear."""
    distance: ClassVar[str]
    """How far apart two networks' logits are, for distillation: a key of compress.output_distance.DISTANCES."""
    primary_metric: ClassVar[str]
    """The metric by which the best checkpoint, the gates and the forms are compared."""
    metric_names: ClassVar[tuple[str, ...]]
    """The metrics that are one number."""
    lower_is_better: ClassVar[frozenset[str]] = frozenset()
    """Those of them that fall as the model gets better."""
    labels_per_piece: ClassVar[bool] = False
    """Whether `row_labels` has a number for each piece."""

    rows_together: ClassVar[int] = 1
    """How many rows of one example the loss must see in one batch."""

    labels: tuple[str, ...] = ()
    """In the order of the outputs; none where outputs have no names."""

    @property
    @abstractmethod
    def num_outputs(self) -> NumOutputs:
        """The number of logits; of each tensor, where the head gives several."""

    @property
    def settings(self) -> dict[str, Any]:
        """What the reader depends on beside the labels, in JSON values; a manifest holds it."""
        return {}

    @property
    def parameters(self) -> dict[str, Any]:
        """What `tasks.task_from` makes this task of, in JSON values."""
        return {"labels": list(self.labels), **self.settings} if self.labels else dict(self.settings)

    @cached_property
    def reader(self) -> Reader:
        """How texts become rows, and outputs answers, here and on a device."""
        return make_reader(self.name, self.labels, self.settings)

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """Of the settings that make this task, those that the training values tell, where the recipe leaves them open."""
        return {}

    @abstractmethod
    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """What is true of each example: (N,) or (N, ...), of numbers or objects.

        Raises:
            DataError: a label is missing or unknown; the message says where.
        """

    def row_labels(self, label: Any, rows: Rows) -> Sequence[Any]:
        """Labels as the loss takes them, for each row of one example.

        Each is a number or an array of fixed shape; or one of a row's length, which is filled up with `IGNORED`.
        """
        return [label] * len(rows)

    def label_json(self, label: Any) -> Any:
        """One entry of `encode_labels` in JSON values, which `encode_labels` reads again."""
        return label.item() if isinstance(label, np.generic) else label

    def activated(self, logits: np.ndarray) -> np.ndarray:
        """What the exported network gives for these logits; every method here that takes ``outputs`` wants these."""
        return ACTIVATIONS[self.output_activation](logits)

    def calibrated(self, outputs: np.ndarray, truth: Truth) -> Task:
        """This task with what its decisions depend on chosen by the float network's outputs; by default there is nothing."""
        return self

    @abstractmethod
    def answers(self, outputs: np.ndarray, truth: Truth) -> list[Any]:
        """The decision for each example, in values that can be compared: N of them."""

    @abstractmethod
    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Figures of outputs against the truth, in plain JSON values."""

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, truth: Truth) -> float:
        """The share of examples on which two outputs come to one decision."""
        pairs = zip(self.answers(outputs, truth), self.answers(reference, truth), strict=True)
        return float(np.mean([self.same(one, other) for one, other in pairs]))

    def compared(self, outputs: np.ndarray, truth: Truth) -> np.ndarray:
        """Of the outputs, the numbers that answers are made of: all of them, unless some mean nothing."""
        return outputs

    def same(self, answer: Any, other: Any) -> bool:
        """Whether two of `answers` are one decision."""
        return bool(answer == other)

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[Any, float | None]:
        """One of `answers` in JSON values for a person, and its score, if it has one, from its example's rows of outputs."""
        return answer, None

    def shown_label(self, label: Any, text: str) -> Any:
        """One entry of `encode_labels`, of ``text``, in JSON values for a person, to stand beside what `shown` gives."""
        return self.label_json(label)

    def is_better(self, metric: str, figure: float, best: float) -> bool:
        """Whether ``figure`` is better than ``best`` by this metric."""
        return figure < best if metric in self.lower_is_better else figure > best


class ReadTask(Task):
    """A task whose answers are those of its reader: made of texts, rows and outputs together."""

    head: ClassVar[str] = "tokens"
    output_activation: ClassVar[str] = "linear"

    def results(self, outputs: np.ndarray, truth: Truth) -> list[Any]:
        """The reader's answer to each example, as a device gives it."""
        if truth.texts is None or truth.rows is None:
            raise ValueError(f"a {self.name} task answers from texts and rows, the truth has none")
        starts = truth.starts
        return [
            self.reader.answer(text, truth.pair(at), rows, list(outputs[starts[at] : starts[at + 1]]))
            for at, (text, rows) in enumerate(zip(truth.texts, truth.rows, strict=True))
        ]
