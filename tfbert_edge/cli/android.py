"""``tfbert-edge android``: a bundle into the app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tfbert_edge.cli.options import BundleArgument, Json, Serial, print_json


def android(
    bundle: BundleArgument,
    app: Annotated[
        Path | None,
        typer.Option(
            "--app", metavar="DIR", help="The app's sources. Default: android_demo, here or of this checkout."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the bundle that is among the assets.")
    ] = False,
    build: Annotated[
        bool, typer.Option("--build", help="Also build the APK, with the repository's make android-check.")
    ] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Also build the APK and install it on the phone.")
    ] = False,
    serial: Serial = None,
    as_json: Json = False,
) -> None:
    """Put a bundle among the assets of the Android app, once every file of it is verified. Needs no TensorFlow.

    Examples:

    - `tfbert-edge android runs/rotten-tomatoes/bundle`
    - `tfbert-edge android bundle.zip --overwrite --install`
    """
    from tfbert_edge.console import Console
    from tfbert_edge.device.app import build as build_app
    from tfbert_edge.device.app import find_app, put_bundle
    from tfbert_edge.device.session import connect
    from tfbert_edge.runtime.bundle_files import read_bundle

    console = Console()
    folder = find_app(app)
    files = read_bundle(bundle)
    if install:
        # Better said before a build than after it.
        connect(serial=serial, console=console, needs_app=False)
    assets = put_bundle(files, folder, overwrite=overwrite)
    apk = build_app(folder, bundle) if build or install else None
    phone = connect(serial=serial, apk=apk, console=console) if install else None
    if as_json:
        installed = None if phone is None else phone.phone.serial
        print_json({"assets": assets, "files": sorted(files.contents), "apk": apk, "installed_on": installed})
        return
    print(f"assets:  {assets}")
    if apk is not None:
        print(f"apk:     {apk}")
    if phone is not None:
        print(f"phone:   {phone.phone}")
