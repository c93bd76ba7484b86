"""Convert the trained network into every form of the recipe, with what the stages after it need from Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import new_folder, sha256, write_bytes, write_json
from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features
from tfbert_edge.models.rounding import round_kernels
from tfbert_edge.native_output import hidden_native_output
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.exporter import import_export
from tfbert_edge.stages.int8 import make_int8
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL, float_model_folder, int4_layers, quantized_folder
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.precision import precision
from tfbert_edge.validate import EvaluationSet

ACTIVATIONS = {
    "linear": lambda logits: logits,
    "softmax": lambda logits: _softmax(logits),
}


def export_stage(run: Run) -> dict[str, Any]:
    """Write ``export/``: a ``.tflite`` a form, vocabulary, labels, the evaluation set with Keras's answers, audits.

    Raises:
        ConversionError: a form cannot be had.
        AuditError: the int8 or the int4 form is not integer-only.
    """
    recipe, say = run.recipe, run.console.say
    # float32 whatever the training computed in: the forms are compared with the network itself.
    with precision("float32"):
        network = saved_network(run, float_model_folder(run))
    length = recipe.sequence_length
    train, validation = (
        run.features(examples, network.tokenizer, max_length=length)
        for examples in (run.data.train, run.data.validation)
    )
    calibration = calibration_examples(train, recipe.data.calibration_examples, seed=recipe.seed)
    with new_folder(run.export_folder) as folder:
        _write_tokenizer(run, network.tokenizer, folder)
        say(f"  Keras's answers to {len(validation):,} examples")
        _evaluation_set(run, network, validation).write(folder, label_names=network.task.labels)
        figures: dict[str, Any] = {
            "sequence_length": length,
            "vocabulary": run.record.content["data"]["vocabulary"],
            "calibration": {"examples": len(calibration)},
            "forms": {},
        }
        audits = {}
        with run.console.progress("export", len(recipe.export.forms)) as bar:
            for number, form in enumerate(recipe.export.forms):
                bar.update(number, note=form)
                content = _convert(run, network, form, train=train, calibration=calibration, figures=figures)
                audits[form] = _write_form(run, folder, form, content, figures)
                say(f"  {form}: {len(content) / 2**20:.1f} MiB")
                bar.update(number + 1, note=form)
        write_json(folder / "calibration.json", figures["calibration"])
        write_json(folder / "audit.json", audits)
    return figures


def _write_tokenizer(run: Run, tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.with_max_length(run.recipe.sequence_length).save(folder)
    if run.data.task.labels:
        write_bytes(folder / "labels.txt", _labels(run))


def _labels(run: Run) -> bytes:
    return "".join(f"{label}\n" for label in run.data.task.labels).encode()


def _evaluation_set(run: Run, network: Network, features: Features) -> EvaluationSet:
    logits = predict(network.model, features, batch_size=run.recipe.data.batch_size)
    examples = run.data.validation
    return EvaluationSet(
        **features.padded(run.recipe.sequence_length),
        labels=np.asarray(examples.labels),
        keras_outputs=ACTIVATIONS[network.task.output_activation](logits),
        ids=examples.ids,
        texts=examples.texts,
        pairs=examples.pairs,
    )


def _convert(
    run: Run, network: Network, form: str, *, train: Features, calibration: Features, figures: dict[str, Any]
) -> bytes:
    length, model, examples = run.recipe.sequence_length, network.model, None
    int4: list[str] = []
    if form in ("int8", "int4"):
        if (folder := quantized_folder(run)) is not None:
            with precision("float32"):
                network = saved_network(run, folder / MODEL)
            int4 = int4_layers(run)
            round_kernels(network.model, int4)
        model, chosen = make_int8(run, network, calibration=calibration, train=train)
        figures["calibration"].update(chosen)
    elif form == "int16x8":
        # As the device sees them: one at a time, padded to the model's length.
        padded = calibration.padded(length)
        examples = [
            {name: array[at : at + 1] for name, array in padded.items()} for at in range(len(calibration))
        ]
    converting = import_export("export.convert")
    with hidden_native_output():
        content = converting.convert(
            model,
            form,
            sequence_length=length,
            output_activation=network.task.output_activation,
            calibration=examples,
            int4_layers=int4,
        )
    return import_export("export.metadata").add_metadata(
        content,
        vocabulary_file="".join(f"{piece}\n" for piece in network.tokenizer.vocabulary).encode(),
        labels_file=_labels(run) if network.task.labels else None,
        name=run.recipe.name,
        description=f"{network.task.name}, {form}, {length} word pieces",
    )


def _write_form(run: Run, folder: Path, form: str, content: bytes, figures: dict[str, Any]) -> dict[str, Any]:
    auditing = import_export("export.audit")
    report = auditing.check(content) if form in ("int8", "int4") else auditing.audit(content)
    path = folder / f"{form}.tflite"
    write_bytes(path, content)
    described = report.as_dict()
    figures["forms"][form] = {
        "path": f"export/{form}.tflite",
        "size_bytes": len(content),
        "sha256": sha256(path),
        "audit": {
            "passed": report.passed,
            "violations": len(report.violations),
            "warnings": len(report.warnings),
        },
        "operators": described["operator_counts"],
        "tensors": described["dtype_counts"],
    }
    return described


def _softmax(logits: np.ndarray) -> np.ndarray:
    """exp(x - max) / sum, over the last axis, float32."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
