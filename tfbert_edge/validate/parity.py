"""Do the answers of a converted model still say what Keras says?"""

from __future__ import annotations

import numpy as np

from tfbert_edge.errors import DataError, GateError
from tfbert_edge.tasks.base import Task
from tfbert_edge.tasks.truth import Truth


def compare_outputs(
    outputs: np.ndarray, keras_outputs: np.ndarray, task: Task, truth: Truth
) -> dict[str, float]:
    """Distance of a form's outputs from Keras's on the same ids.

    Both arrays are (R, K) or (R, n, K), after the output activation. ``max_abs`` and ``mean_abs`` are the largest and mean
    ``|form - keras|`` over the numbers of `Task.compared`; ``agreement`` is ``task.agreement``.

    Raises:
        DataError: the shapes differ.
    """
    if outputs.shape != keras_outputs.shape:
        raise DataError(
            f"a form's outputs must have the shape of Keras's, {keras_outputs.shape}; they have {outputs.shape}. "
            "Export and validate with one recipe."
        )
    ours, theirs = (task.compared(one, truth).astype(np.float64) for one in (outputs, keras_outputs))
    distance = np.abs(ours - theirs)
    return {
        "max_abs": float(distance.max()),
        "mean_abs": float(distance.mean()),
        "agreement": float(task.agreement(outputs, keras_outputs, truth)),
    }


def output_fault(outputs: np.ndarray, keras_outputs: np.ndarray) -> str | None:
    """What makes ``outputs`` (R, ...) no answers at all, in words: not-finite numbers, or one answer for all examples."""
    outputs, keras_outputs = (one.reshape(len(one), -1) for one in (outputs, keras_outputs))
    broken = ~np.isfinite(outputs).all(axis=1)
    if broken.any():
        return (
            f"gives NaN or infinity for {int(broken.sum())} of {len(outputs)} examples "
            f"(the first is number {int(broken.argmax())})"
        )
    if len(outputs) > 1 and (outputs == outputs[0]).all():
        answer = ", ".join(f"{value:.4g}" for value in outputs[0][:8])
        said = f"gives the same output ({answer}) for all {len(outputs)} examples"
        if np.ptp(keras_outputs, axis=0).max() < 0.01:
            return f"{said}; Keras's own outputs hardly differ between them either: train the model first"
        return f"{said}, where Keras's differ"
    return None


def check_outputs(outputs: np.ndarray, keras_outputs: np.ndarray, *, form: str) -> None:
    """Refuse outputs (R, ...) that cannot be answers.

    Raises:
        GateError: an output is NaN or infinite, or every example has the same output.
    """
    fault = output_fault(outputs, keras_outputs)
    if fault:
        raise GateError(
            f"form '{form}' {fault}. The file is of no use: look at how it was converted and calibrated."
        )
