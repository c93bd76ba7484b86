"""The door to the top-level package ``export``, whose plain name something else may bear."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import tfbert_edge
from tfbert_edge.errors import RunError

FOLDER = Path(tfbert_edge.__file__).resolve().parents[1] / "export"


def import_export(name: str = "export") -> ModuleType:
    """Import ``export`` or a module of it.

    Raises:
        RunError: another module called ``export`` comes first on the path; the message names its file.
    """
    try:
        with _without_own_scripts():
            package = importlib.import_module("export")
    except ModuleNotFoundError as error:
        if error.name != "export":
            raise
        raise RunError(
            f"the package 'export', which is installed beside tfbert_edge, is not in {FOLDER.parent}. "
            "Install tfbert-edge again."
        ) from error
    # A folder without __init__.py has no file, only a search path.
    found = [Path(package.__file__).parent] if package.__file__ else [Path(one) for one in package.__path__]
    if [one.resolve() for one in found] != [FOLDER]:
        shadow = package.__file__ or ", ".join(str(one) for one in found)
        raise RunError(
            f"'import export' finds {shadow}, which shadows the package of tfbert-edge in {FOLDER}. "
            "Rename it, or run from another folder."
        )
    return importlib.import_module(name)


@contextmanager
def _without_own_scripts() -> Iterator[None]:
    """Python puts a script's folder first on the path, and this project's own scripts/ holds an export.py."""
    scripts = FOLDER.parent / "scripts"
    path = list(sys.path)
    sys.path[:] = [entry for entry in path if Path(entry).resolve() != scripts]
    try:
        yield
    finally:
        sys.path[:] = path
