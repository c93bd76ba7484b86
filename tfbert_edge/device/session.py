"""One run of the app on a phone: the bundle goes there, the report comes back, and nothing of ours stays.

No setting of the phone is changed, and the app needs no tap: an intent starts it, with what to do in its extras.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfbert_edge.device.adb import Adb, choose_phone, explain, find_adb, list_phones
from tfbert_edge.device.report import read_report
from tfbert_edge.errors import DeviceError
from tfbert_edge.runtime.bundle_files import BundleFiles
from tfbert_edge.runtime.manifest import MANIFEST_NAME

if TYPE_CHECKING:
    from tfbert_edge.console import Console

PACKAGE = "dev.tfbertedge.demo"
ACTIVITY = f"{PACKAGE}/.ValidateActivity"
ACTION = f"{PACKAGE}.action.VALIDATE"

_INBOX = "/data/local/tmp"
_BUNDLES, _REPORTS = "files/bundles", "files/reports"
# Not oftener: looking for the report runs programs on the phone, beside what is being timed.
POLL_SECONDS = 2.0
# An app that died is not seen at once: it may be between its process's end and its restart.
_POLLS_WITHOUT_APP = 3


def connect(
    *, serial: str | None = None, apk: Path | None = None, needs_app: bool = True, console: Console
) -> Adb:
    """Find the phone and, with ``needs_app``, see that the app is on it; install ``apk`` where one is given.

    Raises:
        DeviceError: no adb, no phone, not exactly one, the app is missing, or the APK cannot be installed.
    """
    adb = find_adb()
    phone = Adb(adb, choose_phone(list_phones(adb), serial))
    if apk is not None:
        console.say(f"installing {apk} on {phone.phone}")
        phone.install(apk, PACKAGE)
    # `pm path` prints one line an APK; of a package that is not there, nothing (and ends with 1 on newer phones).
    elif needs_app and b"package:" not in phone.shell("pm", "path", PACKAGE, check=False).stdout:
        raise DeviceError(
            f"the app {PACKAGE} is not on {phone.phone}. Name its APK with --apk; build one with: "
            "tfbert-edge android BUNDLE --build"
        )
    return phone


class Session:
    """A bundle on a phone, for as many runs as are wanted; see `on_phone`."""

    def __init__(
        self, phone: Adb, bundle: BundleFiles, name: str, *, timeout: float, console: Console
    ) -> None:
        self.phone = phone
        self.bundle = bundle
        self.name = name
        self.timeout = timeout
        self.console = console
        self.reports: list[str] = []

    def run(self, mode: str, *, threads: int, repeats: int | None = None) -> dict[str, Any]:
        """Start the app, wait for its report, and return it.

        Args:
            mode: `VALIDATE` or `BENCHMARK` of the report.
            threads: for the kernels that can share work.
            repeats: what the app takes as ``repeats``; None for its own default.

        Raises:
            DeviceError: the app cannot be started, ends without a report, takes too long, or its report is not sound.
        """
        run = f"{self.name}-{len(self.reports)}"
        self.reports.append(run)
        # A run that was left over would answer in this one's place.
        self.phone.shell("am", "force-stop", PACKAGE)
        extras = ["--es", "bundle", self.name, "--es", "run", run, "--es", "mode", mode]
        extras += ["--ei", "threads", str(threads)]
        extras += [] if repeats is None else ["--ei", "repeats", str(repeats)]
        _started(self.phone.shell("am", "start", "-W", "-n", ACTIVITY, "-a", ACTION, *extras, check=False))
        content = self._wait(
            run, f"{mode} on the phone, {threads} thread{'s' if threads > 1 else ''}, seconds"
        )
        digest = hashlib.sha256(self.bundle.contents[MANIFEST_NAME]).hexdigest()
        return read_report(content, run=run, mode=mode, manifest_sha256=digest)

    def _wait(self, run: str, title: str) -> bytes:
        path, absent = f"{_REPORTS}/{run}.json", 0
        start = time.monotonic()
        with self.console.progress(title, None) as bar:
            while True:
                if _as_app(self.phone, "ls", path, check=False).returncode == 0:
                    return self.phone.exec_out("run-as", PACKAGE, "cat", path)
                running = self.phone.shell("pidof", PACKAGE, check=False).returncode == 0
                absent = 0 if running else absent + 1
                if absent == _POLLS_WITHOUT_APP:
                    raise DeviceError(
                        f"the app ended on {self.phone.phone} without a report. See why: adb -s "
                        f"{self.phone.phone.serial} logcat -d -b crash"
                    )
                seconds = time.monotonic() - start
                if seconds > self.timeout:
                    raise DeviceError(
                        f"no report came from {self.phone.phone} in {self.timeout:g} s. Unlock the phone and leave its screen "
                        "on, or give it more time with --timeout."
                    )
                bar.update(int(seconds))
                time.sleep(min(POLL_SECONDS, self.timeout))


@contextmanager
def on_phone(phone: Adb, bundle: BundleFiles, *, timeout: float, console: Console) -> Iterator[Session]:
    """Push a bundle, for runs in the block; at its end, however it ends, the app is closed and what was pushed and
    written is removed.

    Args:
        timeout: seconds that one run may take.

    Raises:
        DeviceError: it cannot be pushed: no space left, or the app is not debuggable.
    """
    name = f"host-{secrets.token_hex(6)}"
    inbox = f"{_INBOX}/{PACKAGE}-{name}.zip"
    session = Session(phone, bundle, name, timeout=timeout, console=console)
    # First what fails fast, and leaves nothing: an app that lets nobody in.
    _as_app(phone, "mkdir", "-p", _BUNDLES)
    try:
        with tempfile.TemporaryDirectory(prefix="tfbert-edge-") as scratch:
            packed = _pack(bundle, Path(scratch) / f"{name}.zip")
            size = f"{packed.stat().st_size / 2**20:.1f} MiB"
            console.say(
                f"copying the bundle ({size}) to {phone.phone}; leave it unlocked, with its screen on"
            )
            phone.push(packed, inbox)
        _as_app(phone, "cp", inbox, f"{_BUNDLES}/{name}.zip")
        phone.shell("rm", "-f", inbox)
        yield session
    except KeyboardInterrupt:
        console.say(f"interrupted; removing what was copied to {phone.phone}")
        raise
    finally:
        _clean(session, inbox)


def _pack(bundle: BundleFiles, path: Path) -> Path:
    """Write the verified files as a zip, not compressed: unpacking costs a phone more than copying."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in bundle.contents.items():
            archive.writestr(name, content)
    path.chmod(0o644)  # adb keeps the permissions, and the app's user has to read it
    return path


