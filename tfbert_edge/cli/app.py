"""The commands. Only what draws ``--help`` is imported here; each command imports its work when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from tfbert_edge.cli import android, audit, benchmark, device, doctor, predict, recipes, run, stages

app = typer.Typer(
    help="From a pretrained BERT to an integer-only TFLite model, measured where it runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")
    ] = False,
) -> None:
    if version:
        from tfbert_edge import __version__

        typer.echo(__version__)
        raise typer.Exit()


app.command("run")(run.run)
app.command("train")(stages.train)
app.command("compress")(stages.compress)
app.command("export")(stages.export)
app.command("validate")(stages.validate)
app.command("report")(stages.report)
app.command("bundle")(stages.bundle)
app.command("predict")(predict.predict)
app.command("benchmark")(benchmark.benchmark)
app.command("audit")(audit.audit)
app.command("android")(android.android)
app.add_typer(device.app, name="device")
app.add_typer(recipes.app, name="recipes")
app.command("doctor")(doctor.doctor)
