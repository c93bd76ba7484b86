"""One ``.tflite`` file of a network, and what is recorded of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from tfbert_edge.native_output import hidden_native_output
from tfbert_edge.stages.exporter import import_export
from tfbert_edge.stages.network import Network
from tfbert_edge.stages.run import Run


def make_file(
    run: Run,
    network: Network,
    form: str,
    *,
    model: Any = None,
    calibration: Sequence[Any] | None = None,
    int4_layers: Collection[str] = (),
) -> bytes:
    """Convert ``model``, by default the network's own, into ``form``, with the recipe's length and metadata.

    ``calibration`` and ``int4_layers`` are for the forms that want them; see ``export.convert``.

    Raises:
        ConversionError: the form cannot be had.
    """
    length, task = run.recipe.sequence_length, network.task
    with hidden_native_output():
        content = import_export("export.convert").convert(
            network.model if model is None else model,
            form,
            sequence_length=length,
            output_activation=task.output_activation,
            calibration=calibration,
            int4_layers=int4_layers,
            output_names=[spec.name for spec in task.reader.outputs],
        )
    # Metadata's labels are those of the only output; of several, the bundle's labels.txt has them all.
    labelled = bool(task.labels) and len(task.reader.outputs) == 1
    return import_export("export.metadata").add_metadata(
        content,
        vocabulary_file="".join(f"{piece}\n" for piece in network.tokenizer.vocabulary).encode(),
        labels_file=labels_file(run) if labelled else None,
        name=run.recipe.name,
        description=f"{task.name}, {form}, {length} word pieces",
    )


def labels_file(run: Run) -> bytes:
    """The labels, one a line."""
    return "".join(f"{label}\n" for label in run.data.task.labels).encode()


def file_figures(content: bytes) -> dict[str, Any]:
    """``size_bytes``, ``encoder_bytes`` (of the constants in transformer layers, each once), ``zipped_bytes``, ``sparsity`` (of
    the weights, read back from the file) and ``sha256``.
    """
    sizes = import_export("export.sizes")
    graph = import_export("export.flatbuffer").read_model(content)
    return {
        "size_bytes": len(content),
        "encoder_bytes": graph.encoder_bytes(),
        "zipped_bytes": sizes.zipped_size(content),
        "sparsity": sizes.weight_sparsity(graph),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
