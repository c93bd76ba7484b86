"""The programs that the check calls, and what it fetches for them from Maven Central."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CHECK = Path(__file__).resolve().parent
DEMO = CHECK.parent
BUILD = DEMO / "build"

# Program -> the package of Debian and Ubuntu that holds it.
PROGRAMS = {
    "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless",
    "keytool": "openjdk-17-jdk-headless",
    "mvn": "maven",
    "apksigner": "apksigner",
    "zipalign": "zipalign",
}
_MACHINE = ("Linux", "x86_64")  # Of which the native programs and libraries are fetched.
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx2g")
"""How programs of the JVM are started here: they run for seconds, which the second compiler would only prolong."""
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class CheckError(Exception):
    """Why there is no APK, and what to do."""


@dataclass(frozen=True)
class Tools:
    """Paths of what was fetched; ``java`` is the class path of the compilers, without the Android API."""

    java: str
    android: Path
    kotlin: Path
    litert: tuple[Path, Path]
    aapt2: Path


def require_programs() -> None:
    """
    Raises:
        CheckError: another system than Linux on x86-64, or programs are missing; it names each, and the command that
            installs them.
    """
    machine = (platform.system(), platform.machine())
    if machine != _MACHINE:
        raise CheckError(
            f"this runs on {' on '.join(_MACHINE)}, here is {' on '.join(machine)}. Build with Gradle."
        )
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        packages = " ".join(sorted({PROGRAMS[name] for name in missing}))
        raise CheckError(
            f"{', '.join(missing)} not found. Install with: apt-get install --no-install-recommends {packages}"
        )


def fetch() -> Tools:
    """Copy the dependencies of ``pom.xml`` into the build folder, once, and unpack aapt2.

    Raises:
        CheckError: Maven cannot get them.
    """
    library = copy_dependencies(CHECK / "pom.xml", BUILD / "lib")
    aapt2 = library / "aapt2"
    if not aapt2.exists():
        with zipfile.ZipFile(_only(library, "apktool-lib-*.jar")) as jar:
            aapt2.write_bytes(jar.read("prebuilt/linux/aapt2"))
        aapt2.chmod(0o755)
    android = _only(library, "android-all-*.jar")
    return Tools(
        java=":".join(str(jar) for jar in sorted(library.glob("*.jar")) if jar != android),
        android=android,
        kotlin=_only(library, "kotlin-stdlib-*.jar"),
        litert=(_only(library, "tensorflow-lite-2*.aar"), _only(library, "tensorflow-lite-api-*.aar")),
        aapt2=aapt2,
    )


def copy_dependencies(pom: Path, library: Path) -> Path:
    """Copy what ``pom`` depends on into the folder ``library``, unless it is there; returns the folder.

    Raises:
        CheckError: Maven cannot get it.
    """
    stamp = library / f"{hashlib.sha256(pom.read_bytes()).hexdigest()}.stamp"
    if not stamp.exists():
        shutil.rmtree(library, ignore_errors=True)
        run(
            f"fetch {pom.relative_to(DEMO)}",
            ["mvn", "-q", "-B", "-f", pom, _COPY, f"-DoutputDirectory={library}"],
        )
        stamp.touch()
    return library


def versions() -> dict[str, str]:
    """The versions of ``gradle/libs.versions.toml``, which both builds share, by name."""
    text = (DEMO / "gradle" / "libs.versions.toml").read_text()
    table = text.split("[versions]", 1)[1].split("\n[", 1)[0]
    return dict(re.findall(r'^([\w-]+) = "([^"]+)"', table, re.MULTILINE))


def run(what: str, command: Sequence[str | Path], *, show: bool = False) -> str:
    """Run a step and return what it prints; ``show`` prints that too.

    Raises:
        CheckError: it failed; with everything that it printed.
    """
    started = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise CheckError(f"{what} failed ({command[0]}, exit code {done.returncode}):\n{done.stdout}")
    print(f"android-check: {what} ({time.monotonic() - started:.0f} s)", flush=True)
    if show:
        print(done.stdout, end="", flush=True)
    return done.stdout


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise CheckError(
            f"{folder} must hold one {pattern}, it holds {len(found)}. Remove it and run this again."
        )
    return found[0]
