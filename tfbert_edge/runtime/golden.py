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
    """Return one line: text, text_pair (where there is one), rows (ids, segment_ids, mask, outputs of each), answer."""
    trace = predictor.trace(text, pair)
    return {
        "text": text,
        **({} if pair is None else {"text_pair": pair}),
        "rows": [
            {
                "ids": row.ids[0].tolist(),
                "segment_ids": row.segment_ids[0].tolist(),
                "mask": row.mask[0].tolist(),
                "outputs": [output[0].tolist() for output in row.raw],
            }
            for row in trace.rows
        ],
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
        want = _current(json.loads(line))
        # Through JSON, as the file went, so that equal means equal after reading.
        have = json.loads(json.dumps(golden_row(predictor, want["text"], want.get("text_pair"))))
        wanted, found = _fields(want), _fields(have)
        differences += [
            GoldenDifference(number, want["text"], name, wanted.get(name), found.get(name))
            for name in {**wanted, **found}
            if found.get(name) != wanted.get(name)
        ]
        for name in wanted.keys() & found.keys():
            if name.endswith(".outputs"):
                for one, other in zip(wanted[name], found[name], strict=True):
                    steps = max(steps, float(np.max(np.abs(np.subtract(one, other, dtype=np.float64)))))
    return GoldenReport(len(lines), tuple(differences), steps)


def _current(line: dict[str, Any]) -> dict[str, Any]:
    """A line as it is written now; bundles of schema 1 and 2 hold their only row's values beside the text."""
    if "rows" in line:
        return line
    of_row = ("ids", "segment_ids", "mask", "outputs")
    rest = {name: value for name, value in line.items() if name not in of_row}
    return {**rest, "rows": [{name: line[name] for name in of_row}]}


def _fields(line: dict[str, Any]) -> dict[str, Any]:
    """A line's values by name; those of row i by ``rows.i.name``."""
    flat = {name: value for name, value in line.items() if name != "rows"}
    for place, row in enumerate(line["rows"]):
        flat |= {f"rows.{place}.{name}": value for name, value in row.items()}
    return flat
