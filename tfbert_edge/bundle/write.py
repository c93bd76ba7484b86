"""Writes a bundle: all that another platform needs to run the model, and to prove that it runs it right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from tfbert_edge import __version__
from tfbert_edge.bundle.archive import write_folder, write_zip
from tfbert_edge.bundle.hard_texts import HARD_TEXTS
from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.golden import golden_lines, golden_row
from tfbert_edge.runtime.interpreter import EdgeInterpreter
from tfbert_edge.runtime.kernels import kernels_that_run
from tfbert_edge.runtime.manifest import MANIFEST_NAME, FileRecord, Manifest
from tfbert_edge.runtime.predictor import Predictor
from tfbert_edge.runtime.readers import READERS, make_reader
from tfbert_edge.runtime.tokenizer import Tokenizer

_RUNTIME_PACKAGES = ("ai-edge-litert", "numpy", "tokenizers")


def write_bundle(
    folder: str | Path,
    *,
    model_path: str | Path,
    tokenizer: Tokenizer,
    task: str,
    labels: Sequence[str] = (),
    value_range: tuple[float, float] | None = None,
    settings: Mapping[str, Any] | None = None,
    form: str = "int8",
    sequence_length: int | None = None,
    figures: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, float] | None = None,
    model_card: str = "",
    golden_texts: Sequence[str | tuple[str, str]] = (),
    eval_examples: Iterable[Mapping[str, Any]] = (),
    versions: Mapping[str, str] | None = None,
    zip: bool = True,
    overwrite: bool = False,
) -> Path:
    """Write a bundle as ``folder`` and, beside it, ``folder.zip`` with the same files.

    Nothing is written before everything is known to fit; a bundle that stands there stays whole until then.

    Args:
        model_path: a ``.tflite`` with the inputs ids, segment_ids and mask.
        tokenizer: with the vocabulary as the model indexes it.
        task: a key of ``runtime.readers.READERS``.
        labels: in the order of the model's outputs; none for regression.
        value_range: lowest and highest value of a regression.
        settings: what else the task's reader depends on.
        form: how the model was exported.
        sequence_length: what the model is expected to take; None to take it from the model.
        figures: what was measured, JSON values by name.
        model_card: Markdown, becomes ``README.md``.
        golden_texts: texts, or pairs of them, for ``golden.jsonl``, beside the hard ones of every bundle.
        eval_examples: rows for ``eval.jsonl``: id, text, text_pair (where there is one), label.
        versions: of what made the model; those of the runtime are added.
        zip: whether to write the zip.
        overwrite: whether to replace a bundle that is there.

    Returns:
        The folder.

    Raises:
        BundleError: something is there already, model, tokenizer, labels and texts do not fit each other, or the reference
            kernels, which make ``golden.jsonl``, answer otherwise than the default ones.
    """
    folder = Path(folder)
    archive = folder.with_name(folder.name + ".zip")
    taken = [str(path) for path in (folder, archive) if path.exists()]
    if taken and not overwrite:
        raise BundleError(f"{' and '.join(taken)} is there already. Name another folder, or pass overwrite.")
    try:
        model = Path(model_path).read_bytes()
    except OSError as error:
        raise BundleError(f"the model {model_path} cannot be read: {error.strerror}.") from error
    interpreter = EdgeInterpreter(model, reference_kernels=True)
    manifest = Manifest(
        task=task,
        labels=tuple(labels),
        form=form,
        sequence_length=interpreter.sequence_length,
        inputs=interpreter.inputs,
        outputs=interpreter.outputs,
        tokenizer=replace(tokenizer.settings, max_length=interpreter.sequence_length),
        value_range=value_range,
        settings=dict(settings or {}),
        thresholds=dict(thresholds or {}),
        figures=dict(figures or {}),
        produced_by={**_runtime_versions(), **(versions or {})},
    )
    _check(manifest, sequence_length)
    golden = _golden(Predictor(interpreter, tokenizer, manifest), golden_texts)
    manifest = replace(manifest, runtimes=_runtimes(model, golden, manifest))
    contents = {
        "model.tflite": model,
        "vocab.txt": _lines(tokenizer.vocabulary, "piece of the vocabulary"),
        "golden.jsonl": golden_lines(golden),
        "README.md": model_card.encode("utf-8"),
    }
    if labels:
        contents["labels.txt"] = _lines(labels, "label")
    examples = "".join(
        json.dumps(dict(row), ensure_ascii=True, allow_nan=False) + "\n" for row in eval_examples
    )
    if examples:
        contents["eval.jsonl"] = examples.encode("ascii")
    records = {name: FileRecord.of(contents[name]) for name in sorted(contents)}
    contents[MANIFEST_NAME] = replace(manifest, files=records).to_json().encode("utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_folder(folder, contents)
    if zip:
        write_zip(archive, contents)
    else:
        archive.unlink(missing_ok=True)  # It would be of the bundle that was replaced.
    return folder


def _check(manifest: Manifest, sequence_length: int | None) -> None:
    if manifest.task not in READERS:
        raise BundleError(f"task must be one of {', '.join(READERS)}, it was {manifest.task!r}.")
    if sequence_length not in (None, manifest.sequence_length):
        raise BundleError(
            f"the model takes {manifest.sequence_length} pieces, but sequence_length is {sequence_length}."
        )
    reader = make_reader(manifest.task, manifest.labels, manifest.settings)
    for spec, place in zip(reader.outputs, reader.order(manifest.outputs), strict=True):
        needed, found = reader.width(spec), manifest.outputs[place].shape[-1]
        if needed is not None and (found != needed or needed == 0):
            raise BundleError(
                f"the model gives {found} numbers, a {manifest.task} with these labels needs {needed}."
            )


def _golden(predictor: Predictor, texts: Sequence[str | tuple[str, str]]) -> list[dict[str, Any]]:
    paired = predictor.reader.paired or any(not isinstance(text, str) for text in texts)
    hard = list(HARD_TEXTS)
    rows: list[str | tuple[str, str]] = [*texts]
    # Each with its neighbour, so that short meets long on both sides.
    rows += list(zip(hard, hard[1:] + hard[:1], strict=True)) if paired else hard
    return [golden_row(predictor, *((row,) if isinstance(row, str) else row)) for row in rows]


def _runtimes(model: bytes, golden: Sequence[Mapping[str, Any]], manifest: Manifest) -> dict[str, bool]:
    """Which kernel sets run the golden inputs right."""
    rows = [row for line in golden for row in line["rows"]]
    reader = make_reader(manifest.task, manifest.labels, manifest.settings)
    places = zip(reader.outputs, reader.order(manifest.outputs), strict=True)
    found = kernels_that_run(
        model,
        [(row["ids"], row["segment_ids"], row["mask"]) for row in rows],
        per_piece=[place for spec, place in places if spec.per_piece],
    )
    if not found["reference"]:
        raise BundleError(
            "LiteRT's reference kernels, which make golden.jsonl, answer otherwise than its default ones, so one of the two "
            "is wrong about this model. Bundle another form."
        )
    return found


def _lines(items: Sequence[str], what: str) -> bytes:
    broken = [item for item in items if "\n" in item or "\r" in item]
    if broken:
        raise BundleError(f"a {what} must stand on one line; {broken[0]!r} holds a line break.")
    return "".join(f"{item}\n" for item in items).encode("utf-8")


def _runtime_versions() -> dict[str, str]:
    return {"tfbert-edge": __version__, **{name: metadata.version(name) for name in _RUNTIME_PACKAGES}}
