from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.interpreter import TensorInfo
from tfbert_edge.runtime.manifest import SCHEMA_VERSION, FileRecord, Manifest
from tfbert_edge.runtime.tokenizer import TokenizerSettings
from tfbert_edge.runtime.tokenizer_files import AddedPiece

CONTENTS = {name: name.encode() for name in ("model.tflite", "vocab.txt", "golden.jsonl", "README.md")}


@pytest.fixture
def manifest():
    return Manifest(
        task="regression",
        labels=(),
        form="int8",
        sequence_length=8,
        inputs=tuple(
            TensorInfo(f"{role}:0", "int32", (1, 8), role=role) for role in ("mask", "ids", "segment_ids")
        ),
        outputs=(TensorInfo("out", "uint8", (1, 1), 0.02, 3),),
        tokenizer=TokenizerSettings(
            lowercase=False, max_length=8, added_tokens=(AddedPiece("<u>", lstrip=True),)
        ),
        value_range=(0.0, 5.0),
        thresholds={"accept": 0.5},
        figures={"spearman": 0.9},
        runtimes={"xnnpack": True, "builtin": False},
        files={name: FileRecord.of(content) for name, content in CONTENTS.items()},
        produced_by={"tensorflow": "2.21.0"},
    )


def test_write_then_read_gives_the_same_manifest(manifest, tmp_path):
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest


def test_manifest_of_an_older_bundle_says_nothing_of_runtimes(manifest):
    content = json.loads(manifest.to_json())
    del content["runtimes"]

    assert Manifest.from_json(json.dumps({**content, "schema_version": 1})).runtimes == {}


def test_to_json_names_what_other_platforms_read(manifest):
    content = json.loads(manifest.to_json())
    assert next(iter(content)) == "schema_version"
    assert [tensor["role"] for tensor in content["inputs"]] == ["mask", "ids", "segment_ids"]
    assert content["outputs"] == [
        {"name": "out", "dtype": "uint8", "shape": [1, 1], "scale": 0.02, "zero_point": 3, "role": None}
    ]
    assert content["tokenizer"]["unk_token"] == "[UNK]"
    assert content["runtimes"] == {"xnnpack": True, "builtin": False}
    assert content["files"]["vocab.txt"] == {
        "sha256": hashlib.sha256(b"vocab.txt").hexdigest(),
        "size_bytes": 9,
    }


def test_verify_the_same_contents_passes(manifest):
    manifest.verify(CONTENTS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vocab.txt": None}, "vocab.txt is missing"),
        ({"vocab.txt": b"vocab.tx_"}, "vocab.txt was altered"),
        ({"vocab.txt": b"longer than before"}, "vocab.txt must have 9 bytes, it has 18"),
        ({"other.bin": b"x"}, "other.bin is not of this bundle"),
    ],
)
def test_verify_other_contents_raises(change, message, manifest):
    contents = {name: content for name, content in {**CONTENTS, **change}.items() if content is not None}
    with pytest.raises(BundleError, match=message):
        manifest.verify(contents)


def test_verify_lists_every_problem(manifest):
    with pytest.raises(
        BundleError, match=r"(?s)golden\.jsonl is missing.*x is not of this.*vocab\.txt was altered"
    ):
        manifest.verify(
            {"model.tflite": b"model.tflite", "README.md": b"README.md", "vocab.txt": b"vocab.tx_", "x": b""}
        )


def test_verify_unlisted_required_file_raises(manifest):
    files = {name: record for name, record in manifest.files.items() if name != "model.tflite"}
    with pytest.raises(BundleError, match=r"model\.tflite is not listed"):
        replace(manifest, files=files).verify({})


def test_from_json_newer_schema_raises(manifest):
    content = {**json.loads(manifest.to_json()), "schema_version": SCHEMA_VERSION + 1, "news": 1}
    with pytest.raises(BundleError, match="schema version 4, this tfbert-edge reads up to 3"):
        Manifest.from_json(json.dumps(content))


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema_version": "1"}', '{"schema_version": 1}', "\xff"]
)
def test_from_json_damaged_raises(content):
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Manifest.from_json(content.encode("latin-1"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task", "cooking"),
        ("extra", 1),
        ("files", []),
        ("inputs", [{"shape": [1]}]),
        ("tokenizer", {"case": 1}),
    ],
)
def test_from_json_wrong_field_raises(key, value, manifest):
    with pytest.raises(BundleError, match="is damaged"):
        Manifest.from_json(json.dumps({**json.loads(manifest.to_json()), key: value}))


def test_to_json_not_a_number_raises(manifest):
    with pytest.raises(BundleError, match="JSON values"):
        replace(manifest, figures={"accuracy": float("nan")}).to_json()


def test_read_no_manifest_raises(tmp_path):
    with pytest.raises(BundleError, match="is not a bundle"):
        Manifest.read(tmp_path)
