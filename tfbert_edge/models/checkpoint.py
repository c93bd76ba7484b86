"""Pretrained weights into this network, and back into a folder that transformers reads."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint_files import StoredTensor, parted, stored_tensors
from tfbert_edge.models.checkpoint_names import (
    ENCODER_MODULES,
    FAMILIES,
    IGNORED_TENSORS,
    is_transposed,
    stored_name,
    tensor_name,
)
from tfbert_edge.models.checkpoint_resolve import resolve_checkpoint
from tfbert_edge.models.checkpoint_save import KINDS, model_variables, save_checkpoint
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import NumOutputs, build_model

__all__ = ["Loaded", "load_checkpoint", "read_config", "resolve_checkpoint", "save_checkpoint"]

CONFIG = "config.json"
_HEAD_SIZE_NOTE = "(the task has"


@dataclass(frozen=True)
class Loaded:
    """A model with a checkpoint's weights; ``new_weights`` names those that it lacked (initialized)."""

    model: Any
    config: EncoderConfig
    new_weights: list[str]


@dataclass(frozen=True)
class _Wanted:
    variable: Any
    shape: tuple[int, ...]
    transposed: bool


def read_config(folder: Path) -> tuple[EncoderConfig, dict[str, Any]]:
    """The folder's ``config.json``, as this network's configuration and as it is.

    Raises:
        CheckpointError: there is none, it is no JSON object, or it describes a network that cannot be built.
    """
    path = folder / CONFIG
    if not path.is_file():
        found = (
            ", ".join(sorted(entry.name for entry in folder.iterdir()))
            if folder.is_dir()
            else "no such folder"
        )
        raise CheckpointError(f"{folder} must be a Hugging Face folder with {CONFIG}; it has: {found}.")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise ValueError(f"a {type(raw).__name__} instead of an object")
    except ValueError as error:  # JSON and Unicode errors are ValueErrors too
        raise CheckpointError(f"{path} must be a JSON object: {error}. Copy it again.") from error
    return EncoderConfig.from_hf(raw), raw


def load_checkpoint(
    folder: str | Path,
    *,
    head: str = "classification",
    num_outputs: NumOutputs,
    hidden_dropout: float | None = None,
    attention_dropout: float | None = None,
    classifier_dropout: float | None = None,
    layer_drop: float = 0.0,
    seed: int = 0,
    new_head: bool = False,
) -> Loaded:
    """Build the network that ``folder`` describes, with ``num_outputs`` outputs, and fill it from there.

    A head that the checkpoint neither has nor claims in ``architectures`` is new: kernels are drawn from
    N(0, initializer_range^2) by ``seed``, biases are zero. BERT's pooler is ``head.dense`` and is taken when
    it is there. ``new_head=True`` leaves the checkpoint's own classifier aside, for a task with other labels.
    Heads of other tasks (masked language model, next sentence, discriminator) are ignored. The dropouts
    replace the checkpoint's own where they are not None; ``layer_drop`` is the share of layers that training skips.

    Raises:
        CheckpointError: no configuration or weights that can be read; or tensors that are missing, misshapen,
            or unknown parts of the encoder, in one error that lists them all with their shapes.
    """
    folder = Path(folder)
    config, raw = read_config(folder)
    dropouts: dict[str, Any] = {
        "hidden_dropout": hidden_dropout,
        "attention_dropout": attention_dropout,
        "classifier_dropout": classifier_dropout,
        "layer_drop": layer_drop,
    }
    config = dataclasses.replace(
        config, **{name: rate for name, rate in dropouts.items() if rate is not None}
    )
    stored = parted(stored_tensors(folder, family=config.family))
    classifier = _claims_head(raw, head)
    if new_head or classifier is False:
        stored = {name: tensor for name, tensor in stored.items() if name.startswith(ENCODER_MODULES)}
    model = build_model(config, head=head, num_outputs=num_outputs, seed=seed)
    wanted = {
        tensor_name(config.family, layer, kind): _Wanted(
            variable,
            tuple(variable.shape)[::-1] if is_transposed(kind) else tuple(variable.shape),
            is_transposed(kind),
        )
        for layer, kind, variable in model_variables(model)
    }
    layers = {layer.name for layer in model.layers}
    new = _new_tensors(config.family, layers, wanted, stored) if new_head or not classifier else set()
    problems = _problems(
        config.family, {name: want for name, want in wanted.items() if name not in new}, stored
    )
    if problems:
        lines = [f"{folder} does not hold the weights of its {CONFIG}:", *problems, _advice(problems)]
        raise CheckpointError("\n  ".join(lines))
    random = np.random.default_rng(seed)
    values = []
    for name, want in wanted.items():
        if name in new:
            drawn = random.normal(0.0, config.initializer_range, want.variable.shape)
            value = drawn.astype(np.float32) if len(want.shape) > 1 else np.zeros(want.shape, np.float32)
        else:
            value = stored[name].read()
            value = value.T if want.transposed else value
        values.append((want.variable, value))
    keras.backend.batch_set_value(values)
    return Loaded(
        model=model,
        config=config,
        new_weights=[stored_name(config.family, name) for name in wanted if name in new],
    )


def _claims_head(raw: dict[str, Any], head: str) -> bool | None:
    """Whether ``architectures`` in config.json names a network with this head; None when it names nothing.

    Where it says another class, a tensor named ``classifier`` is another one's.
    """
    architectures = raw.get("architectures")
    return any(KINDS[head] in str(name) for name in architectures) if architectures else None


def _new_tensors(
    family: str, layers: set[str], wanted: dict[str, _Wanted], stored: dict[str, StoredTensor]
) -> set[str]:
    """Tensors that may be new: the whole head, or BERT's classifier over a pooler that the checkpoint has."""
    modules = [f"{module}." for layer, module in FAMILIES[family].head.items() if layer in layers]
    groups = [{name for name in wanted if name.startswith(module)} for module in modules]
    whole = set().union(*groups)
    if not whole & stored.keys():
        return whole
    classifier = groups[-1]
    pooled = modules[0].startswith(ENCODER_MODULES) and groups[0] <= stored.keys()
    return classifier if pooled and not classifier & stored.keys() else set()


def _advice(problems: list[str]) -> str:
    if any(f"{_HEAD_SIZE_NOTE} " in line for line in problems):
        return "For a task with other labels load with new_head=True, or start from the model before tuning."
    return "The weights and config.json must be of one model: copy both again from where they come."


def _problems(family: str, wanted: dict[str, _Wanted], stored: dict[str, StoredTensor]) -> list[str]:
    lines = []
    for name, want in wanted.items():
        label = stored_name(family, name)
        if name not in stored:
            lines.append(f"missing: {label}, expected shape {want.shape}")
        elif stored[name].shape != want.shape:
            is_output = name.startswith(f"{FAMILIES[family].head['head.classifier']}.")
            outputs = f" {_HEAD_SIZE_NOTE} {want.shape[0]} outputs)" if is_output else ""
            found = stored[name]
            lines.append(
                f"misshapen: {found.source}, expected shape {want.shape}{outputs}, found {found.shape}"
            )
    inside = [name for name in stored if name.startswith(ENCODER_MODULES) and not name.startswith("pooler.")]
    unknown = sorted(set(inside) - wanted.keys() - IGNORED_TENSORS)
    return [*lines, *(f"unexpected: {stored[name].source}, shape {stored[name].shape}" for name in unknown)]
