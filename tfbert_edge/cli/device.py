"""``tfbert-edge device``: a bundle measured on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tfbert_edge.cli.options import BundleArgument, Json, Serial, print_json

app = typer.Typer(help="Measure a bundle on a phone, over adb.", no_args_is_help=True)

Apk = Annotated[
    Path | None,
    typer.Option("--apk", metavar="APK", help="Install this APK first. Default: use the installed app."),
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", min=1, metavar="SECONDS", help="The most that one run on the phone may take."),
]
RunOption = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="RUN",
        help="The run folder, or run.json, to compare with. Default: the one beside the bundle, else its manifest.",
    ),
]
ResultFile = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Also write the result as JSON.")
]


@app.command("validate")
def validate(
    bundle: BundleArgument,
    serial: Serial = None,
    apk: Apk = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads for the kernels that can share work.")] = 1,
    timeout: Timeout = 600,
    run: RunOption = None,
    max_accuracy_drop: Annotated[
        float,
        typer.Option(min=0, help="Points of the primary metric that the phone may lose against the host."),
    ] = 0.5,
    max_golden_differences: Annotated[
        int,
        typer.Option(
            min=0, help="Golden texts that the phone, whose kernels round otherwise, may decide otherwise."
        ),
    ] = 0,
    max_latency_ms: Annotated[
        float | None, typer.Option(min=0, help="Limit of the 90th percentile of an inference. Default: none.")
    ] = None,
    no_gates: Annotated[
        bool, typer.Option("--no-gates", help="Only measure and compare; no limit, whatever comes out.")
    ] = False,
    as_json: Json = False,
    output: ResultFile = None,
) -> None:
    """Run the bundle's examples and golden vectors on a phone, and hold the result against this machine's.

    Exit code 2 when a gate fails: the primary metric is more than --max-accuracy-drop points below the host's on the same
    examples, more than --max-golden-differences golden texts are decided otherwise, any is tokenized or decoded otherwise,
    or inference is slower than --max-latency-ms. Needs no TensorFlow.

    Examples:

    - `tfbert-edge device validate runs/rotten-tomatoes/bundle`
    - `tfbert-edge device validate bundle.zip --serial emulator-5554 --apk app.apk --threads 4 --json`
    """
    from tfbert_edge.device import compare
    from tfbert_edge.device.host import bundled_examples, read_host
    from tfbert_edge.device.report import VALIDATE
    from tfbert_edge.device.session import connect, on_phone
    from tfbert_edge.device.tables import validation_text
    from tfbert_edge.runtime.bundle_files import read_bundle

    files = read_bundle(bundle)
    host, examples = read_host(files, bundle, run), bundled_examples(files)
    # Before a phone is busy.
    metric = None if no_gates else compare.check_comparable(host, examples)
    console = _console()
    phone = connect(serial=serial, apk=apk, console=console)
    with on_phone(phone, files, timeout=timeout, console=console) as session:
        report = session.run(VALIDATE, threads=threads)
    compare.check_examples(report, examples)
    limits = compare.Gates(
        max_accuracy_drop=max_accuracy_drop,
        max_golden_differences=max_golden_differences,
        max_latency_ms=max_latency_ms,
    )
    gates = None if metric is None else compare.gate_results(report, host, metric, limits)
    result: dict[str, Any] = {"report": report, "host": _as_dict(host)}
    if gates is not None:
        result["gates"] = [gate.as_dict() for gate in gates]
    _deliver(result, validation_text(report, host, gates), as_json=as_json, output=output)
    compare.check_gates(gates or ())


@app.command("benchmark")
def benchmark(
    bundle: BundleArgument,
    serial: Serial = None,
    apk: Apk = None,
    threads: Annotated[
        list[int] | None, typer.Option(min=1, help="Threads; repeatable, one run each. Default: 1, 2 and 4.")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Timed inferences of each run.")] = 100,
    timeout: Timeout = 600,
    run: RunOption = None,
    as_json: Json = False,
    output: ResultFile = None,
) -> None:
    """Time a bundle on a phone at several numbers of threads. Needs no TensorFlow.

    Examples:

    - `tfbert-edge device benchmark runs/rotten-tomatoes/bundle`
    - `tfbert-edge device benchmark bundle.zip --threads 1 --threads 8 --repeats 500`
    """
    from tfbert_edge.device.host import read_host
    from tfbert_edge.device.report import BENCHMARK
    from tfbert_edge.device.session import connect, on_phone
    from tfbert_edge.device.tables import benchmark_text
    from tfbert_edge.runtime.bundle_files import read_bundle

    files = read_bundle(bundle)
    host, console = read_host(files, bundle, run), _console()
    phone = connect(serial=serial, apk=apk, console=console)
    with on_phone(phone, files, timeout=timeout, console=console) as session:
        reports = [session.run(BENCHMARK, threads=count, repeats=repeats) for count in threads or (1, 2, 4)]
    result = {"reports": reports, "host": _as_dict(host)}
    _deliver(result, benchmark_text(reports, host), as_json=as_json, output=output)


def _console() -> Any:
    from tfbert_edge.console import Console

    return Console()


def _as_dict(host: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(host)


def _deliver(result: dict[str, Any], text: str, *, as_json: bool, output: Path | None) -> None:
    """Print a result, and write it where asked."""
    from tfbert_edge.atomic import write_json

    if output is not None:
        write_json(output, result)
    if as_json:
        print_json(result)
    else:
        print(text)
