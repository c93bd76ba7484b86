"""The plan of a mixed precision: how many bits each weight matrix has, and what it would cost to have 4."""

from __future__ import annotations

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.report.tables import Table

NOTES = {
    "hessian": "Sensitivity is the mean trace of the loss's Hessian times the square of what rounding to 4 bits changes.",
    "loss": "Sensitivity is how far the outputs move with this matrix alone in 4 bits: the Kullback-Leibler divergence, "
    "or the squared difference of a regression.",
}


def precision_table(run: Run) -> Table | None:
    """One row a matrix or table of weights, those of 4 bits strong, and a row of sums; None without such a plan."""
    step = next((one for one in fig.compress_steps(run) if "plan" in one), None)
    if step is None:
        return None
    plan = step["plan"]
    rows = [
        [
            one["name"],
            f"{one['weights']:,}",
            str(one["bits"]),
            f"{one['size_bytes']:,}",
            NOTHING if one["sensitivity"] is None else f"{one['sensitivity']:.3g}",
        ]
        for one in plan
    ]
    weights, size = (sum(one[name] for one in plan) for name in ("weights", "size_bytes"))
    rows.append(["all", f"{weights:,}", f"{8 * size / weights:.2f}", f"{size:,}", NOTHING])
    return Table(
        "Bits of each matrix",
        ["Weights of", "Weights", "Bits", "Bytes", f"Sensitivity by {step['by']}"],
        rows,
        strong=frozenset(at for at, one in enumerate(plan) if one["bits"] == 4),
        note=f"{NOTES[step['by']]} Biases, scales and the graph come on top of the bytes.",
    )
