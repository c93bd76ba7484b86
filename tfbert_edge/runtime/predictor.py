"""Text in, answer out, from a bundle alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np

from tfbert_edge.errors import BundleError, CheckpointError, DataError
from tfbert_edge.runtime.bundle_files import BundleFiles, read_bundle
from tfbert_edge.runtime.decode import Result, decode
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.manifest import Manifest
from tfbert_edge.runtime.tokenizer import Tokenizer

Texts = list[str] | tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """Every step of one prediction: int32 (1, n) inputs, raw outputs, and the answer."""

    ids: np.ndarray
    segment_ids: np.ndarray
    mask: np.ndarray
    raw: list[np.ndarray]
    result: Result


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
    def __call__(self, text: str, pair: str | None = None, *, top_k: int | None = None) -> Result: ...

    @overload
    def __call__(
        self, text: Texts, pair: Texts | None = None, *, top_k: int | None = None
    ) -> list[Result]: ...

    def __call__(
        self, text: str | Texts, pair: str | Texts | None = None, *, top_k: int | None = None
    ) -> Result | list[Result]:
        """Answer one text, or each of a list.

        Args:
            text: a text, or a list of them. What is longer than the model's sequence is cut.
            pair: the second text, or a list of them, where the task has two.
            top_k: how many labels a classification lists; None for all.

        Raises:
            DataError: not a string, or not as many pairs as texts.
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
        """Answer one text and return every step on the way."""
        encoding = self.tokenizer.encode(text, pair, max_length=self.interpreter.sequence_length)
        ids, segment_ids, mask = self.interpreter.pad(encoding, pad_id=self.tokenizer.pad_id)
        raw = self.interpreter.run(ids, segment_ids, mask)
        outputs = self.interpreter.dequantize(raw)[0]
        return Trace(ids, segment_ids, mask, raw, decode(self.manifest.task, outputs, self.labels, top_k))
