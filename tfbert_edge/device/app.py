"""The Android app's sources: a bundle among its assets, and the APK that comes of them."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import tfbert_edge
from tfbert_edge.atomic import new_folder
from tfbert_edge.errors import DeviceError
from tfbert_edge.runtime.bundle_files import BundleFiles

FOLDER = "android_demo"
ASSETS = Path("app", "src", "main", "assets", "bundle")
TARGET = "android-check"


def find_app(app: Path | None = None) -> Path:
    """The folder of the app's sources: ``app``, else the one of the working folder, else of this checkout.

    Raises:
        DeviceError: it is not there, or holds no Android app.
    """
    if app is None:
        places = [Path.cwd() / FOLDER, Path(tfbert_edge.__file__).resolve().parents[1] / FOLDER]
        app = next((place for place in places if _is_app(place)), None)
        if app is None:
            raise DeviceError(
                f"there is no {FOLDER} here: the app's sources are in the repository of tfbert-edge, not in its wheel. "
                f"Get the repository, and run this in it or name the folder with --app PATH/{FOLDER}"
            )
    if not _is_app(app):
        raise DeviceError(
            f"{app} must be the folder {FOLDER} of the repository of tfbert-edge; it has no app/src/main."
        )
    return app


def put_bundle(bundle: BundleFiles, app: Path, *, overwrite: bool = False) -> Path:
    """Write a verified bundle's files among the assets of ``app``; returns their folder.

    It takes its place as a whole; an interruption leaves what was there, and the same bundle is left as it is. The build
    stores ``.tflite`` uncompressed.

    Raises:
        DeviceError: another bundle is there, and ``overwrite`` is not set; the folder cannot be written.
    """
    folder = app / ASSETS
    if _holds(folder, bundle):
        return folder
    if folder.exists() and not overwrite:
        raise DeviceError(f"{folder} holds a bundle already. Replace it with --overwrite.")
    try:
        with new_folder(folder) as partial:
            for name, content in bundle.contents.items():
                (partial / name).write_bytes(content)
    except OSError as error:
        raise DeviceError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder


def build(app: Path, bundle: Path) -> Path:
    """Run ``make android-check`` in the repository that holds ``app``; returns the APK.

    What make prints goes to stderr.

    Raises:
        DeviceError: there is no Makefile or no make, it fails, or it leaves no new APK.
    """
    repository = app.resolve().parent
    if not (repository / "Makefile").is_file():
        raise DeviceError(
            f"{repository} has no Makefile: --build needs the repository of tfbert-edge around {FOLDER}."
        )
    before = {path: path.stat().st_mtime_ns for path in _apks(app)}
    # The target's recipe hands it on to a shell.
    given = shlex.quote(str(bundle.resolve())).replace("$", "$$")
    command = ["make", "-C", str(repository), TARGET, f"BUNDLE={given}"]
    try:
        done = subprocess.run(command, stdout=sys.stderr, check=False)
    except FileNotFoundError as error:
        raise DeviceError("make is not installed. Install it: apt install make") from error
    if done.returncode:
        raise DeviceError(f"make {TARGET} failed; what it says above names what is missing.")
    made = [path for path in _apks(app) if path.stat().st_mtime_ns != before.get(path)]
    if not made:
        raise DeviceError(f"make {TARGET} went through and left no APK in {app}. Build it again.")
    return max(made, key=lambda path: path.stat().st_mtime_ns)


def _holds(folder: Path, bundle: BundleFiles) -> bool:
    if not folder.is_dir() or {path.name for path in folder.iterdir()} != set(bundle.contents):
        return False
    return all((folder / name).read_bytes() == content for name, content in bundle.contents.items())


def _apks(app: Path) -> list[Path]:
    return [path for path in app.rglob("*.apk") if path.is_file()]


def _is_app(folder: Path) -> bool:
    return (folder / "app" / "src" / "main").is_dir()
