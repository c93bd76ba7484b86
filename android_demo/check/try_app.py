"""Runs the app's activities on the JVM, with Robolectric: Android's own code, the linked resources, real inference."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from android_demo.check.align import write_aligned
from android_demo.check.apk import with_assets
from android_demo.check.tools import BUILD, CHECK, JAVA, Tools, copy_dependencies, run
from tfbert_edge.runtime.bundle_files import BundleFiles

TESTS = CHECK / "app_tests"
SCREENS = BUILD / "screens"
# What Robolectric reaches into, which a JDK of 16 or newer keeps closed.
_OPENED = [
    f"--add-opens=java.base/{name}=ALL-UNNAMED"
    for name in ("java.io", "java.lang", "java.net", "java.nio", "java.util")
]
_TEST = "dev.tfbertedge.demo.AppTest"


def try_app(
    tools: Tools,
    classes: tuple[Path, Path],
    resources: Path,
    manifest: Path,
    bundle: BundleFiles,
    bundles: Path,
) -> None:
    """Compile and run ``AppTest`` on the compiled app; screenshots go to `SCREENS`.

    Args:
        classes: folders of the core's and the app's classes.
        resources: as linked for the APK.
        manifest: as it is in the APK, but text.
        bundle: goes among the assets.
        bundles: a folder with a bundle of every task.

    Raises:
        CheckError: a test fails; with what it says.
    """
    library = copy_dependencies(TESTS / "pom.xml", BUILD / "lib-tests")
    work = BUILD / "work" / "tests"
    packed, compiled = work / "resources.apk", work / "classes"
    work.mkdir()
    write_aligned(packed, with_assets(resources, bundle))
    shutil.rmtree(SCREENS, ignore_errors=True)
    SCREENS.mkdir()
    settings = {
        "android_merged_manifest": manifest,
        "android_resource_apk": packed,
        "android_custom_package": "dev.tfbertedge.demo",
    }
    config = compiled / "com" / "android" / "tools" / "test_config.properties"
    config.parent.mkdir(parents=True)
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    jars = [jar for jar in sorted(library.glob("*.jar")) if not jar.name.startswith("android-all")]
    jars += [_classes_of(archive, work) for archive in sorted(library.glob("*.aar"))]
    path = [*classes, tools.kotlin, *jars]
    sources = sorted(TESTS.glob("*.java"))
    run(
        "compile the app's tests",
        ["javac", "-nowarn", "-Xlint:none", "-d", compiled, "-cp", _joined([*path, tools.android]), *sources],
    )
    command: list[str | Path] = [
        *JAVA,
        *_OPENED,
        "-Drobolectric.offline=true",
        f"-Drobolectric.dependency.dir={library}",
    ]
    command += [f"-Dscreens={SCREENS}", f"-Dbundles={bundles}"]
    command += ["-cp", _joined([compiled, *path, tools.android]), "org.junit.runner.JUnitCore", _TEST]
    print(run("try the app on the JVM", command).strip().splitlines()[-1], flush=True)


def _classes_of(archive: Path, work: Path) -> Path:
    jar = work / f"{archive.stem}.jar"
    with zipfile.ZipFile(archive) as files:
        jar.write_bytes(files.read("classes.jar"))
    return jar


def _joined(path: list[Path]) -> str:
    return ":".join(map(str, path))
