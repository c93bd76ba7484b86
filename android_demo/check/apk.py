"""Puts the APK together, signs it with a throw-away key, and verifies what came out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from android_demo.check.align import Entry, misaligned, write_aligned
from android_demo.check.tools import BUILD, CheckError, Tools, run, versions
from tfbert_edge.runtime.bundle_files import BundleFiles

ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64")
ASSETS = "assets/bundle/"
_KEY_PASSWORD = "throw-away"


def assemble(path: Path, resources: Path, dex: Path, litert: Path, bundle: BundleFiles) -> Path:
    """Write the unsigned APK: linked resources, dex, LiteRT's libraries, and the bundle among the assets.

    Libraries and the model stay uncompressed and aligned, so that Android maps them from the APK.
    """
    entries = [*with_assets(resources, bundle), Entry("classes.dex", dex.read_bytes())]
    libraries = {info.filename: content for info, content in _contents(litert)}
    for abi in ABIS:
        name = f"{abi}/libtensorflowlite_jni.so"
        entries.append(Entry(f"lib/{name}", libraries[f"jni/{name}"], stored=True))
    write_aligned(path, entries)
    return path


def with_assets(resources: Path, bundle: BundleFiles) -> list[Entry]:
    """The files of the linked resources, and those of ``bundle`` as assets."""
    entries = [
        Entry(info.filename, content, info.compress_type == zipfile.ZIP_STORED)
        for info, content in _contents(resources)
    ]
    for name, content in sorted(bundle.contents.items()):
        entries.append(Entry(ASSETS + name, content, stored=name.endswith(".tflite")))
    return entries


def sign(unsigned: Path, apk: Path) -> None:
    """Sign with a key that is made on first use, kept in the build folder, and worth nothing."""
    store = BUILD / "throw-away.p12"
    if not store.exists():
        command = ["keytool", "-genkeypair", "-keystore", store, "-storetype", "PKCS12", "-alias", "check"]
        command += ["-storepass", _KEY_PASSWORD, "-keyalg", "RSA", "-keysize", "2048", "-validity", "10000"]
        run("make a throw-away key", [*command, "-dname", "CN=tfbert-edge check"])
    partial = apk.with_suffix(".partial")
    command = ["apksigner", "sign", "--ks", store, "--ks-pass", f"pass:{_KEY_PASSWORD}"]
    command += ["--min-sdk-version", versions()["min-sdk"], "--v4-signing-enabled", "false"]
    run("sign", [*command, "--out", partial, unsigned])
    partial.replace(apk)


def verify(apk: Path, bundle: BundleFiles) -> None:
    """Hold the signed APK against what Android asks of it, and its assets against the bundle.

    Raises:
        CheckError: bad signature or alignment, or the bundle's files came out otherwise.
    """
    run("verify the signature", ["apksigner", "verify", "--verbose", "--print-certs", apk], show=True)
    # 4 bytes, and 4,096 for libraries: what Debian's zipalign can check, by other hands than align.py's.
    run("verify the alignment", ["zipalign", "-c", "-p", "4", apk])
    if found := misaligned(apk):
        raise CheckError(f"misaligned in {apk.name}: {'; '.join(found)}.")
    with zipfile.ZipFile(apk) as archive:
        names = set(archive.namelist())
        packed = {name[len(ASSETS) :]: archive.read(name) for name in names if name.startswith(ASSETS)}
        compressed = archive.getinfo(f"{ASSETS}model.tflite").compress_type != zipfile.ZIP_STORED
    if packed != bundle.contents:
        raise CheckError(f"the assets of {apk.name} are not the files of the bundle.")
    if compressed:
        raise CheckError(f"model.tflite is compressed in {apk.name}; it could not be mapped into memory.")
    wanted = {f"lib/{abi}/libtensorflowlite_jni.so" for abi in ABIS} | {"classes.dex", "resources.arsc"}
    if not wanted <= names:
        raise CheckError(f"{apk.name} lacks {', '.join(sorted(wanted - names))}.")


def badging(tools: Tools, apk: Path) -> str:
    """What the APK says of itself: package, versions, activities, ABIs."""
    return run("read the badging", [tools.aapt2, "dump", "badging", apk]).rstrip()


def _contents(archive: Path) -> list[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(archive) as files:
        return [(info, files.read(info)) for info in files.infolist() if not info.is_dir()]
