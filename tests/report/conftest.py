"""A run as the stages write it, by hand: five forms of a two-label model, and one regression."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest


def _metrics(confusion: list[list[int]]) -> dict[str, Any]:
    """All that the report shows of a two-label confusion matrix, by the textbook formulas."""
    (tn, fp), (fn, tp) = confusion
    sides = {"negative": (tn, fn, fp, tn + fp), "positive": (tp, fp, fn, tp + fn)}
    per_class = {}
    for label, (hit, wrong, missed, support) in sides.items():
        precision, recall = hit / (hit + wrong), hit / (hit + missed)
        f1 = 2 * precision * recall / (precision + recall)
        per_class[label] = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    matthews = (tp * tn - fp * fn) / ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5
    return {
        "accuracy": (tp + tn) / (tp + tn + fp + fn),
        "f1_macro": (per_class["negative"]["f1"] + per_class["positive"]["f1"]) / 2,
        "matthews": matthews,
        "per_class": per_class,
        "confusion": confusion,
    }


def _form(confusion, size, p50, memory, agreement, distances) -> dict[str, Any]:
    latency = {
        threads: {
            "p50_ms": p50 * by,
            "p90_ms": p50 * by * 1.1,
            "p99_ms": p50 * by * 1.4,
            "mean_ms": p50,
            "runs": 100,
        }
        for threads, by in (("1", 1.0), ("2", 0.6))
    }
    return {
        "metrics": _metrics(confusion),
        "parity": {"max_abs": distances[0], "mean_abs": distances[1], "agreement": agreement},
        "latency": latency,
        "peak_memory_mib": memory,
        "model_memory_mib": memory - 48.0,
        "size_bytes": size,
        "changed": [],
        "changed_total": round((1 - agreement) * 1000),
    }


_LONG = (
    "the film's heavy-handed message & its <script>alert(1)</script> of a plot | add up to *something* that "
    "one_might have liked better if the whole affair had been forty minutes shorter and told in the right order"
)
_CHANGED = [
    {"id": "417", "text": _LONG, "label": "positive", "keras": "positive", "form": "negative",
     "keras_score": 0.731, "form_score": 0.566},
    {"id": "88", "text": "a quiet, odd little thing.", "label": "negative", "keras": "negative", "form": "positive",
     "keras_score": 0.512, "form_score": 0.539},
]  # fmt: skip

_RUN: dict[str, Any] = {
    "schema_version": 1,
    "name": "rotten-tomatoes",
    "command": "tfbert-edge run rotten-tomatoes --output runs/quickstart",
    "date": "2026-11-20T10:11:12+00:00",
    "recipe_sha256": "0f" * 32,
    "seed": 17,
    "host": {
        "machine": "x86_64", "system": "Linux 6.1", "processor": "Test CPU @ 2.50GHz", "cores": 2, "memory_gib": 15.6,
        "flags": ["avx2", "avx512_vnni"],
    },
    "versions": {"python": "3.11.9", "tfbert-edge": "0.1.0", "ai-edge-litert": "2.3.0", "tensorflow": "2.21.0"},
    "data": {
        "train_examples": 7530, "validation_examples": 1000, "labels": ["negative", "positive"],
        "warnings": ["3 texts are in train and validation: leakage"], "lengths": {"p50": 27, "p99": 56, "max": 78},
    },
    "stages": {
        "train": {
            "seconds": 215.0,
            "history": [
                {"epoch": 1, "step": 236, "loss": 0.4821, "learning_rate": 2.8e-5, "seconds": 101.0, "tokens": 210000,
                 "tokens_per_second": 2079.2, "metrics": {"accuracy": 0.829, "f1_macro": 0.8288, "matthews": 0.659},
                 "best": False},
                {"epoch": 2, "step": 472, "loss": 0.2904, "learning_rate": 0.0, "seconds": 99.0, "tokens": 210000,
                 "tokens_per_second": 2121.2, "metrics": {"accuracy": 0.845, "f1_macro": 0.8449, "matthews": 0.6903},
                 "best": True},
            ],
            "best_epoch": 2,
            "figures": {"accuracy": 0.845},
            "tokens_per_second": 2100.0,
        },
        "compress": [],
        "export": {
            "seconds": 63.0,
            "sequence_length": 64,
            "vocabulary": {"before": 30522, "after": 14208},
            "calibration": {
                "examples": 256, "method": "mse", "agreement": {"minmax": 0.951, "percentile": 0.963, "mse": 0.972},
                "ranges": {f"layer_{layer}": [-1.0, 1.0] for layer in range(20)},
            },
            "forms": {
                form: {"path": f"export/{form}.tflite", "audit": {"passed": form in ("int8", "int16x8")}}
                for form in ("float32", "float16", "dynamic", "int8", "int16x8")
            },
        },
        "validate": {
            "seconds": 88.0,
            "task": "classification",
            "primary_metric": "accuracy",
            "examples": 1000,
            "labels": ["negative", "positive"],
            "keras": {"metrics": _metrics([[420, 80], [75, 425]])},  # 845 of 1000
            "forms": {
                "float32": _form([[420, 80], [75, 425]], 69_206_016, 14.6, 142.0, 1.0, (2.4e-6, 1.1e-7)),
                "float16": _form([[420, 80], [75, 425]], 34_603_008, 14.9, 180.0, 1.0, (0.0012, 0.0001)),
                "dynamic": _form([[418, 82], [77, 423]], 17_563_648, 4.6, 88.0, 0.993, (0.061, 0.0041)),
                "int8": _form([[414, 86], [79, 421]], 16_252_928, 5.8, 86.0, 0.981, (0.173, 0.0123)),
                "int16x8": _form([[419, 81], [75, 425]], 16_515_072, 28.4, 91.0, 0.997, (0.044, 0.0031)),
            },
            "gates": [
                {"name": "max_accuracy_drop", "form": "int8", "limit": 2.0, "measured": 1.0, "passed": True},
                {"name": "max_size_mib", "form": "int8", "limit": 15.0, "measured": 15.5, "passed": False},
                {"name": "min_agreement", "form": "int8", "limit": 0.97, "measured": 0.981, "passed": True},
            ],
        },
    },
}  # fmt: skip
_RUN["stages"]["validate"]["forms"]["int8"]["changed"] = _CHANGED


@pytest.fixture
def run() -> dict[str, Any]:
    """The classification run; a copy, so that a test may change it."""
    return deepcopy(_RUN)


@pytest.fixture
def regression_run() -> dict[str, Any]:
    """The same for values from 0 to 5, with float32 and int8."""
    run = deepcopy(_RUN)
    run["name"], run["data"]["labels"] = "stsb", []
    validated = run["stages"]["validate"]
    validated.update(task="regression", primary_metric="spearman", labels=[], gates=[])
    validated["keras"]["metrics"] = {"pearson": 0.87, "spearman": 0.868, "mse": 0.55}
    validated["forms"] = {form: validated["forms"][form] for form in ("float32", "int8")}
    for form, spearman in (("float32", 0.868), ("int8", 0.861)):
        validated["forms"][form]["metrics"] = {"pearson": 0.864, "spearman": spearman, "mse": 0.57}
    validated["forms"]["int8"]["changed"] = [
        {"id": "9", "text": "A man plays.", "text_pair": "A man sings.", "label": 2.4, "keras": 2.31, "form": 2.87,
         "keras_score": 2.31, "form_score": 2.87}
    ]  # fmt: skip
    for record, value in zip(run["stages"]["train"]["history"], (0.851, 0.868), strict=True):
        record["metrics"] = {"pearson": value, "spearman": value, "mse": 0.6}
    return run


# name, method, form, path, bytes, zipped, ms, right of 1,000 through LiteRT; parameters, in the encoder, MACs, heads, Keras
_STEPS = [
    ("fine-tuned", "fine_tuned", "dynamic", "steps/00-fine_tuned.dynamic", 17_825_792, 15_728_640, 4.6, 841,
     {"parameters": 16_350_000, "encoder_parameters": 10_670_000, "macs": 681_000_000, "heads": 72}, 0.845),
    ("1. prune_layers", "prune_layers", "dynamic", "steps/01-prune_layers.dynamic", 12_058_624, 10_485_760, 2.4, 702,
     {"parameters": 11_020_000, "encoder_parameters": 5_340_000, "macs": 325_000_000, "heads": 36}, 0.705),
    ("2. prune_heads", "prune_heads", "dynamic", "steps/02-prune_heads.dynamic", 11_010_048, 9_437_184, 2.1, 668,
     {"parameters": 10_310_000, "encoder_parameters": 4_630_000, "macs": 275_000_000, "heads": 22}, 0.667),
    ("3. distill_outputs", "distill_outputs", "dynamic", "dynamic", 11_010_048, 9_437_184, 2.1, 826,
     {"parameters": 10_310_000, "encoder_parameters": 4_630_000, "macs": 275_000_000, "heads": 22}, 0.829),
    ("4. quantize_aware", "quantize_aware", "int8", "int8", 11_534_336, 9_961_472, 2.5, 828, None, 0.831),
]  # fmt: skip


@pytest.fixture
def chain(run: dict[str, Any]) -> dict[str, Any]:
    """The classification run with four compression steps, their files measured."""
    stages = run["stages"]
    costs = [{**cost, "metrics": {"accuracy": keras}} for *_, cost, keras in _STEPS[:-1]]
    stages["compress"] = [
        {"method": step[1], "before": before, "after": after, "figures": after["metrics"], "seconds": 60.0}
        for step, before, after in zip(_STEPS[1:], costs, costs[1:], strict=False)
    ]
    stages["compress"].append({"method": "quantize_aware", "figures": {"accuracy": 0.831}, "seconds": 60.0})
    stages["validate"]["steps"] = [
        {"name": name, "method": method, "form": form, "path": f"export/{path}.tflite", "size_bytes": size,
         "zipped_bytes": zipped, "sparsity": 0.012, "metrics": {"accuracy": right / 1000}, "latency_p50_ms": ms,
         "latency_p90_ms": ms * 1.1}
        for name, method, form, path, size, zipped, ms, right, _, _ in _STEPS
    ]  # fmt: skip
    return run
