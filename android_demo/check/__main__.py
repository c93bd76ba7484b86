"""Builds, signs and verifies the APK of the app without Gradle, from Maven Central and Debian alone:

    make android-check                              # with a tiny bundle made for it
    make android-check BUNDLE=runs/mine/bundle      # with a real one, folder or zip

The result is android_demo/build/tfbert-edge-demo.apk, signed with a throw-away key and debuggable.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
import zipfile
from pathlib import Path

from android_demo.check.apk import assemble, badging, sign, verify
from android_demo.check.round_trip import check_round_trip
from android_demo.check.tools import (
    BUILD,
    DEMO,
    JAVA,
    CheckError,
    Tools,
    fetch,
    require_programs,
    run,
    versions,
)
from android_demo.check.try_app import try_app
from tfbert_edge.bundle.archive import write_folder
from tfbert_edge.errors import TfbertEdgeError
from tfbert_edge.runtime.bundle_files import read_bundle
from tfbert_edge.runtime.readers import READERS

MANIFEST = "AndroidManifest.xml"
PACKAGE = "dev.tfbertedge.demo"
CORE = DEMO / "core" / "src" / "main" / "kotlin"
APP = DEMO / "app" / "src" / "main"
APK = BUILD / "tfbert-edge-demo.apk"
WORK = BUILD / "work"
# Where `make android-core-test` also puts them.
TASK_BUNDLES = DEMO.parent / "build" / "android-bundles"
_COMPILER = ["-no-stdlib", "-no-reflect", "-Werror", "-jvm-target", "1.8", "-Xjdk-release=1.8"]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, help="a bundle, folder or zip; default: a tiny one made here")
    return parser.parse_args()


def build(bundle_path: Path | None) -> None:
    started = time.monotonic()
    require_programs()
    tools = fetch()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    sample, of_tasks = make_bundles()
    bundle_path = bundle_path or sample
    bundle = read_bundle(bundle_path)
    write_folder(WORK / "bundle", bundle.contents)
    resources = package_resources(tools)
    classes = compile_kotlin(tools)
    dex = make_dex(tools, classes)
    check_round_trip(tools, classes[0], dex, [WORK / "bundle", *of_tasks])
    try_app(tools, classes, resources, WORK / MANIFEST, read_bundle(sample), TASK_BUNDLES)
    unsigned = assemble(WORK / "unsigned.zip", resources, dex, tools.litert[0], bundle)
    sign(unsigned, APK)
    verify(APK, bundle)
    print(badging(tools, APK))
    print(
        f"android-check: {APK.relative_to(DEMO.parent)} ({APK.stat().st_size / 2**20:.1f} MiB) holds the bundle {bundle_path}"
    )
    print(f"android-check: passed in {time.monotonic() - started:.0f} s")


def make_bundles() -> tuple[Path, list[Path]]:
    """A bundle whose answers are known, and one with random weights of every task; kept while the tasks are the same."""
    sample = BUILD / "sample_bundle"
    if not sample.is_dir():
        run("make a sample bundle", [sys.executable, "-m", "android_demo.check.sample_bundle", sample])
    found = {path.name for path in TASK_BUNDLES.iterdir()} if TASK_BUNDLES.is_dir() else set()
    if found != set(READERS):
        shutil.rmtree(TASK_BUNDLES, ignore_errors=True)
        script = DEMO.parent / "scripts" / "android_bundles.py"
        run("make a tiny bundle of every task", [sys.executable, script, TASK_BUNDLES])
    return sample, sorted(TASK_BUNDLES.iterdir())


def package_resources(tools: Tools) -> Path:
    """Compile and link the resources; returns the base of the APK, and leaves R.java in the work folder.

    What the Android plugin of Gradle adds to the manifest is added here: package, and libraries that stay in the APK.
    """
    catalog = versions()
    manifest = (APP / MANIFEST).read_text()
    manifest = manifest.replace("<manifest ", f'<manifest package="{PACKAGE}" ', 1)
    manifest = manifest.replace("<application", '<application android:extractNativeLibs="false"', 1)
    merged = WORK / MANIFEST
    merged.write_text(manifest)
    compiled, linked = WORK / "resources.zip", WORK / "resources.ap_"
    run("compile resources", [tools.aapt2, "compile", "--dir", APP / "res", "-o", compiled])
    link = [tools.aapt2, "link", "-I", tools.android, "--manifest", merged, "--java", WORK / "generated"]
    link += ["--min-sdk-version", catalog["min-sdk"], "--target-sdk-version", catalog["target-sdk"]]
    link += ["--version-code", catalog["app-code"], "--version-name", catalog["app-version"], "--debug-mode"]
    run("link resources", [*link, "-o", linked, compiled])
    return linked


def compile_kotlin(tools: Tools) -> tuple[Path, Path]:
    """Compile core and app, the core without a view of Android; returns their folders of classes."""
    core, app = WORK / "core", WORK / "app"
    litert = [_classes_of(archive) for archive in tools.litert]
    generated = WORK / "generated"
    _kotlinc(tools, "compile core", [CORE], [tools.kotlin], core)
    libraries = [core, tools.kotlin, tools.android, *litert]
    _kotlinc(tools, "compile app", [APP / "kotlin", generated], libraries, app)
    sources = list(generated.rglob("*.java"))
    run("compile R.java", ["javac", "-nowarn", "--release", "8", "-Xlint:-options", "-d", app, *sources])
    return core, app


def make_dex(tools: Tools, classes: tuple[Path, Path]) -> Path:
    """Translate core and app to one classes.dex with D8, which also desugars; their libraries are in it.

    Those are translated once. D8 8.3 trips over what Kotlin 2.4 notes of local variables, which --release leaves out.
    """
    folder = WORK / "dex"
    folder.mkdir()
    libraries = [tools.kotlin, *(_classes_of(archive) for archive in tools.litert)]
    # Without its table of which Android has which method, which that jar leaves out; calls are guarded in the sources.
    command: list[str | Path] = [*JAVA, "-Dcom.android.tools.r8.disableApiModeling", "-cp", tools.java]
    command += ["com.android.tools.r8.D8", "--release"]
    command += ["--min-api", versions()["min-sdk"], "--lib", tools.android]
    translated = tools.kotlin.with_name("libraries.dex.zip")
    if not translated.exists():
        partial = WORK / translated.name
        _silently("dex the libraries", [*command, "--output", partial, *libraries])
        partial.replace(translated)
    ours = [path for each in classes for path in sorted(each.rglob("*.class"))]
    for library in libraries:
        command += ["--classpath", library]
    _silently("dex core and app", [*command, "--output", folder, *ours, translated])
    made = sorted(path.name for path in folder.iterdir())
    if made != ["classes.dex"]:
        raise CheckError(f"one classes.dex was expected, D8 made {', '.join(made) or 'nothing'}.")
    return folder / "classes.dex"


def _silently(what: str, command: list[str | Path]) -> None:
    said = run(what, command)
    if said.strip():
        raise CheckError(f"D8 has something to say, which may fail on a phone:\n{said}")


def _kotlinc(tools: Tools, what: str, sources: list[Path], libraries: list[Path], output: Path) -> None:
    command = [*JAVA, "-cp", tools.java, "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", *_COMPILER]
    run(what, [*command, "-cp", ":".join(map(str, libraries)), "-d", output, *sources])


def _classes_of(archive: Path) -> Path:
    jar = WORK / f"{archive.stem}.jar"
    if not jar.exists():
        with zipfile.ZipFile(archive) as files:
            jar.write_bytes(files.read("classes.jar"))
    return jar


if __name__ == "__main__":
    try:
        build(parse().bundle)
    except (CheckError, TfbertEdgeError) as error:
        sys.exit(f"android-check: {error}")
