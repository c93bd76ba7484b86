"""The exported forms side by side: what the report, the terminal and the README show."""

from __future__ import annotations

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import NOTHING, Run
from tfbert_edge.report.tables import Table


def forms_table(run: Run, *, brief: bool = False) -> Table:
    """One row a form, Keras first: primary metric, agreement with Keras, size plain and zipped, zeros among the weights where
    any were set to zero, latency, memory, audit.

    ``brief`` is for a terminal of 80 columns: latency at the fewest threads, the plain size, and no memory.
    """
    metric, threads = fig.primary_metric(run), fig.thread_counts(run)[: 1 if brief else None]
    keras = fig.keras_metrics(run).get(metric)
    exported = fig.stage(run, "export").get("forms", {})
    zipped = not brief and any("zipped_bytes" in figures for figures in exported.values())
    sparse = not brief and fig.are_sparse(exported.values())
    columns = ["Form", fig.metric_title(metric), "Change (points)", "Agreement", "Size (MiB)"]
    columns += ["Zipped (MiB)"] * zipped + ["Zeros"] * sparse
    for count in threads:
        columns += [f"p50 ms, {fig.threads_title(count)}", f"p90 ms, {fig.threads_title(count)}"]
    columns += ["Integer-only"] if brief else ["Peak memory (MiB)", "Integer-only"]
    rows = [["Keras", fig.score(keras)] + [NOTHING] * (len(columns) - 2)] if keras is not None else []
    for form, figures in fig.forms(run).items():
        file = exported.get(form, {})
        value = figures["metrics"].get(metric)
        change = NOTHING if value is None or keras is None else f"{100 * (value - keras):+.2f}"
        row = [form, fig.score(value), change, fig.share(figures["parity"]["agreement"])]
        row.append(fig.mib(figures.get("size_bytes")))
        row += [fig.mib(file.get("zipped_bytes"))] * zipped + [fig.percent(file.get("sparsity"))] * sparse
        for count in threads:
            latency = (figures.get("latency") or {}).get(count, {})
            row += [fig.milliseconds(latency.get("p50_ms")), fig.milliseconds(latency.get("p90_ms"))]
        memory = figures.get("peak_memory_mib")
        audit = file.get("audit")
        row += [] if brief else [NOTHING if memory is None else f"{memory:.0f}"]
        row += [NOTHING if audit is None else "yes" if audit["passed"] else "no"]
        rows.append(row)
    chosen = fig.chosen_form(run)
    strong = frozenset(index for index, row in enumerate(rows) if row[0] == chosen)
    return Table(
        "Forms", columns, rows, frozenset({0, len(columns) - 1}), strong, _forms_note(run, zipped, sparse)
    )


def _forms_note(run: Run, zipped: bool, sparse: bool) -> str:
    validated = fig.stage(run, "validate")
    if not validated:
        return ""
    runs = {
        one.get("runs") for form in fig.forms(run).values() for one in (form.get("latency") or {}).values()
    }
    timed = f"{max(runs)} calls each, " if runs and None not in runs else ""
    examples = f"on {validated['examples']:,} held-out examples " if "examples" in validated else ""
    return (
        f"Quality {examples}through LiteRT. Latency: one example a call, {timed}all forms in turns in one run. Memory: "
        "the peak of a fresh process with the runtime and one model."
        f"{' Zipped: deflated, as in an APK that does not store it plain.' if zipped else ''}"
        f"{' Zeros: among the weights of dense layers, read from the file.' if sparse else ''}"
    )
