"""The oracle is the public schema: fields are read by number with the flatbuffers package, files with zipfile."""

from __future__ import annotations

import io
import zipfile

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import number_types as types

from export.audit import audit
from export.flatbuffer import read_model
from export.metadata import add_metadata, read_files
from tfbert_edge.errors import ConversionError

VOCABULARY = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\nfilm\n##s\n"
LABELS = b"negative\nneutral\npositive\n"


class Table:
    """A flatbuffer table whose fields are asked for by their number in metadata_schema.fbs."""

    def __init__(self, data, position):
        self.table = flatbuffers.table.Table(data, position)

    @classmethod
    def root(cls, data):
        return cls(data, flatbuffers.encode.Get(flatbuffers.packer.uoffset, data, 0))

    def _offset(self, number):
        return self.table.Offset(4 + 2 * number)

    def text(self, number):
        offset = self._offset(number)
        return self.table.String(offset + self.table.Pos).decode() if offset else None

    def byte(self, number):
        offset = self._offset(number)
        return self.table.Get(types.Int8Flags, offset + self.table.Pos) if offset else 0

    def child(self, number):
        return Table(self.table.Bytes, self.table.Indirect(self._offset(number) + self.table.Pos))

    def children(self, number):
        offset = self._offset(number)
        if not offset:
            return []
        start = self.table.Vector(offset)
        return [
            Table(self.table.Bytes, self.table.Indirect(start + 4 * i))
            for i in range(self.table.VectorLen(offset))
        ]


def metadata_of(content):
    model = schema.Model.GetRootAs(content, 0)
    entries = {
        model.Metadata(i).Name().decode(): model.Metadata(i).Buffer() for i in range(model.MetadataLength())
    }
    return model.Buffers(entries["TFLITE_METADATA"]).DataAsNumpy().tobytes()


def described(content, **changes):
    settings = {
        "vocabulary_file": VOCABULARY,
        "labels_file": LABELS,
        "name": "tiny",
        "description": "Three moods.",
    }
    return add_metadata(content, **(settings | changes))


@pytest.fixture(scope="module")
def content(files):
    return described(files["int16x8"], version="1.2", license="Apache-2.0")


def test_add_metadata_model_fields_are_those_of_the_schema(content):
    data = metadata_of(content)
    root = Table.root(data)
    assert data[4:8] == b"M001"
    assert [root.text(number) for number in (0, 1, 2, 5, 7)] == [
        "tiny", "Three moods.", "1.2", "Apache-2.0", "1.1.0"
    ]  # fmt: skip


def test_add_metadata_tensors_are_named_in_the_file_order(content):
    (subgraph,) = Table.root(metadata_of(content)).children(3)
    assert [tensor.text(0) for tensor in subgraph.children(2)] == ["ids", "segment_ids", "mask"]
    assert [tensor.name for tensor in read_model(content).inputs] == ["ids", "segment_ids", "mask"]
    assert [tensor.text(0) for tensor in subgraph.children(3)] == ["scores"]
    for tensor in [*subgraph.children(2), *subgraph.children(3)]:
        assert tensor.text(1)
        assert tensor.child(3).byte(0) == 1  # Content.content_properties_type: FeatureProperties


def test_add_metadata_tokenizer_is_bert_with_vocabulary(content):
    (subgraph,) = Table.root(metadata_of(content)).children(3)
    (unit,) = subgraph.children(5)  # input_process_units
    assert unit.byte(0) == 4  # ProcessUnitOptions: BertTokenizerOptions
    (vocabulary,) = unit.child(1).children(0)
    assert (vocabulary.text(0), vocabulary.byte(2)) == ("vocab.txt", 5)  # AssociatedFileType: VOCABULARY


def test_add_metadata_labels_are_axis_labels_of_the_output(content):
    (subgraph,) = Table.root(metadata_of(content)).children(3)
    (labels,) = subgraph.children(3)[0].children(6)
    assert (labels.text(0), labels.byte(2)) == ("labels.txt", 2)  # AssociatedFileType: TENSOR_AXIS_LABELS


def test_add_metadata_without_labels_associates_none(files):
    content = described(files["int16x8"], labels_file=None)
    (subgraph,) = Table.root(metadata_of(content)).children(3)
    assert subgraph.children(3)[0].children(6) == []
    assert read_files(content) == {"vocab.txt": VOCABULARY}


def test_add_metadata_files_are_stored_uncompressed_at_the_end(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "vocab.txt": VOCABULARY,
            "labels.txt": LABELS,
        }
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        # Offsets count from the start of the file: native readers do not look for a zip inside a file.
        entry = archive.getinfo("vocab.txt")
        assert content[entry.header_offset : entry.header_offset + 4] == b"PK\x03\x04"
    assert read_files(content) == {"vocab.txt": VOCABULARY, "labels.txt": LABELS}


@pytest.mark.parametrize("form", ["float32", "float16", "dynamic", "int16x8"])
def test_add_metadata_leaves_answers_as_they_were(files, run, examples, form):
    content = described(files[form])
    np.testing.assert_array_equal(run(content, examples.inputs), run(files[form], examples.inputs))
    assert {"min_runtime_version", "TFLITE_METADATA"} <= set(read_model(content).metadata)


def test_add_metadata_leaves_the_audit_passing(content):
    assert audit(content).violations == ()


def test_add_metadata_again_replaces_what_was_there(content, files):
    again = described(content, name="other", vocabulary_file=b"[PAD]\n")
    assert again == described(files["int16x8"], name="other", vocabulary_file=b"[PAD]\n")


def test_add_metadata_same_model_twice_gives_equal_files(files):
    assert described(files["dynamic"]) == described(files["dynamic"])


def test_add_metadata_labels_of_another_number_raise(files):
    with pytest.raises(ConversionError, match="one line for each of 3 output values, it has 2"):
        described(files["int16x8"], labels_file=b"no\nyes\n")


def test_add_metadata_foreign_inputs_raise(files):
    foreign = files["float32"].replace(b"segment_ids", b"token_typed")
    with pytest.raises(ConversionError, match="there is 'token_typed'"):
        described(foreign)


def test_read_files_of_a_plain_model_is_empty(files):
    assert read_files(files["float32"]) == {}
