"""The limits that a recipe sets, and how far a measured form is from each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfbert_edge.errors import GateError, RecipeError

DEFAULT_FORM = "int8"
_ROUNDING = 1e-9
"""100 * (0.845 - 0.825) is 2.0000000000000018: a limit is met up to the rounding of the figures themselves."""


@dataclass(frozen=True)
class _Gate:
    """What a gate measures of a validation, whether its limit is the most or the least, and how to say it."""

    measure: Callable[[Mapping[str, Any], Mapping[str, Any]], float | None]
    at_most: bool
    what: str
    unit: str = ""


def _accuracy_drop(validation: Mapping[str, Any], form: Mapping[str, Any]) -> float | None:
    keras, ours = _primary(validation, validation["keras"]), _primary(validation, form)
    return None if keras is None or ours is None else 100.0 * (keras - ours)


def _primary(validation: Mapping[str, Any], figures: Mapping[str, Any]) -> float | None:
    return figures["metrics"].get(validation["primary_metric"])


def _p90(validation: Mapping[str, Any], form: Mapping[str, Any]) -> float | None:
    return form["latency"][min(form["latency"], key=int)]["p90_ms"] if form.get("latency") else None


GATES: dict[str, _Gate] = {
    "max_accuracy_drop": _Gate(
        _accuracy_drop, True, "points of the primary metric lost against Keras", " points"
    ),
    "max_size_mib": _Gate(lambda _, form: form["size_bytes"] / 2**20, True, "size on disk", " MiB"),
    "max_p90_ms": _Gate(_p90, True, "90th percentile of latency at the fewest threads measured", " ms"),
    "min_metric": _Gate(_primary, False, "primary metric through LiteRT"),
    "min_agreement": _Gate(lambda _, form: form["parity"]["agreement"], False, "decisions equal to Keras's"),
}


def check_gate_settings(gates: Mapping[str, Any], forms: Iterable[str]) -> dict[str, float]:
    """The limits that are set in ``gates``, once they can be held against ``forms``; None is no limit.

    Raises:
        RecipeError: a gate is unknown, or its form is not one of ``forms``.
    """
    limits = {name: float(limit) for name, limit in gates.items() if name != "form" and limit is not None}
    unknown = sorted(set(limits) - set(GATES))
    if unknown:
        raise RecipeError(
            f"validate.gates: {', '.join(unknown)} unknown; it may hold form, {', '.join(GATES)}"
        )
    form, measured = gates.get("form") or DEFAULT_FORM, list(forms)
    if limits and form not in measured:
        raise RecipeError(
            f"validate.gates.form is '{form}', which is not measured; measured: {', '.join(measured)}. "
            "Set validate.gates.form to one of these, or add the form to export.forms."
        )
    return limits


def evaluate_gates(gates: Mapping[str, Any], validation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Hold a validation against the recipe's ``validate.gates`` block; gates set to None are left out.

    ``gates`` maps a gate's name to its limit, and ``form`` to the form that must keep them. ``validation`` is
    ``stages.validate`` of ``run.json``. Returns one ``{name, form, limit, measured, passed}`` a gate.

    Raises:
        RecipeError: a gate is unknown, or its form was not measured.
    """
    limits = check_gate_settings(gates, validation["forms"])
    form = gates.get("form") or DEFAULT_FORM
    results = []
    for name, limit in limits.items():
        measured = GATES[name].measure(validation, validation["forms"][form])
        results.append(
            {
                "name": name,
                "form": form,
                "limit": limit,
                "measured": None if measured is None else float(measured),
                "passed": _passes(name, limit, measured),
            }
        )
    return results


def check_gates(gates: Sequence[Mapping[str, Any]]) -> None:
    """Let pass only what keeps every limit.

    Raises:
        GateError: a gate failed; the message has one line for each: limit, measured, and by how much.
    """
    failed = [describe_gate(gate) for gate in gates if not gate["passed"]]
    if failed:
        gate = "gate" if len(failed) == 1 else "gates"
        raise GateError(
            f"{len(failed)} of {len(gates)} {gate} failed:\n"
            + "\n".join(f"  {line}" for line in failed)
            + "\nThe files and the report are written all the same; change the model or validate.gates."
        )


def describe_gate(gate: Mapping[str, Any]) -> str:
    """One line about a gate: its form, limit, what was measured, and by how much the limit is kept or missed."""
    known = GATES[gate["name"]]
    bound = "at most" if known.at_most else "at least"
    start = f"{gate['name']}: {gate['form']} must have {bound} {_number(gate['limit'])}{known.unit}"
    if gate["measured"] is None:
        return f"{start} ({known.what}), which could not be measured"
    distance = gate["measured"] - gate["limit"]
    side = "above" if distance > 0 else "below"
    by = "exactly at" if abs(distance) < _ROUNDING else f"{_number(abs(distance))}{known.unit} {side}"
    return f"{start} ({known.what}), measured {_number(gate['measured'])}{known.unit}, {by} the limit"


def _passes(name: str, limit: float, measured: float | None) -> bool:
    if measured is None or math.isnan(measured):
        return False
    return measured <= limit + _ROUNDING if GATES[name].at_most else measured >= limit - _ROUNDING


def _number(value: float) -> str:
    """Up to four decimals, and as many more as a small difference needs to be seen."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return f"{value:.2g}" if text in ("0", "-0") and value else text
