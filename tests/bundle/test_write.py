from __future__ import annotations

import hashlib
import json
import zipfile
from types import SimpleNamespace

import pytest

from tfbert_edge.bundle import write
from tfbert_edge.bundle.hard_texts import HARD_TEXTS
from tfbert_edge.errors import BundleError
from tfbert_edge.runtime.manifest import Manifest

FILES = ["README.md", "golden.jsonl", "labels.txt", "manifest.json", "model.tflite", "vocab.txt"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_write_bundle_has_the_contracts_files(make_bundle, tiny_tokenizer):
    examples = [{"id": "1", "text": "good", "label": "positive"}]
    bundle = make_bundle(eval_examples=examples)
    assert names(bundle) == sorted([*FILES, "eval.jsonl"])
    assert (bundle / "vocab.txt").read_text(encoding="utf-8").splitlines() == tiny_tokenizer.vocabulary
    assert (bundle / "labels.txt").read_text().splitlines() == ["negative", "neutral", "positive"]
    assert (bundle / "README.md").read_text() == "# Tiny\n"
    assert rows(bundle / "eval.jsonl") == examples


def test_write_bundle_without_examples_or_labels_leaves_their_files_out(make_bundle):
    bundle = make_bundle("regression", value_range=(0, 5))
    assert names(bundle) == [name for name in FILES if name != "labels.txt"]
    assert Manifest.read(bundle).value_range == (0.0, 5.0)


def test_write_bundle_manifest_hashes_every_other_file(make_bundle):
    bundle = make_bundle(figures={"accuracy": 0.8}, versions={"tensorflow": "2.21.0"})
    content = json.loads((bundle / "manifest.json").read_text())
    assert {name: record["sha256"] for name, record in content["files"].items()} == {
        name: hashlib.sha256((bundle / name).read_bytes()).hexdigest()
        for name in FILES
        if name != "manifest.json"
    }
    assert content["sequence_length"] == content["tokenizer"]["max_length"] == 16
    assert content["outputs"][0]["dtype"] == "uint8"
    assert content["figures"] == {"accuracy": 0.8}
    assert set(content["produced_by"]) == {
        "tfbert-edge",
        "ai-edge-litert",
        "numpy",
        "tokenizers",
        "tensorflow",
    }


def test_write_bundle_golden_holds_the_texts_and_the_hard_ones(make_bundle):
    golden = rows(make_bundle() / "golden.jsonl")
    assert [row["text"] for row in golden] == ["a good film", "the film is not bad!", *HARD_TEXTS]
    assert all(len(row["rows"][0][name]) == 16 for row in golden for name in ("ids", "segment_ids", "mask"))
    assert golden[0]["rows"][0]["ids"] == [2, 5, 6, 8, 3] + [0] * 11
    assert golden[0]["rows"][0]["mask"] == [1] * 5 + [0] * 11


@pytest.mark.parametrize("form", ["float32", "int8"])
def test_write_bundle_manifest_says_which_kernels_run_the_model(form, make_bundle):
    assert Manifest.read(make_bundle(form)).runtimes == {"xnnpack": True, "builtin": True, "reference": True}


def test_write_bundle_whose_reference_kernels_are_wrong_raises(make_bundle, tmp_path, wrong_reference):
    model = tmp_path / "sum.tflite"
    model.write_bytes(wrong_reference)

    with pytest.raises(BundleError, match="reference kernels, which make golden"):
        make_bundle(model_path=model)


def test_write_bundle_golden_of_pairs_has_both_texts(make_bundle):
    golden = rows(make_bundle(golden_texts=[("a", "bad")]) / "golden.jsonl")
    assert golden[0]["text_pair"] == "bad"
    assert golden[0]["rows"][0]["segment_ids"][:6] == [0, 0, 0, 1, 1, 0]
    assert len(golden) == 1 + len(HARD_TEXTS)
    assert all("text_pair" in row for row in golden)


def test_write_bundle_twice_gives_the_same_bytes(make_bundle):
    one, two = make_bundle(folder="one"), make_bundle(folder="two")
    assert one.with_suffix(".zip").read_bytes() == two.with_suffix(".zip").read_bytes()
    with zipfile.ZipFile(one.with_suffix(".zip")) as archive:
        assert archive.namelist() == sorted(FILES)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(archive.read(name) == (one / name).read_bytes() for name in FILES)


def test_write_bundle_leaves_nothing_beside_folder_and_zip(make_bundle, tmp_path):
    make_bundle()
    make_bundle(overwrite=True)
    assert names(tmp_path) == ["bundle", "bundle.zip", "int8.tflite"]


def test_write_bundle_existing_is_replaced_only_when_told(make_bundle):
    bundle = make_bundle()
    before = (bundle / "README.md").read_bytes()
    with pytest.raises(BundleError, match="is there already"):
        make_bundle(model_card="# Other\n")
    assert (bundle / "README.md").read_bytes() == before
    make_bundle(model_card="# Other\n", overwrite=True, zip=False)
    assert (bundle / "README.md").read_text() == "# Other\n"
    assert not bundle.with_suffix(".zip").exists()


def test_write_bundle_failing_keeps_the_last_one(make_bundle):
    bundle = make_bundle()
    before = (bundle / "manifest.json").read_bytes()
    with pytest.raises(BundleError):
        make_bundle(labels=("one",), overwrite=True)
    assert (bundle / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ("a", "b")}, "gives 3 numbers, a classification with these labels needs 2"),
        ({"labels": ()}, "needs 0"),
        ({"labels": ("a\n", "b", "c")}, "label must stand on one line"),
        ({"task": "cooking"}, "must be one of classification, embedding"),
        ({"sequence_length": 32}, "takes 16 pieces, but sequence_length is 32"),
        ({"figures": {"accuracy": float("nan")}}, "must be JSON values"),
        ({"model_path": "none.tflite"}, "cannot be read"),
    ],
)
def test_write_bundle_what_does_not_fit_raises(changes, message, make_bundle):
    with pytest.raises(BundleError, match=message):
        make_bundle(**changes)


def test_outputs_of_pieces_are_compared_without_padding_at_their_place_in_the_file(monkeypatch):
    given = {}

    def kernels_that_run(model, examples, *, per_piece):
        given.update(examples=examples, per_piece=per_piece)
        return {"reference": True}

    monkeypatch.setattr(write, "kernels_that_run", kernels_that_run)
    # The file has them the other way round than the reader.
    outputs = [SimpleNamespace(name="slots"), SimpleNamespace(name="intent")]
    manifest = SimpleNamespace(
        task="intent_slots", labels=("a", "b", "O"), settings={"intents": 2}, outputs=outputs
    )
    row = {"ids": [1], "segment_ids": [0], "mask": [1]}

    assert write._runtimes(b"", [{"rows": [row, row]}, {"rows": [row]}], manifest) == {"reference": True}

    assert given == {"examples": [([1], [0], [1])] * 3, "per_piece": [0]}
