"""An untrained student of any shape, whose embeddings may begin as the teacher's.

A narrower student has the tables E of words, positions and segments, rows side by side, as

    E V_k,    E = U S V^T

with the k leading right singular vectors of the teacher's: of all matrices of rank k, E V_k V_k^T is the nearest to E
(Eckart and Young 1936), so the student's rows keep as much of the teacher's inner products as k numbers can. Turc et al. 2019
("Well-read students learn better") begin with random embeddings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.heads import build_model, head_outputs
from tfbert_edge.models.presets import preset

TABLES = ("embeddings.word", "embeddings.position", "embeddings.token_type")


def student_config(
    teacher: EncoderConfig,
    *,
    name: str | None = None,
    layers: int | None = None,
    hidden_size: int | None = None,
    heads: int | None = None,
    neurons: int | None = None,
    activation: str | None = None,
    embeddings: str = "teacher",
) -> EncoderConfig:
    """Return the teacher's configuration with the shape of the preset ``name``; single numbers replace the preset's.

    ``embeddings`` is ``teacher`` or ``random``. Tables are as wide as the network, or as the teacher's where that one has
    narrow tables of its own (ELECTRA).

    Raises:
        CheckpointError: there is no such preset.
        CompressionError: the heads do not divide the width, there is neither a preset nor all four numbers, or the
            teacher's tables are to be taken for wider ones, or its word table is factorised.
    """
    shape = preset(name) if name is not None else None
    if shape is not None:
        layers = layers or shape.num_layers
        hidden_size = hidden_size or shape.hidden_size
        heads = heads or shape.num_heads[0]
        neurons = neurons or shape.intermediate_sizes[0]
    if not (layers and hidden_size and heads and neurons):
        raise CompressionError(
            f"a new student must have layers, hidden_size, heads and neurons, was given {layers}, {hidden_size}, {heads} and "
            f"{neurons}. Give all four, or name a preset."
        )
    if hidden_size % heads:
        raise CompressionError(
            f"heads must divide the hidden size {hidden_size}, was {heads}. Choose another of the two."
        )
    narrow = teacher.embedding_size != teacher.hidden_size
    width = min(teacher.embedding_size, hidden_size) if narrow else hidden_size
    if embeddings == "teacher" and width > teacher.embedding_size:
        raise CompressionError(
            f"embeddings: teacher needs a student at most as wide as the teacher's {teacher.embedding_size}, it is {width} "
            "wide. Set embeddings to random, or make it narrower."
        )
    if embeddings == "teacher" and teacher.embedding_rank is not None:
        raise CompressionError(
            f"embeddings: teacher needs a teacher with a whole word table, its table is factorised with size "
            f"{teacher.embedding_rank}. Set embeddings to random."
        )
    return dataclasses.replace(
        teacher,
        hidden_size=hidden_size,
        embedding_size=width,
        num_heads=(heads,) * layers,
        head_size=hidden_size // heads,
        intermediate_sizes=(neurons,) * layers,
        hidden_act=activation or teacher.hidden_act,
        embedding_rank=None,
        layer_groups=None,
    )


def new_student(
    teacher: Any, config: EncoderConfig, *, embeddings: str, head: str = "classification", seed: int = 0
) -> Any:
    """Build the network of ``config``, of :func:`student_config`, with fresh weights that ``seed`` decides.

    With ``embeddings`` ``teacher``, its tables are :func:`leading_directions` of the teacher's; where they are as wide, the
    whole embedding is the teacher's, with its normalization.
    """
    keras.utils.set_random_seed(seed)
    student = build_model(config, head=head, num_outputs=head_outputs(teacher), seed=seed)
    if embeddings != "teacher":
        return student
    names = [layer.name for layer in student.layers if layer.name in TABLES]
    tables = [teacher.get_layer(name).get_weights()[0] for name in names]
    if tables[0].shape[1] == config.embedding_size:
        for layer in student.layers:
            weights = layer.get_weights()
            if layer.name.startswith("embeddings.") and weights:
                theirs = teacher.get_layer(layer.name).get_weights()
                if [one.shape for one in theirs] == [one.shape for one in weights]:
                    layer.set_weights(theirs)
        return student
    for name, table in zip(names, leading_directions(tables, config.embedding_size), strict=True):
        student.get_layer(name).set_weights([table])
    return student


def leading_directions(tables: Sequence[np.ndarray], width: int) -> list[np.ndarray]:
    """``E V_k`` of tables float ``(rows, h)`` with the k = ``width`` leading right singular vectors of all rows, float32."""
    stacked = np.concatenate(tables).astype(np.float64)
    # The eigenvectors of E^T E, h x h: E itself may have many rows.
    _, vectors = np.linalg.eigh(stacked.T @ stacked)
    leading = vectors[:, ::-1][:, :width]
    return [(table @ leading).astype(np.float32) for table in tables]
