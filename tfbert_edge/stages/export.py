"""Convert the trained network into every form of the recipe, with what the stages after it need from Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge.atomic import new_folder, write_arrays, write_bytes, write_json
from tfbert_edge.data.calibration import calibration_examples
from tfbert_edge.data.features import Features
from tfbert_edge.data.lengths import cut_figures, example_lengths
from tfbert_edge.models.quantization import Ranges, assign_ranges, fake_quantize
from tfbert_edge.models.rounding import round_kernels
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.export_steps import export_steps
from tfbert_edge.stages.exporter import import_export
from tfbert_edge.stages.int8 import make_int8
from tfbert_edge.stages.network import Network, saved_network
from tfbert_edge.stages.prune import network_cost
from tfbert_edge.stages.run import Run
from tfbert_edge.stages.steps import MODEL, float_model_folder, float_networks, int4_layers, quantized_folder
from tfbert_edge.stages.tflite import file_figures, labels_file, make_file
from tfbert_edge.tasks.base import Task
from tfbert_edge.training.evaluation import predict
from tfbert_edge.training.precision import precision
from tfbert_edge.validate import EvaluationSet
from tfbert_edge.validate.forms import FAKE_QUANTIZED


def export_stage(run: Run) -> dict[str, Any]:
    """Write ``export/``: a ``.tflite`` a form, vocabulary, labels, the evaluation set with Keras's answers, audits; and the
    networks before and after each compression step in one form, where the recipe wants them.

    Raises:
        ConversionError: a form cannot be had.
        AuditError: the int8 or the int4 form is not integer-only.
    """
    recipe, say = run.recipe, run.console.say
    # float32 whatever the training computed in: the forms are compared with the network itself.
    with precision("float32"):
        network = saved_network(run, float_model_folder(run))
    length = recipe.sequence_length
    train, evaluation = (
        run.features(examples, network.tokenizer, max_length=length)
        for examples in (run.data.train, run.measured_examples)
    )
    calibration = calibration_examples(train, recipe.data.calibration_examples, seed=recipe.seed)
    with new_folder(run.export_folder) as folder:
        _write_tokenizer(run, network.tokenizer, folder)
        say(f"  Keras's answers to {len(evaluation):,} examples")
        measured = _evaluation_set(run, network, evaluation)
        measured.write(folder, network.task)
        run.know_task(_calibrated(run, network, measured))
        figures: dict[str, Any] = {
            "sequence_length": length,
            "vocabulary": run.record.content["data"]["vocabulary"],
            "network": network_cost(run, network),
            "calibration": {"examples": len(calibration)},
            "forms": {},
        }
        if network.task.reader.cuts:
            lengths = example_lengths(run.measured_examples, network.tokenizer, network.task)
            figures["cut"] = cut_figures(lengths, length)
        audits = {}
        forms = recipe.export.forms
        files = len(forms) + (len(float_networks(run)) if recipe.steps_form else 0)
        with run.console.progress("export", files) as bar:
            for number, form in enumerate(forms):
                bar.update(number, note=form)
                content = _convert(
                    run,
                    network,
                    form,
                    train=train,
                    calibration=calibration,
                    evaluation=evaluation,
                    folder=folder,
                    figures=figures,
                )
                audits[form] = _write_form(run, folder, form, content, figures)
                say(f"  {form}: {len(content) / 2**20:.1f} MiB")
            figures["steps"] = export_steps(
                run,
                folder,
                figures["forms"],
                calibration=calibration,
                on_step=lambda place, name: bar.update(len(forms) + place, note=name),
            )
            bar.update(files)
        write_json(folder / "calibration.json", figures["calibration"])
        write_json(folder / "audit.json", audits)
    return figures


def _write_tokenizer(run: Run, tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.with_max_length(run.recipe.sequence_length).save(folder)
    if run.data.task.labels:
        write_bytes(folder / "labels.txt", labels_file(run))


def _evaluation_set(run: Run, network: Network, features: Features) -> EvaluationSet:
    logits = _predicted(run, network.model, features)
    examples = run.measured_examples
    return EvaluationSet(
        **features.padded(run.recipe.sequence_length),
        truth=features.known_truth,
        keras_outputs=network.task.activated(logits),
        ids=examples.ids,
        texts=examples.texts,
        pairs=examples.pairs,
    )


def _calibrated(run: Run, network: Network, measured: EvaluationSet) -> Task:
    """The task with what is chosen by Keras's answers to the validation examples, which are never the test's."""
    if run.data.test is None and run.measured_examples is run.data.validation:
        return network.task.calibrated(measured.keras_outputs, measured.truth)
    length = run.recipe.sequence_length
    validation = run.features(run.data.validation, network.tokenizer, max_length=length)
    outputs = network.task.activated(_predicted(run, network.model, validation))
    return network.task.calibrated(outputs, validation.known_truth)


def _predicted(run: Run, model: Any, features: Features) -> np.ndarray:
    recipe = run.recipe
    return predict(model, features, batch_size=recipe.data.batch_size, length=recipe.sequence_length)


def _convert(
    run: Run,
    network: Network,
    form: str,
    *,
    train: Features,
    calibration: Features,
    evaluation: Features,
    folder: Path,
    figures: dict[str, Any],
) -> bytes:
    length, model, examples = run.recipe.sequence_length, network.model, None
    int4: list[str] = []
    if form in ("int8", "int4"):
        if (trained := quantized_folder(run)) is not None:
            with precision("float32"):
                network = saved_network(run, trained / MODEL)
            int4 = int4_layers(run)
            round_kernels(network.model, int4)
        model, chosen = make_int8(run, network, calibration=calibration, train=train)
        figures["calibration"].update(chosen)
        _fake_quantized(run, network, chosen["ranges"], int4, evaluation, folder)
    elif form == "int16x8":
        # As the device sees them: one at a time, padded to the model's length.
        padded = calibration.padded(length)
        examples = [
            {name: array[at : at + 1] for name, array in padded.items()} for at in range(len(calibration))
        ]
    return make_file(run, network, form, model=model, calibration=examples, int4_layers=int4)


def _fake_quantized(
    run: Run, network: Network, ranges: Ranges, int4: list[str], evaluation: Features, folder: Path
) -> None:
    """Write what Keras answers with fake quantization, for LiteRT's integers to be held against."""
    model = fake_quantize(network.model, int4=int4)
    assign_ranges(model, ranges)
    outputs = network.task.activated(_predicted(run, model, evaluation))
    write_arrays(folder / FAKE_QUANTIZED, {"outputs": outputs})


def _write_form(run: Run, folder: Path, form: str, content: bytes, figures: dict[str, Any]) -> dict[str, Any]:
    auditing = import_export("export.audit")
    report = auditing.check(content) if form in ("int8", "int4") else auditing.audit(content)
    write_bytes(folder / f"{form}.tflite", content)
    described = report.as_dict()
    figures["forms"][form] = {
        "path": f"export/{form}.tflite",
        **file_figures(content),
        "audit": {
            "passed": report.passed,
            "violations": len(report.violations),
            "warnings": len(report.warnings),
        },
        "operators": described["operator_counts"],
        "tensors": described["dtype_counts"],
    }
    return described
