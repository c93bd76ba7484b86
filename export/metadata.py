"""Writes MediaPipe Tasks metadata into a .tflite file, so that its text classifier takes the file as it is.

A flatbuffer of its own (TFLite metadata schema 1.5.0, identifier M001) lies in the model's buffer
TFLITE_METADATA; it names the tensors and the WordPiece tokenizer. vocab.txt and labels.txt lie in a zip at
the end of the file, uncompressed since readers map them. The tables are written by field number: the packages
that hold generated writers no longer work.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import read_model
from export.rewrite import pack, unpack
from tfbert_edge.errors import ConversionError

METADATA_NAME = "TFLITE_METADATA"
VOCABULARY_NAME = "vocab.txt"
LABELS_NAME = "labels.txt"

# metadata_schema.fbs: enum AssociatedFileType, unions ContentProperties and ProcessUnitOptions.
_TENSOR_AXIS_LABELS = 2
_VOCABULARY = 5
_FEATURE_PROPERTIES = 1
_BERT_TOKENIZER_OPTIONS = 4
# The first parser version that knows BertTokenizerOptions, the newest table used here.
_MIN_PARSER_VERSION = "1.1.0"
_IDENTIFIER = b"M001"
# The earliest time that a zip can hold: equal models are to be equal files.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

_INPUT_DESCRIPTIONS = {
    "ids": "Indices of the word pieces in vocab.txt, padded with [PAD].",
    "segment_ids": "Of a pair, 0 for the first text and 1 for the second; of a summarization, as its reader numbers them.",
    "mask": "1 for word pieces, 0 for padding.",
}


def add_metadata(
    model: bytes,
    *,
    vocabulary_file: bytes,
    labels_file: bytes | None = None,
    name: str,
    description: str,
    version: str = "",
    license: str = "",
) -> bytes:
    """Return the file with metadata, vocabulary and labels in it; any it had before are replaced.

    ``vocabulary_file`` and ``labels_file`` are the bytes of vocab.txt and labels.txt, one entry a line;
    ``labels_file`` is None where the task has no labels (regression).

    Raises:
        ConversionError: an input is not ids, segment_ids or mask, or labels.txt has not one line an output.
        TfbertEdgeError: ``model`` is not a whole TFLite model.
    """
    graph = read_model(model)
    unknown = [tensor.name for tensor in graph.inputs if tensor.name not in _INPUT_DESCRIPTIONS]
    if unknown:
        raise ConversionError(
            f"the inputs must be named {', '.join(_INPUT_DESCRIPTIONS)}; there is '{unknown[0]}'. "
            "Make the file with export.convert."
        )
    if labels_file is not None:
        labels, values = len(labels_file.decode().rstrip("\n").split("\n")), graph.outputs[0].shape[-1]
        if labels != values:
            raise ConversionError(
                f"labels.txt must have one line for each of {values} output values, it has {labels}."
            )
    metadata = _MetadataWriter(name=name, description=description, version=version, license=license).write(
        inputs=[tensor.name for tensor in graph.inputs],
        outputs=[tensor.name for tensor in graph.outputs],
        has_labels=labels_file is not None,
    )
    files = {VOCABULARY_NAME: vocabulary_file} | ({} if labels_file is None else {LABELS_NAME: labels_file})
    return _with_files(_with_buffer(model, METADATA_NAME, metadata), files)


def read_files(model: bytes) -> dict[str, bytes]:
    """The files appended to a model by name; empty where there are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return {}


def _with_buffer(content: bytes, name: str, data: bytes) -> bytes:
    model = unpack(content)
    model.metadata = model.metadata or []
    entry = next((entry for entry in model.metadata if entry.name.decode() == name), None)
    if entry is None:
        entry = schema.MetadataT()
        entry.name, entry.buffer = name.encode(), len(model.buffers)
        model.metadata.append(entry)
        model.buffers.append(schema.BufferT())
    model.buffers[entry.buffer].data = np.frombuffer(data, np.uint8)
    return pack(model)


def _with_files(content: bytes, files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO(content)
    with zipfile.ZipFile(
        stream, "a", zipfile.ZIP_STORED
    ) as archive:  # offsets count from the start of the file
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data)
    return stream.getvalue()


class _MetadataWriter:
    """Builds the metadata flatbuffer; a table is a list of (field number, kind, value)."""

    def __init__(self, *, name: str, description: str, version: str, license: str) -> None:
        self.builder = flatbuffers.Builder(1024)
        self.model_fields = [
            (0, name),
            (1, description),
            (2, version),
            (5, license),
            (7, _MIN_PARSER_VERSION),
        ]

    def write(self, *, inputs: Sequence[str], outputs: Sequence[str], has_labels: bool) -> bytes:
        vocabulary = self._file(
            VOCABULARY_NAME, "WordPiece vocabulary, one piece a line, in order of id.", _VOCABULARY
        )
        tokenizer = self._table({0: self._tables([vocabulary])})
        process_unit = self._table({1: tokenizer}, types={0: _BERT_TOKENIZER_OPTIONS})
        labels = []
        if has_labels:
            labels = [
                self._file(LABELS_NAME, "Labels, one a line, in order of output value.", _TENSOR_AXIS_LABELS)
            ]
        subgraph = self._table(
            {
                2: self._tables([self._tensor(name, _INPUT_DESCRIPTIONS[name], []) for name in inputs]),
                3: self._tables(
                    [self._tensor(name, "The answer, one value a label.", labels) for name in outputs]
                ),
                5: self._tables([process_unit]),
            }
        )
        fields = {number: self.builder.CreateString(text) for number, text in self.model_fields if text}
        root = self._table({**fields, 3: self._tables([subgraph])})
        self.builder.Finish(root, file_identifier=_IDENTIFIER)
        return bytes(self.builder.Output())

    def _tensor(self, name: str, description: str, files: list[int]) -> int:
        content = self._table({1: self._table({})}, types={0: _FEATURE_PROPERTIES})
        fields = {0: self.builder.CreateString(name), 1: self.builder.CreateString(description), 3: content}
        return self._table(fields | ({6: self._tables(files)} if files else {}))

    def _file(self, name: str, description: str, kind: int) -> int:
        fields = {0: self.builder.CreateString(name), 1: self.builder.CreateString(description)}
        return self._table(fields, types={2: kind})

    def _table(self, offsets: dict[int, Any], types: dict[int, int] | None = None) -> int:
        """Write a table of strings, vectors and tables (``offsets``) and enumerations, by field number."""
        types = types or {}
        self.builder.StartObject(1 + max([*offsets, *types], default=-1))
        for number, offset in offsets.items():
            self.builder.PrependUOffsetTRelativeSlot(number, offset, 0)
        for number, value in types.items():
            self.builder.PrependInt8Slot(number, value, 0)
        return self.builder.EndObject()

    def _tables(self, offsets: Sequence[int]) -> int:
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return self.builder.EndVector()
