"""The weight files of a Hugging Face folder, read without PyTorch: safetensors or ``tf_model.h5``."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from tfbert_edge.errors import CheckpointError, require_extra
from tfbert_edge.models.checkpoint_names import JOINED_MODULES, canonical_name, from_tensorflow_name

SAFETENSORS = "model.safetensors"
SAFETENSORS_INDEX = "model.safetensors.index.json"
TENSORFLOW_H5 = "tf_model.h5"
_PYTORCH = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


@dataclass(frozen=True)
class StoredTensor:
    """A tensor of a file, not read yet: where it is, its shape in PyTorch's layout, and how to get it.

    ``read()`` returns a float32 array of ``shape``; CheckpointError when the stored type is not a float.
    """

    source: str
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]


def stored_tensors(folder: Path, *, family: str) -> dict[str, StoredTensor]:
    """Tensors of the folder's weight files by canonical name (see ``checkpoint_names.py``).

    Looks for ``model.safetensors``, then ``model.safetensors.index.json`` with its shards, then
    ``tf_model.h5``.

    Raises:
        CheckpointError: no file of these, only ``pytorch_model.bin``, a missing shard, or an unreadable file.
    """
    if (folder / SAFETENSORS).is_file():
        return _from_safetensors(folder / SAFETENSORS, family=family)
    if (folder / SAFETENSORS_INDEX).is_file():
        tensors: dict[str, StoredTensor] = {}
        for shard in _shards(folder / SAFETENSORS_INDEX):
            tensors |= _from_safetensors(shard, family=family)
        return tensors
    if (folder / TENSORFLOW_H5).is_file():
        return _from_h5(folder / TENSORFLOW_H5, family=family)
    pickled = [name for name in _PYTORCH if (folder / name).is_file()]
    if pickled:
        raise CheckpointError(
            f"{folder} has its weights only in {pickled[0]}, a Python pickle, which is not read. Convert "
            'it once, where PyTorch is installed: python -c "from transformers import AutoModel; '
            "AutoModel.from_pretrained('FOLDER').save_pretrained('NEW', safe_serialization=True)\" "
            "(AutoModelForSequenceClassification if fine-tuned). Then copy the tokenizer files to NEW."
        )
    found = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
    raise CheckpointError(
        f"{folder} has no weights: expected {SAFETENSORS}, {SAFETENSORS_INDEX} with its shards, or "
        f"{TENSORFLOW_H5}; it has: {found}. If the original "
        "has only pytorch_model.bin, convert it with transformers' save_pretrained(safe_serialization=True)."
    )


def parted(stored: dict[str, StoredTensor]) -> dict[str, StoredTensor]:
    """``stored`` with tensors of :data:`JOINED_MODULES` cut into those of their parts, one output each."""
    found = dict(stored)
    for module, parts in JOINED_MODULES.items():
        for variable in ("weight", "bias"):
            tensor = stored.get(f"{module}.{variable}")
            if tensor is not None and tensor.shape[0] == len(parts):
                shape = (1, *tensor.shape[1:])
                for place, part in enumerate(parts):
                    found[f"{part}.{variable}"] = StoredTensor(tensor.source, shape, _Part(tensor, place))
                del found[f"{module}.{variable}"]
    return found


@dataclass(frozen=True)
class _Part:
    whole: StoredTensor
    place: int

    def __call__(self) -> np.ndarray:
        return self.whole.read()[self.place : self.place + 1]


def _shards(index: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CheckpointError(
            f"{index} must be JSON with a weight_map from tensors to files: {error!r}. Copy it again."
        ) from error
    shards = [index.parent / name for name in names]
    absent = [shard.name for shard in shards if not shard.is_file()]
    if absent:
        raise CheckpointError(
            f"{index} names files that are not in {index.parent}: {', '.join(absent)}. Copy them there."
        )
    return shards


def _from_safetensors(path: Path, *, family: str) -> dict[str, StoredTensor]:
    tensors: dict[str, StoredTensor] = {}
    try:
        with safe_open(path, framework="numpy") as file:
            # transformers' TensorFlow classes write their own names and layout, and say so.
            tensorflow = (file.metadata() or {}).get("format") == "tf"
            for key in file.keys():  # noqa: SIM118  (a safetensors file is not a mapping)
                piece = file.get_slice(key)
                name, transposed = from_tensorflow_name(key) if tensorflow else (key, False)
                shape = tuple(piece.get_shape())
                tensors[canonical_name(name, family=family)] = StoredTensor(
                    source=f"{key} in {path.name}",
                    shape=shape[::-1] if transposed else shape,
                    read=_SafetensorsReader(path, key, piece.get_dtype(), transposed),
                )
    except (SafetensorError, OSError) as error:
        raise CheckpointError(_unreadable(path, error)) from error
    return tensors


@dataclass(frozen=True)
class _SafetensorsReader:
    path: Path
    key: str
    dtype: str
    transposed: bool

    def __call__(self) -> np.ndarray:
        if self.dtype not in _FLOATS:
            raise CheckpointError(
                f"tensor '{self.key}' in {self.path} must be stored as one of {', '.join(sorted(_FLOATS))}, "
                f"was {self.dtype}. Start from the checkpoint before it was quantized."
            )
        if self.dtype == "BF16":
            array = _read_bfloat16(self.path, self.key)
        else:
            with safe_open(self.path, framework="numpy") as file:
                array = file.get_tensor(self.key)
        array = array.astype(np.float32, copy=False)
        return array.T if self.transposed else array


def _read_bfloat16(path: Path, key: str) -> np.ndarray:
    """A bfloat16 tensor as float32: the same bits above 16 zeros.

    NumPy has no bfloat16, so safetensors may refuse to give one. Its file is the header's length (8 bytes,
    little-endian), the header (JSON) and the data, from whose start the offsets count.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(length))[key]
        begin, end = entry["data_offsets"]
        file.seek(8 + length + begin)
        bits = np.frombuffer(file.read(end - begin), dtype="<u2")
    return (bits.astype(np.uint32) << 16).view(np.float32).reshape(entry["shape"])


