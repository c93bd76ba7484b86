"""The model card: the ``README.md`` of a bundle."""

from __future__ import annotations

from tfbert_edge.report import figures as fig
from tfbert_edge.report import tables
from tfbert_edge.report.content import report_title
from tfbert_edge.report.figures import Run
from tfbert_edge.report.forms_table import forms_table
from tfbert_edge.report.markdown import escape, table_markdown
from tfbert_edge.report.recipe_table import recipe_table
from tfbert_edge.report.steps_table import steps_table
from tfbert_edge.report.tables import Table
from tfbert_edge.report.task_words import task_words
from tfbert_edge.report.vocabulary_table import vocabulary_table
from tfbert_edge.validate.gates import describe_gate


def model_card(run: Run, *, form: str | None = None) -> str:
    """Markdown about the bundled form: what it answers, how to use it, data, training, figures, limits.

    ``form`` is the bundled form; without it, the one that the record of the bundle stage or the gates name.
    """
    if form is not None:
        run = {
            **run,
            "stages": {**run.get("stages", {}), "bundle": {**fig.stage(run, "bundle"), "form": form}},
        }
    form = fig.chosen_form(run)
    parts = [f"# {escape(report_title(run))}", *_summary(run, form), *_usage(run)]
    for title, found in (
        ("Figures", forms_table(run) if fig.forms(run) else None),
        ("Scores of each label", tables.per_class_table(run)),
        ("Data", tables.data_table(run)),
        ("Vocabulary", vocabulary_table(run)),
        ("Recipe", recipe_table(run)),
        ("Training", tables.training_table(run)),
        ("Compression", steps_table(run)),
        *((f"Compression: {table.title}", table) for table in tables.compress_tables(run)),
        ("Calibration", tables.calibration_table(run)),
    ):
        if found is not None and found.rows:
            parts += [f"## {title}", *_table(found)]
    parts += ["## Limits", "\n".join(f"- {escape(limit)}" for limit in _limits(run, form))]
    parts += ["## Measured with", *_table(tables.environment_table(run))]
    return "\n\n".join(parts) + "\n"


def _summary(run: Run, form: str | None) -> list[str]:
    exported, words = fig.stage(run, "export"), task_words(run)
    length = exported.get("sequence_length")
    pieces = f", of at most {length} word pieces" if length and not words.windows else ""
    lines = [escape(f"A BERT encoder fine-tuned to give {words.gives}{pieces}.")]
    audit = (exported.get("forms") or {}).get(form, {}).get("audit") or {}
    if form and audit.get("passed"):
        lines.append(
            f"`model.tflite` is the form {form}: every tensor in the file is an integer, its operators are builtin, and "
            "its outputs are uint8 with a scale and a zero point."
        )
    elif form:
        lines.append(f"`model.tflite` is the form {form}.")
    return lines


def _usage(run: Run) -> list[str]:
    return [
        "## Use",
        "```python\nfrom tfbert_edge.runtime.predictor import Predictor\n\n"
        f'predictor = Predictor.from_bundle("path/to/bundle.zip")\nprint({task_words(run).call})\n```',
        "`pip install tfbert-edge` is enough for that; TensorFlow is not needed. `golden.jsonl` holds inputs with their "
        "word pieces and raw outputs: another runtime is right where it gives the same with the reference kernels.",
    ]


def _limits(run: Run, form: str | None) -> list[str]:
    data, host = run.get("data") or {}, run.get("host") or {}
    validated = fig.stage(run, "validate")
    examples = validated.get("examples") or data.get("validation_examples")
    where = host.get("processor") or host.get("machine") or "the machine below"
    limits = []
    if examples:
        # Of shares of the examples alone; F1 is of what stands in them.
        shares = fig.primary_metric(run) in ("accuracy", "frame_accuracy")
        error = f"a share of them has a standard error of up to {100 * 0.5 / examples**0.5:.1f} points; "
        chosen = "nothing was chosen" if data.get("test_examples") else "the best epoch was also chosen"
        limits.append(
            f"Quality is that of {examples:,} held-out examples of one data set, on which "
            f"{chosen}; {error if shares else ''}other texts were not measured."
        )
    limits.append(f"Latency and memory were measured on {where}, not on a phone; expect other figures there.")
    if form and validated:
        figures = fig.forms(run)[form]
        total = figures.get("changed_total", len(figures.get("changed") or []))
        verb = "moves" if fig.gives_numbers(run) else "decides otherwise than the Keras model on"
        tail = " beyond the tolerance" if fig.gives_numbers(run) else ""
        limits.append(f"{form} {verb} {total:,} of these examples{tail}.")
    if fig.task_of(run) == "multi_label" and not data.get("test_examples"):
        limits.append(
            "The probability from which on a label counts was chosen by the highest F1 on these same examples; on others "
            "expect a little less."
        )
    failed = [gate for gate in validated.get("gates") or [] if not gate["passed"]]
    limits += [f"A gate of the recipe failed. {describe_gate(gate)}." for gate in failed]
    length, vocabulary = (
        fig.stage(run, "export").get("sequence_length"),
        fig.stage(run, "export").get("vocabulary") or {},
    )
    if length:
        cut = (
            f"read in windows of {length} word pieces"
            if task_words(run).windows
            else f"cut at {length} word pieces"
        )
        limits.append(f"Longer texts are {cut}.")
    if vocabulary.get("after", 0) < vocabulary.get("before", 0):
        users = (
            "the training texts and general ones use"
            if vocabulary.get("filled")
            else "the training texts use"
        )
        limits.append(
            f"The vocabulary was trimmed from {vocabulary['before']:,} to {vocabulary['after']:,} pieces, by what "
            f"{users}; words outside it are spelled in smaller pieces."
        )
    limits += [f"The data came with a warning: {warning}" for warning in data.get("warnings") or []]
    return limits


def _table(table: Table) -> list[str]:
    return [*([escape(table.note)] if table.note else []), table_markdown(table)]
