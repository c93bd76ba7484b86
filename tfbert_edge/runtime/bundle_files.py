"""Reads a bundle, folder or zip, and refuses what is not exactly one."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.manifest import MANIFEST_NAME, Manifest

# Far above any bundle; a zip that claims more is not unpacked into memory.
MAX_BUNDLE_BYTES = 4 * 2**30


@dataclass(frozen=True)
class BundleFiles:
    """A verified bundle: its manifest, and the bytes of every file by name."""

    manifest: Manifest
    contents: dict[str, bytes]

    def lines(self, name: str) -> list[str]:
        """Return the lines of a text file, without their line feeds."""
        text = self.contents[name].decode("utf-8")
        return text.removesuffix("\n").split("\n") if text else []


def read_bundle(path: str | Path) -> BundleFiles:
    """Read a bundle folder or zip and compare every file with the manifest.

    Raises:
        BundleError: not a bundle, an unsafe zip, a newer schema, or a missing, altered or foreign file.
    """
    path = Path(path)
    if path.is_dir():
        contents = _read_folder(path)
    elif not path.exists():
        raise BundleError(f"there is no bundle at {path}. Name a bundle's folder or zip.")
    elif zipfile.is_zipfile(path) and not _is_tflite(path):
        contents = _read_zip(path)
    else:
        raise BundleError(f"{path} must be a bundle, a folder or a zip; it is another kind of file.")
    if MANIFEST_NAME not in contents:
        raise BundleError(f"{path} is not a bundle: it has no {MANIFEST_NAME}.")
    manifest = Manifest.from_json(contents[MANIFEST_NAME])
    manifest.verify(contents)
    return BundleFiles(manifest, contents)


def verify(path: str | Path) -> Manifest:
    """Check a bundle as `read_bundle` does and return its manifest."""
    return read_bundle(path).manifest


def _is_tflite(path: Path) -> bool:
    # Metadata makes a zip of the end of a model file.
    with path.open("rb") as stream:
        return stream.read(8)[4:] == b"TFL3"


def _read_folder(folder: Path) -> dict[str, bytes]:
    contents = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):  # Desktops leave such files behind.
            continue
        if not path.is_file():
            raise BundleError(f"a bundle holds files only; {path} is a folder.")
        contents[path.name] = path.read_bytes()
    return contents


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for name in (entry.filename for entry in entries):
                if "/" in name or "\\" in name or name in ("", ".", ".."):
                    raise BundleError(
                        f"{path} must hold plain files; it has the path {name!r}. Do not trust it."
                    )
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names):
                raise BundleError(f"{path} holds a file twice: {sorted(names)}. Do not trust it.")
            if sum(entry.file_size for entry in entries) > MAX_BUNDLE_BYTES:
                raise BundleError(f"{path} claims to unpack to more than {MAX_BUNDLE_BYTES // 2**30} GiB.")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BundleError(f"{path} is a damaged zip: {error}. Get the bundle again.") from error
