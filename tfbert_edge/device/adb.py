"""adb, as this package needs it: one phone, checked commands, errors that say what to do.

What adb and Android print is from their sources: adb's ``transport.cpp`` and ``file_sync_client.cpp``, ``run-as.cpp``,
``ActivityManagerShellCommand.java``.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfbert_edge.errors import DeviceError

READY = "device"
COMMAND_SECONDS, COPY_SECONDS = 60.0, 900.0

_SDK_VARIABLES = ("ANDROID_HOME", "ANDROID_SDK_ROOT")
# Where Android Studio puts the SDK on Linux and on macOS.
_SDK_FOLDERS = ("~/Android/Sdk", "~/Library/Android/sdk")

# State in `adb devices` -> what to do about it.
_REMEDIES = {
    "unauthorized": "unlock it and answer 'Allow USB debugging?' with yes",
    "authorizing": "unlock it and answer 'Allow USB debugging?' with yes",
    "offline": "plug it in again, or run: adb kill-server",
    "connecting": "wait a moment and try again",
    "no permissions": "let your user read USB devices: apt install android-sdk-platform-tools-common, then plug it in again",
}
_START_IT = "start Android on it"

# adb install's code -> what to do about it.
_INSTALL_REMEDIES = {
    "INSTALL_FAILED_INSUFFICIENT_STORAGE": "free some space on the phone",
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE": "its app has another signature; remove it: adb -s {serial} uninstall {package}",
    "INSTALL_FAILED_VERSION_DOWNGRADE": "its app is newer; remove it: adb -s {serial} uninstall {package}",
    "INSTALL_FAILED_OLDER_SDK": "the app needs Android 8.0 or newer",
    "INSTALL_FAILED_NO_MATCHING_ABIS": "the APK has no native libraries for this phone's processor; build it for its ABI",
    "INSTALL_FAILED_USER_RESTRICTED": "allow 'Install via USB' in the phone's developer options, and confirm on its screen",
    "INSTALL_FAILED_TEST_ONLY": "the APK is of Android Studio's Run; build it with: make android-check",
}


@dataclass(frozen=True)
class Phone:
    """A line of ``adb devices -l``; ``state`` is ``device`` when it answers."""

    serial: str
    state: str
    model: str = ""

    def __str__(self) -> str:
        return f"{self.serial} ({self.model})" if self.model else self.serial


def find_adb() -> Path:
    """The adb of the PATH, else of the Android SDK.

    Raises:
        DeviceError: there is none.
    """
    if on_path := shutil.which("adb"):
        return Path(on_path)
    folders = [os.environ[name] for name in _SDK_VARIABLES if os.environ.get(name)]
    for folder in (*folders, *_SDK_FOLDERS):
        adb = Path(folder).expanduser() / "platform-tools" / "adb"
        if adb.is_file():
            return adb
    raise DeviceError(
        "adb is neither on the PATH nor in ANDROID_HOME. Install it: apt install adb, or Android Studio's platform-tools."
    )


def list_phones(adb: Path) -> list[Phone]:
    """What is connected, in any state.

    Raises:
        DeviceError: adb's server does not start.
    """
    done = _run([str(adb), "devices", "-l"], COMMAND_SECONDS)
    if done.returncode:
        raise DeviceError(f"adb cannot list phones: {_said(done)}. Try: adb kill-server")
    lines = done.stdout.decode(errors="replace").splitlines()
    start = next((at for at, line in enumerate(lines) if line.startswith("List of devices")), len(lines))
    return [_phone(line) for line in lines[start + 1 :] if line.strip()]


def choose_phone(phones: Sequence[Phone], serial: str | None = None) -> Phone:
    """The one phone to use: the one of ``serial``, else of ANDROID_SERIAL, else the only one that answers.

    Raises:
        DeviceError: none, more than one, or one that does not answer; the message says what to do.
    """
    serial = serial or os.environ.get("ANDROID_SERIAL") or None
    if not phones:
        raise DeviceError(
            "no phone is connected. Plug one in, with USB debugging on (Settings > Developer options)."
        )
    listed = ", ".join(f"{phone}: {phone.state}" for phone in phones)
    if serial is not None:
        phones = [phone for phone in phones if phone.serial == serial]
        if not phones:
            raise DeviceError(f"there is no phone {serial!r}; connected are {listed}.")
    ready = [phone for phone in phones if phone.state == READY]
    if len(ready) > 1:
        raise DeviceError(
            f"{len(ready)} phones are connected: {', '.join(map(str, ready))}. Name one with --serial."
        )
    if not ready:
        raise DeviceError("; ".join(_not_ready(phone) for phone in phones) + ".")
    return ready[0]


class Adb:
    """Commands to one phone. Each returns what it printed, or raises with what went wrong."""

    def __init__(self, adb: Path, phone: Phone) -> None:
        self.adb = adb
        self.phone = phone

    def shell(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Run a command on the phone; ``words`` reach it as they are.

        Raises:
            DeviceError: the phone is gone or silent; with ``check``, the command failed.
        """
        # adb joins its arguments with spaces for the phone's shell, which would split and expand them again.
        done = self._adb("shell", shlex.join(words))
        if check and done.returncode:
            raise DeviceError(f"'{shlex.join(words)}' failed on {self.phone}: {_said(done)}.")
        return done

    def exec_out(self, *words: str) -> bytes:
        """The bytes that a command prints; its errors are among them, and there is no exit code (adb has none here)."""
        return self._adb("exec-out", shlex.join(words)).stdout

    def push(self, path: Path, remote: str) -> None:
        """Copy a file to the phone.

        Raises:
            DeviceError: it cannot be copied; the message says where there is no space left.
        """
        done = self._adb("push", str(path), remote, seconds=COPY_SECONDS)
        if done.returncode:
            raise DeviceError(f"{path.name} cannot be copied to {self.phone}: {explain(_said(done))}")

    def install(self, apk: Path, package: str) -> None:
        """Install an APK, over an older one if there is one.

        Raises:
            DeviceError: the file is missing, or the phone refuses it.
        """
        if not apk.is_file():
            raise DeviceError(f"there is no APK at {apk}. Build one with: tfbert-edge android BUNDLE --build")
        done = self._adb("install", "-r", str(apk), seconds=COPY_SECONDS)
        said = _said(done)
        if done.returncode or "Failure [" in said:
            remedies = (text for code, text in _INSTALL_REMEDIES.items() if code in said)
            remedy = next(remedies, None)
            if remedy is None and "INSTALL_PARSE_FAILED" in said:
                remedy = "the APK is damaged; build it again"
            remedy = said if remedy is None else remedy.format(serial=self.phone.serial, package=package)
            raise DeviceError(f"{apk.name} cannot be installed on {self.phone}: {remedy}.")

    def _adb(self, *arguments: str, seconds: float = COMMAND_SECONDS) -> subprocess.CompletedProcess[bytes]:
        done = _run([str(self.adb), "-s", self.phone.serial, *arguments], seconds)
        if done.returncode and (lost := _lost(done)):
            raise DeviceError(
                f"the connection to {self.phone} is gone ({lost}). Plug it in and run this again."
            )
        return done


