"""From what a recipe calls a checkpoint to a folder on disk. Needs no TensorFlow."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from tfbert_edge.errors import INSTALL, CheckpointError, require_extra
from tfbert_edge.models.checkpoint_files import SAFETENSORS, SAFETENSORS_INDEX, TENSORFLOW_H5

PACKAGE_PREFIX = "package:"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_SMALL_FILES = [
    "config.json",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
]


def resolve_checkpoint(spec: str | Path, revision: str | None = None) -> Path:
    """The folder that ``spec`` names: a folder, ``package:<module>/<path inside it>``, or a hub id.

    A model of the hub is downloaded once, without the weight formats that are not needed.

    Raises:
        CheckpointError: there is no such folder or package, or the hub cannot be reached or lacks the model;
            the message says how to bring the files.
    """
    text = str(spec)
    if text.startswith(PACKAGE_PREFIX):
        return _from_package(text)
    folder = Path(text).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise CheckpointError(
            f"checkpoint '{spec}' must be a folder with config.json, was a file. Give its folder."
        )
    if isinstance(spec, Path) or not _HUB_ID.fullmatch(text):
        raise CheckpointError(
            f"checkpoint '{spec}' does not exist. Set model.checkpoint to a folder, to "
            "package:<module>/<path>, or to a hub id (owner/name)."
        )
    return _from_hub(text, revision)


def _from_package(spec: str) -> Path:
    module, _, inside = spec.removeprefix(PACKAGE_PREFIX).partition("/")
    try:
        found = importlib.util.find_spec(module)  # finds a top-level package without running it
    except (ImportError, ValueError):
        found = None
    places = list(found.submodule_search_locations or ()) if found is not None else []
    if not places:
        raise CheckpointError(
            f"checkpoint '{spec}': there is no installed Python package '{module}'. Install what brings it "
            f"(for the recipes that come along: {INSTALL['demo']})."
        )
    for place in places:
        if (folder := Path(place, inside)).is_dir():
            return folder
    raise CheckpointError(
        f"checkpoint '{spec}': package '{module}' has no folder '{inside}' in {places[0]}. "
        f"Correct the path after '{module}/'."
    )


def _from_hub(hub_id: str, revision: str | None) -> Path:
    hub = require_extra("huggingface_hub", "train")
    at = f" at revision '{revision}'" if revision else ""
    try:
        patterns = [*_SMALL_FILES, SAFETENSORS, SAFETENSORS_INDEX, "model-*.safetensors"]
        folder = Path(hub.snapshot_download(hub_id, revision=revision, allow_patterns=patterns))
        if not any(folder.glob("*.safetensors")):
            folder = Path(
                hub.snapshot_download(
                    hub_id, revision=revision, allow_patterns=[*_SMALL_FILES, TENSORFLOW_H5]
                )
            )
    except Exception as error:  # whatever the client and its HTTP library raise, the way out is the same
        raise CheckpointError(
            f"checkpoint '{hub_id}'{at} is no folder here and could not be had from the hub "
            f"({type(error).__name__}: {error}). If it is a folder, correct the path. Without a network: run "
            f"`hf download {hub_id} --local-dir FOLDER` where there is one, copy FOLDER here, and set "
            "model.checkpoint to its path."
        ) from error
    return folder
