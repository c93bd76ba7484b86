"""Pack one form for a device; needs no TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tfbert_edge.atomic import sha256
from tfbert_edge.bundle import write_bundle
from tfbert_edge.errors import RunError
from tfbert_edge.report import model_card
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run
from tfbert_edge.tasks.regression import Regression
from tfbert_edge.validate import EvaluationSet, read_outputs

GOLDEN_EXAMPLES = 32

# What of a form's figures goes into the manifest.
FIGURES = ("metrics", "parity", "latency", "peak_memory_mib", "size_bytes")


def bundle_stage(run: Run) -> dict[str, Any]:
    """Write ``bundle/`` and, where the recipe asks for it, ``bundle.zip``."""
    settings, task = run.recipe.bundle, run.task
    evaluation = EvaluationSet.read(run.export_folder, task)
    measured = run.record.stages["validate"]["forms"][settings.form]
    folder = run.folder / "bundle"
    chosen = spread(evaluation.examples, settings.eval_examples)
    on_bundled = _on_bundled_examples(run, evaluation, settings.form, chosen)
    write_bundle(
        folder,
        model_path=run.export_folder / f"{settings.form}.tflite",
        tokenizer=Tokenizer.from_folder(run.export_folder),
        task=task.name,
        labels=task.labels,
        value_range=task.range if isinstance(task, Regression) else None,
        settings=task.settings,
        form=settings.form,
        sequence_length=run.recipe.sequence_length,
        figures={name: measured[name] for name in FIGURES if name in measured} | on_bundled,
        model_card=model_card(run.record.content, form=settings.form),
        # Of all lengths, the shortest and the longest among them.
        golden_texts=_golden_texts(evaluation),
        eval_examples=_eval_examples(run, chosen),
        versions=run.record.content["versions"],
        zip=settings.zip,
        overwrite=True,
    )
    packed = folder.with_name("bundle.zip")
    figures: dict[str, Any] = {"path": "bundle", "form": settings.form, **on_bundled}
    if settings.zip:
        figures.update(zip="bundle.zip", sha256=sha256(packed), size_bytes=packed.stat().st_size)
    return figures


def spread(available: int, count: int) -> list[int]:
    """At most ``count`` positions below ``available``, evenly spread: where examples are sorted by label, of every label."""
    count = min(count, available)
    return [index * available // count for index in range(count)]


def _on_bundled_examples(run: Run, evaluation: EvaluationSet, form: str, chosen: list[int]) -> dict[str, Any]:
    """``evaluation``: what this machine makes of the examples that go along, for a device to be held against.

    The form's other figures are of the whole evaluation set, so a device that has fewer examples cannot meet them.
    """
    if not chosen:
        return {}
    saved = read_outputs(run.folder / "validate", form)
    if saved is None:
        raise RunError(
            f"the outputs of form '{form}' are not in {run.folder / 'validate'}. Run the validate stage again."
        )
    starts = evaluation.truth.starts
    rows = [row for at in chosen for row in range(starts[at], starts[at + 1])]
    truth = evaluation.truth.select(chosen)
    metrics = run.task.metrics(saved["outputs"][rows], truth)
    return {
        "evaluation": {
            "examples": len(truth),
            "primary_metric": run.task.primary_metric,
            "metrics": {name: value for name, value in metrics.items() if isinstance(value, float)},
        }
    }


def _golden_texts(evaluation: EvaluationSet) -> list[str | tuple[str, str]]:
    # Of long texts fewer: the reference kernels take seconds for each of their windows.
    count = max(1, round(GOLDEN_EXAMPLES * evaluation.examples / len(evaluation)))
    chosen = (evaluation.example_of(int(row)) for row in evaluation.representative(count))
    return [_text(evaluation, at) for at in dict.fromkeys(chosen)]


def _text(evaluation: EvaluationSet, index: int) -> str | tuple[str, str]:
    if evaluation.pairs is None:
        return evaluation.texts[index]
    return evaluation.texts[index], evaluation.pairs[index]


def _eval_examples(run: Run, chosen: list[int]) -> Iterator[dict[str, Any]]:
    """The chosen examples of the evaluation set, as the export stage wrote them."""
    wanted = set(chosen)
    with (run.export_folder / "evaluation.jsonl").open(encoding="utf-8") as file:
        for position, line in enumerate(file):
            if position in wanted:
                yield json.loads(line)
