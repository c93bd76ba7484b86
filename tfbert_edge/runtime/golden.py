"""golden.jsonl: inputs, ids, raw outputs of the reference kernels and answers, to compare a platform with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.runtime.bundle_files import BundleFiles, read_bundle
from tfbert_edge.runtime.decode import as_json
from tfbert_edge.runtime.predictor import Predictor


@dataclass(frozen=True)
class GoldenDifference:
    """A field of a golden row that came out otherwise; ``row`` counts from 0."""

    row: int
    text: str
    field: str
    expected: Any
    measured: Any


@dataclass(frozen=True)
class GoldenReport:
    """What a comparison with ``golden.jsonl`` gave.

    Attributes:
        max_output_steps: largest difference of a raw output; of an integer one, in quantization steps.
    """

    rows: int
    differences: tuple[GoldenDifference, ...]
    max_output_steps: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every field of every row is the same, to the last bit."""
        return not self.differences


def golden_row(predictor: Predictor, text: str, pair: str | None = None) -> dict[str, Any]:
    """Return one row: text, text_pair (where there is one), ids, segment_ids, mask, outputs, answer."""
    trace = predictor.trace(text, pair)
    return {
        "text": text,
        **({} if pair is None else {"text_pair": pair}),
        "ids": trace.ids[0].tolist(),
        "segment_ids": trace.segment_ids[0].tolist(),
        "mask": trace.mask[0].tolist(),
        "outputs": [output[0].tolist() for output in trace.raw],
        "answer": as_json(trace.result),
    }


def golden_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """Write rows as JSON, one a line, in ASCII, so that no reader breaks a line at another separator."""
    return "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows).encode("ascii")


def check_golden(bundle: str | Path | BundleFiles, *, reference_kernels: bool = True) -> GoldenReport:
    """Run every text of ``golden.jsonl`` again and compare all of it, bit by bit.

    Args:
        reference_kernels: the kernels that the file was made with; False shows how far the fast ones are off.

    Raises:
        BundleError: the bundle cannot be read or loaded.
    """
    files = bundle if isinstance(bundle, BundleFiles) else read_bundle(bundle)
    predictor = Predictor.from_bundle(files, reference_kernels=reference_kernels)
    differences = []
    steps = 0.0
    lines = files.lines("golden.jsonl")
    for number, line in enumerate(lines):
        want = json.loads(line)
        # Through JSON, as the file went, so that equal means equal after reading.
        have = json.loads(json.dumps(golden_row(predictor, want["text"], want.get("text_pair"))))
        differences += [
            GoldenDifference(number, want["text"], name, want.get(name), have[name])
            for name in have
            if have[name] != want.get(name)
        ]
        for one, other in zip(want["outputs"], have["outputs"], strict=True):
            steps = max(steps, float(np.max(np.abs(np.subtract(one, other, dtype=np.float64)))))
    return GoldenReport(len(lines), tuple(differences), steps)
