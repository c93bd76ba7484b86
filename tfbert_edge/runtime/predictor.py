"""Text in, answer out, from a bundle alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

import numpy as np

from tfbert_edge.errors import BundleError, CheckpointError, DataError
from tfbert_edge.runtime.bundle_files import BundleFiles, read_bundle
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.manifest import Manifest
from tfbert_edge.runtime.readers import make_reader
from tfbert_edge.runtime.tokenizer import Tokenizer

Texts = list[str] | tuple[str, ...]


@dataclass(frozen=True)
class TracedRow:
    """One run of the network: int32 (1, n) inputs, and raw outputs in the order of the file."""

    ids: np.ndarray
    segment_ids: np.ndarray
    mask: np.ndarray
    raw: list[np.ndarray]


@dataclass(frozen=True)
class Trace:
    """Every step of one prediction: a row, or several of a long text, and the answer."""

    rows: tuple[TracedRow, ...]
    result: Any


class Predictor:
    """Answers texts with the model of a bundle, one after the other. Not for use by two threads at once.

    >>> predictor = Predictor.from_bundle("runs/quickstart/bundle")  # doctest: +SKIP
    >>> predictor("a gripping film").label  # doctest: +SKIP
    'positive'
    """

    def __init__(self, interpreter: EdgeInterpreter, tokenizer: Tokenizer, manifest: Manifest) -> None:
        self.interpreter = interpreter
        self.tokenizer = tokenizer
        self.manifest = manifest
        if interpreter.inputs != manifest.inputs or interpreter.outputs != manifest.outputs:
            raise BundleError(
                f"the tensors of the model are not those of the manifest: {interpreter.inputs} and "
                f"{interpreter.outputs}, not {manifest.inputs} and {manifest.outputs}."
            )
        self.reader = make_reader(manifest.task, manifest.labels, manifest.settings)
        self._order = self.reader.order(interpreter.outputs)

    @classmethod
    def from_bundle(
        cls, bundle: str | Path | BundleFiles, *, threads: int = 1, reference_kernels: bool = False
    ) -> Predictor:
        """Verify a bundle, a folder or a zip, and load it.

        Args:
            threads: for the kernels that can share work.
            reference_kernels: the slow kernels that ``golden.jsonl`` was made with.

        Raises:
            BundleError: not a bundle, altered, of a newer schema, or its parts do not fit each other.
        """
        files = bundle if isinstance(bundle, BundleFiles) else read_bundle(bundle)
        manifest = files.manifest
        if manifest.labels and files.lines("labels.txt") != list(manifest.labels):
            raise BundleError("labels.txt and the labels in manifest.json differ. Get the bundle again.")
        try:
            tokenizer = Tokenizer.from_vocabulary(files.lines("vocab.txt"), manifest.tokenizer)
        except CheckpointError as error:
            raise BundleError(f"the bundle's tokenizer cannot be made: {error}") from error
        model = files.contents["model.tflite"]
        interpreter = EdgeInterpreter(model, threads=threads, reference_kernels=reference_kernels)
        return cls(interpreter, tokenizer, manifest)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the order of the model's outputs; empty for regression."""
        return self.manifest.labels

    @overload
    def __call__(self, text: str, pair: str | None = None, *, top_k: int | None = None) -> Any: ...

    @overload
    def __call__(self, text: Texts, pair: Texts | None = None, *, top_k: int | None = None) -> list[Any]: ...

    def __call__(
        self, text: str | Texts, pair: str | Texts | None = None, *, top_k: int | None = None
    ) -> Any:
        """Answer one text, or each of a list.

        Args:
            text: a text, or a list of them. What is longer than the model's sequence is cut, or read in windows,
                as the task has it.
            pair: the second text, or a list of them, where the task has two.
            top_k: how many labels a classification lists; None for all.

        Raises:
            DataError: not a string, not as many pairs as texts, or not what the task takes.
        """
        if isinstance(text, str):
            if pair is not None and not isinstance(pair, str):
                raise DataError("for one text, pair must be one string too.")
            return self.trace(text, pair, top_k=top_k).result
        if isinstance(pair, str) or (pair is not None and len(pair) != len(text)):
            raise DataError(f"for {len(text)} texts, pair must be a list of {len(text)} strings.")
        pairs = [None] * len(text) if pair is None else list(pair)
        return [self.trace(one, other, top_k=top_k).result for one, other in zip(text, pairs, strict=True)]

    def trace(self, text: str, pair: str | None = None, *, top_k: int | None = None) -> Trace:
        """Answer one text and return every step on the way.

        Raises:
            DataError: the task wants a second text, or none; or there is nothing to read in them.
        """
        self._check_pair(pair)
        encodings = self.reader.rows(text, pair, self.tokenizer, max_length=self.interpreter.sequence_length)
        rows, outputs = [], []
        for encoding in encodings:
            inputs = self.interpreter.pad(encoding, pad_id=self.tokenizer.pad_id)
            raw = self.interpreter.run(*inputs)
            rows.append(TracedRow(*inputs, raw))
            values = self.interpreter.dequantize(raw)
            outputs.append(self.reader.join([values[place][0] for place in self._order]))
        return Trace(tuple(rows), self.reader.answer(text, pair, encodings, outputs, top_k=top_k))

    def _check_pair(self, pair: str | None) -> None:
        if self.reader.paired is not None and self.reader.paired != (pair is not None):
            wanted, was = ("two texts", "one") if self.reader.paired else ("one text", "two")
            raise DataError(f"a {self.manifest.task} bundle takes {wanted} an answer, there were {was}.")