def explain(said: str) -> str:
    """What a failed copy means, with what to do."""
    if "No space left on device" in said:
        return "it has no space left. Free some, and run this again."
    return f"{said}."


def _run(command: list[str], seconds: float) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DeviceError(
            f"adb did not answer in {seconds:g} s. Plug the phone in again, or run: adb kill-server"
        ) from error
    except OSError as error:
        raise DeviceError(f"{command[0]} cannot be run: {error.strerror}.") from error


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    """All that a command printed, on one line; adb uses both streams for its errors."""
    text = (done.stdout + b"\n" + done.stderr).decode(errors="replace")
    return (
        "; ".join(line.strip().rstrip(".;") for line in text.splitlines() if line.strip())
        or "it says nothing"
    )


def _lost(done: subprocess.CompletedProcess[bytes]) -> str | None:
    """What adb calls a phone that is not there any more, if that is what it says."""
    said = _said(done)
    if done.returncode == 255 and not done.stdout + done.stderr:
        return "unplugged"  # in the middle of a command, of which adb says nothing
    marks = (
        "device offline",
        "device unauthorized",
        "no devices/emulators found",
        "error: closed",
        "protocol fault",
    )
    if "device '" in said and "' not found" in said:
        return "not found"
    return next((mark for mark in marks if mark in said), None)


def _phone(line: str) -> Phone:
    nameless = "(no serial number)"
    if line.startswith(nameless):
        serial, rest = nameless, line[len(nameless) :].strip()
    else:
        serial, _, rest = line.partition(" ")
        rest = rest.strip()
    state = "no permissions" if rest.startswith("no permissions") else rest.split(" ")[0]
    model = next((word[6:] for word in rest.split() if word.startswith("model:")), "")
    return Phone(serial, state, model.replace("_", " "))


def _not_ready(phone: Phone) -> str:
    return f"{phone} is not ready ({phone.state}): {_REMEDIES.get(phone.state, _START_IT)}"