def _from_h5(path: Path, *, family: str) -> dict[str, StoredTensor]:
    h5py: Any = require_extra("h5py", "train")
    tensors: dict[str, StoredTensor] = {}
    try:
        with h5py.File(path, "r") as file:
            datasets: list[tuple[str, tuple[int, ...], str]] = []

            def collect(key: str, node: Any) -> None:
                if isinstance(node, h5py.Dataset):
                    datasets.append((key, tuple(node.shape), node.dtype.kind))

            file.visititems(collect)
    except OSError as error:
        raise CheckpointError(_unreadable(path, error)) from error
    for key, shape, kind in datasets:
        # The first part is Keras's group of a top-level layer; that of a tied head repeats encoder tensors.
        name, transposed = from_tensorflow_name(key.partition("/")[2] or key)
        if kind == "f":
            tensors.setdefault(
                canonical_name(name, family=family),
                StoredTensor(
                    source=f"{key} in {path.name}",
                    shape=shape[::-1] if transposed else shape,
                    read=_H5Reader(path, key, transposed),
                ),
            )
    return tensors


@dataclass(frozen=True)
class _H5Reader:
    path: Path
    key: str
    transposed: bool

    def __call__(self) -> np.ndarray:
        h5py: Any = require_extra("h5py", "train")
        with h5py.File(self.path, "r") as file:
            array = np.asarray(file[self.key], dtype=np.float32)
        return array.T if self.transposed else array


def _unreadable(path: Path, error: Exception) -> str:
    with path.open("rb") as file:
        pointer = file.read(64).startswith(b"version https://git-lfs")
    if pointer:
        return f"{path} is a Git LFS pointer, not the weights. Run `git lfs pull` in its folder."
    return f"{path} cannot be read ({error}): it is damaged or incomplete. Copy or download it again."
