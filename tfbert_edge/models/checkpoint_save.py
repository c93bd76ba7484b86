"""This network's weights as a Hugging Face folder, written so that a reader never meets half of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from safetensors.numpy import save_file

from tfbert_edge.atomic import new_folder
from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint_files import SAFETENSORS
from tfbert_edge.models.checkpoint_names import (
    FAMILIES,
    JOINED_MODULES,
    is_transposed,
    stored_name,
    tensor_name,
)
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import head_outputs

OWN_MODEL = "TfbertEdge"
KINDS = {
    "classification": "ForSequenceClassification",
    "mean_classification": "ForMeanPooledClassification",
    "tokens": "ForTokenClassification",
    "span": "ForQuestionAnswering",
    "joint": "ForIntentAndSlots",
    "mean_pooling": "Model",
    "cls_pooling": "Model",
}
"""A head of models.heads -> what the names of transformers' classes with such a head end with."""
ENCODER_ALONE = "Model"
"""The kind whose outputs are states, which have no names."""
OWN_KINDS = frozenset({"ForIntentAndSlots", "ForMeanPooledClassification"})
"""Those that transformers has not."""
PROBLEM_TYPES = {
    "classification": "single_label_classification",
    "multi_label": "multi_label_classification",
    "regression": "regression",
}
"""Tasks that transformers tells apart by ``problem_type``."""


class SavesItself(Protocol):
    """A tokenizer that writes its files into a folder."""

    def save(self, folder: Path) -> object:
        """Write the files."""


def model_variables(model: Any) -> Iterator[tuple[str, str, Any]]:
    """Every variable that a checkpoint holds, as (layer name, variable name, variable), in the model's order.

    The counters of dropout layers are left out: they are the state of a training run, not of a model.
    """
    for layer in model.layers:
        for variable in layer.weights:
            kind = variable.name.rpartition("/")[2].split(":")[0]
            if kind != "counter":
                yield layer.name, kind, variable


def save_checkpoint(
    model: Any,
    config: EncoderConfig,
    folder: str | Path,
    *,
    tokenizer: SavesItself | None = None,
    labels: Sequence[str] = (),
    task_type: str = "classification",
    head: str = "classification",
) -> Path:
    """Write ``model`` as a Hugging Face folder: config, ``model.safetensors``, tokenizer files.

    transformers loads it where ``config.is_standard``. It has no class for a network with ``head_size``, lists of heads or
    neurons, ``embedding_rank`` or ``normalization_type`` in its config.json, as compression leaves them, and refuses that by
    its ``model_type``; :func:`tfbert_edge.models.checkpoint.load_checkpoint` reads those too.
    The folder appears whole: it is written under another name and renamed. An earlier checkpoint there is
    replaced. ``labels`` names the outputs in order; without them they are ``LABEL_0``, ... ``head`` is a key of
    ``models.heads.HEADS``.

    Raises:
        CheckpointError: the labels are not as many as the outputs, or ``folder`` holds something that is no checkpoint.
    """
    folder = Path(folder)
    num_outputs = int(np.sum(head_outputs(model)))
    if labels and len(labels) != num_outputs:
        raise CheckpointError(
            f"the model has {num_outputs} outputs and needs as many labels, but has: {', '.join(labels)}."
        )
    if folder.exists() and not (
        folder.is_dir() and ((folder / "config.json").is_file() or not any(folder.iterdir()))
    ):
        raise CheckpointError(
            f"{folder} exists and is no checkpoint (no config.json): it is not replaced. Name another folder."
        )
    names = list(labels) or [f"LABEL_{index}" for index in range(num_outputs)]
    if KINDS[head] == ENCODER_ALONE:
        names = []
    raw = config.to_hf() | {
        "architectures": [_architecture(config, head)],
        **(
            {"id2label": dict(enumerate(names)), "label2id": {name: at for at, name in enumerate(names)}}
            if names
            else {}
        ),
        "problem_type": PROBLEM_TYPES.get(task_type),
        "torch_dtype": "float32",
    }
    if config.family == "electra" and config.classifier_dropout == config.hidden_dropout:
        # The default, so that it may be left out; spelled out, it breaks TFElectraForSequenceClassification
        # of transformers 4.57, which looks up a misspelt field.
        raw.pop("classifier_dropout", None)
    with new_folder(folder) as fresh:
        # "pt" says that names and layout are PyTorch's; transformers refuses a file that does not say.
        save_file(_tensors(model, config.family), fresh / SAFETENSORS, metadata={"format": "pt"})
        (fresh / "config.json").write_text(
            json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        if tokenizer is not None:
            tokenizer.save(fresh)
    return folder


def _architecture(config: EncoderConfig, head: str) -> str:
    own = not config.is_standard or KINDS[head] in OWN_KINDS
    return f"{OWN_MODEL if own else FAMILIES[config.family].model}{KINDS[head]}"


def _tensors(model: Any, family: str) -> dict[str, np.ndarray]:
    tensors = {}
    for layer, kind, variable in model_variables(model):
        value = np.asarray(variable.numpy(), dtype=np.float32)
        # safetensors writes the buffer as it lies in memory: a transposed view has to be copied.
        value = np.ascontiguousarray(value.T if is_transposed(kind) else value)
        tensors[stored_name(family, tensor_name(family, layer, kind))] = value
    for module, parts in JOINED_MODULES.items():
        for variable in ("weight", "bias"):
            names = [f"{part}.{variable}" for part in parts]
            if tensors.keys() >= set(names):
                tensors[f"{module}.{variable}"] = np.concatenate([tensors.pop(name) for name in names])
    return tensors