def _clean(session: Session, inbox: str) -> None:
    phone = session.phone
    ours = [f"{_BUNDLES}/{session.name}.zip", *(f"{_REPORTS}/{run}.json" for run in session.reports)]
    try:
        left = [
            # Its screen would stay on, and a run that is given up would go on.
            phone.shell("am", "force-stop", PACKAGE, check=False),
            phone.shell("rm", "-f", inbox, check=False),
            phone.shell("run-as", PACKAGE, "rm", "-f", *ours, check=False),
        ]
        gone = not any(done.returncode for done in left)
    except DeviceError:
        gone = False
    if not gone:
        session.console.say(f"{inbox} and the app's {', '.join(ours)} may be left on {phone.phone}")


def _as_app(phone: Adb, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run a command as the app, in its own folder.

    Raises:
        DeviceError: Android does not let the shell become this app; with ``check``, the command failed.
    """
    done = phone.shell("run-as", PACKAGE, *words, check=False)
    if done.returncode == 0:
        return done
    said = " ".join((done.stdout + done.stderr).decode(errors="replace").split())
    if "package not debuggable" in said:
        raise DeviceError(
            f"the app on {phone.phone} is not debuggable, so its files cannot be reached. Install the check APK: "
            "tfbert-edge android BUNDLE --install"
        )
    if "unknown package" in said:
        raise DeviceError(f"the app {PACKAGE} is not on {phone.phone} any more. Install it: --apk APK")
    if said.startswith("run-as:"):
        raise DeviceError(f"Android does not let the shell run as {PACKAGE} on {phone.phone}: {said}")
    if check:
        raise DeviceError(f"'{words[0]}' failed in the app's folder on {phone.phone}: {explain(said)}")
    return done


def _started(done: subprocess.CompletedProcess[bytes]) -> None:
    """Raise what ``am start`` says: some versions of Android end with 0 all the same, so its text counts."""
    said = (done.stdout + done.stderr).decode(errors="replace")
    errors = [line.strip() for line in said.splitlines() if line.startswith(("Error", "java.lang."))]
    if "does not exist" in said:
        raise DeviceError(
            f"the app on the phone has no {ACTIVITY}: it is of another version. Install the APK of this one: "
            "tfbert-edge android BUNDLE --install"
        )
    if errors or done.returncode:
        raise DeviceError(f"the app cannot be started: {' '.join(errors) or said.strip()}")
