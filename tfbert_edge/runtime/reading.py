"""How a task reads texts as rows of word pieces, and the network's outputs for these rows as an answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer

if TYPE_CHECKING:  # A reader reads without an interpreter.
    from tfbert_edge.runtime.interpreter import TensorInfo

Rows = Sequence[Encoding]
"""The rows of one example: one, or the windows of a text that is longer than the network."""


@dataclass(frozen=True)
class OutputSpec:
    """A tensor that the exported network gives: its name, and whether it holds numbers for each word piece."""

    name: str
    per_piece: bool = False


class Reader(ABC):
    """One task's way from text to rows and from outputs to answers; the same in training, in a bundle and on a device.

    ``outputs`` are the network's tensors in order. Those of a whole text are (1, k), those of each piece (1, n, k), or (1, n)
    where k is 1. Joined they are what training knows: (K,), or (n, K) where any of them is of pieces; see `join`.
    """

    outputs: ClassVar[tuple[OutputSpec, ...]] = (OutputSpec("scores"),)
    cuts: ClassVar[bool] = True
    """Whether a text that is too long is cut, and so always one row; else it becomes windows."""
    paired: ClassVar[bool | None] = None
    """Whether an example is two texts; None where it may be either."""

    def __init__(self, labels: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
        """
        Args:
            labels: in the order of the outputs; none where the task has none.
            settings: what else the task's decoding depends on, as a manifest holds it.
        """
        self.labels = tuple(labels)
        self.settings = dict(settings or {})

    @property
    def segment_types(self) -> int:
        """How many types of segments its rows may have: the network must embed as many."""
        return 2

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        """Read one example as rows of at most ``max_length`` pieces.

        Raises:
            DataError: there is nothing to read, or no room for it; the message says what is wrong with the text.
        """
        return [tokenizer.encode(text, pair, max_length=max_length)]

    def width(self, spec: OutputSpec) -> int | None:
        """How many numbers the last axis of an output must have; None where any number will do."""
        return len(self.labels)

    @abstractmethod
    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> Any:
        """The answer of one example.

        Args:
            rows: what `rows` gave for it.
            outputs: for each row, the joined outputs: float32 (K,) or (n, K), n being at least the row's pieces.
            top_k: how many alternatives to list, where the answer has any.
        """

    def join(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        """Join one row's tensors (without the batch axis, in the order of `outputs`): float32 (K,) or (n, K).

        A tensor of the whole text stands at piece 0, [CLS], with zeros at the others.
        """
        if not any(spec.per_piece for spec in self.outputs):
            return np.concatenate([np.asarray(array).reshape(-1) for array in arrays])
        pieces = next(len(array) for spec, array in zip(self.outputs, arrays, strict=True) if spec.per_piece)
        columns = []
        for spec, array in zip(self.outputs, arrays, strict=True):
            if spec.per_piece:
                columns.append(np.asarray(array).reshape(pieces, -1))
            else:
                whole = np.zeros((pieces, np.size(array)), np.float32)
                whole[0] = np.asarray(array).reshape(-1)
                columns.append(whole)
        return np.concatenate(columns, axis=1)

    def order(self, tensors: Sequence[TensorInfo]) -> list[int]:
        """The place in ``tensors`` of each of `outputs`.

        Raises:
            BundleError: a tensor is missing.
        """
        names = [tensor.name for tensor in tensors]
        wanted = [spec.name for spec in self.outputs]
        if len(names) == len(wanted) == 1:
            return [0]
        if sorted(names) != sorted(wanted):
            raise BundleError(
                f"the model must have the outputs {', '.join(wanted)}; it has: {', '.join(names)}."
            )
        return [names.index(name) for name in wanted]
