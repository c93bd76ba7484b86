from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from tfbert_edge.errors import BundleError, DataError
from tfbert_edge.runtime.bundle_files import read_bundle, verify
from tfbert_edge.runtime.decode import ClassificationResult, RegressionResult
from tfbert_edge.runtime.manifest import FileRecord
from tfbert_edge.runtime.predictor import Predictor


def rezip(source, target, change):
    """Copy a zip through ``change(name, content) -> list of (name, content)``."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            for entry in change(name, old.read(name)):
                new.writestr(*entry)
    return target


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_call_text_equals_keras(suffix, make_bundle, tiny_models):
    bundle = make_bundle("float32")
    predictor = Predictor.from_bundle(bundle.with_name(bundle.name + suffix))
    ids = np.array([[2, 5, 6, 8, 10, 3] + [0] * 10], np.int32)  # [CLS] a good film ! [SEP]
    model = tiny_models["float32"][1]
    want = model.predict([ids, np.zeros_like(ids), (ids > 0).astype(np.int32)], verbose=0)[0]
    have = predictor("A good film!")
    assert isinstance(have, ClassificationResult)
    assert have.label == ("negative", "neutral", "positive")[want.argmax()]
    scores = {item.label: item.score for item in have.scores}
    np.testing.assert_allclose([scores[label] for label in predictor.labels], want, atol=1e-6)


def test_call_list_equals_one_by_one(make_bundle):
    predictor = Predictor.from_bundle(make_bundle())
    texts = ["a good film", "", "bad " * 50]
    assert predictor(texts) == [predictor(text) for text in texts]
    assert predictor([]) == []


def test_call_pairs_number_the_second_text(make_bundle):
    predictor = Predictor.from_bundle(make_bundle())
    assert predictor(["a"], ["bad"]) == [predictor("a", "bad")]
    assert predictor.trace("a", "bad").rows[0].segment_ids[0, :6].tolist() == [0, 0, 0, 1, 1, 0]


def test_call_top_k_cuts_the_list(make_bundle):
    predictor = Predictor.from_bundle(make_bundle())
    everything = predictor("good").scores
    assert predictor("good", top_k=2).scores == everything[:2]
    assert [item.score for item in everything] == sorted((item.score for item in everything), reverse=True)


def test_call_regression_gives_the_dequantized_value(make_bundle):
    predictor = Predictor.from_bundle(make_bundle("regression"))
    raw = int(predictor.trace("good").rows[0].raw[0][0, 0])
    output = predictor.manifest.outputs[0]
    result = predictor("good")
    assert isinstance(result, RegressionResult)
    assert result.value == pytest.approx((raw - output.zero_point) * output.scale, rel=1e-6)


@pytest.mark.parametrize("arguments", [("a", ["b"]), (["a"], "b"), (["a"], ["b", "c"]), ([None],)])
def test_call_mismatched_arguments_raise(arguments, make_bundle):
    with pytest.raises(DataError):
        Predictor.from_bundle(make_bundle())(*arguments)


def test_from_bundle_altered_file_raises(make_bundle):
    bundle = make_bundle()
    content = bytearray((bundle / "model.tflite").read_bytes())
    content[-1] ^= 1
    (bundle / "model.tflite").write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.tflite was altered"):
        Predictor.from_bundle(bundle)


def test_from_bundle_missing_file_raises(make_bundle):
    bundle = make_bundle()
    (bundle / "vocab.txt").unlink()
    with pytest.raises(BundleError, match=r"vocab\.txt is missing"):
        Predictor.from_bundle(bundle)


def test_from_bundle_foreign_file_raises(make_bundle):
    bundle = make_bundle()
    (bundle / ".DS_Store").write_bytes(b"what a desktop leaves")
    Predictor.from_bundle(bundle)
    (bundle / "run.sh").write_bytes(b"rm")
    with pytest.raises(BundleError, match=r"run\.sh is not of this bundle"):
        Predictor.from_bundle(bundle)


def test_from_bundle_model_file_raises(make_bundle):
    with pytest.raises(BundleError, match="another kind of file"):
        Predictor.from_bundle(make_bundle() / "model.tflite")


def test_from_bundle_nothing_there_raises(tmp_path):
    with pytest.raises(BundleError, match="there is no bundle"):
        Predictor.from_bundle(tmp_path / "none")
    with pytest.raises(BundleError, match="is not a bundle"):
        Predictor.from_bundle(tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "folder/evil", "..\\evil"])
def test_from_bundle_zip_with_path_raises(name, make_bundle, tmp_path):
    source = make_bundle().with_suffix(".zip")
    target = tmp_path / "evil.zip"
    rezip(source, target, lambda old, content: [(name if old == "README.md" else old, content)])
    with pytest.raises(BundleError, match="plain files"):
        Predictor.from_bundle(target)


def test_from_bundle_zip_with_a_file_twice_raises(make_bundle, tmp_path):
    source = make_bundle().with_suffix(".zip")
    with pytest.warns(UserWarning, match="Duplicate name"):
        rezip(
            source,
            tmp_path / "two.zip",
            lambda name, content: [(name, content)] * (1 + (name == "README.md")),
        )
    with pytest.raises(BundleError, match="a file twice"):
        Predictor.from_bundle(tmp_path / "two.zip")


def test_from_bundle_damaged_zip_raises(make_bundle):
    path = make_bundle().with_suffix(".zip")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 255
    path.write_bytes(content)
    with pytest.raises(BundleError, match=r"damaged zip|was altered"):
        Predictor.from_bundle(path)


def test_from_bundle_other_model_than_manifest_raises(make_bundle):
    # Hashes set right by hand, but the manifest speaks of another quantization.
    bundle = make_bundle()
    content = json.loads((bundle / "manifest.json").read_text())
    content["outputs"][0]["scale"] = 0.5
    (bundle / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(BundleError, match="tensors of the model"):
        Predictor.from_bundle(bundle)


def test_from_bundle_other_labels_than_manifest_raises(make_bundle):
    bundle = make_bundle()
    content = json.loads((bundle / "manifest.json").read_text())
    content["files"]["labels.txt"] = vars(FileRecord.of(b"x\ny\nz\n"))
    (bundle / "labels.txt").write_bytes(b"x\ny\nz\n")
    (bundle / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(BundleError, match=r"labels\.txt and the labels"):
        Predictor.from_bundle(bundle)


def test_read_bundle_folder_and_zip_are_the_same(make_bundle):
    bundle = make_bundle()
    assert read_bundle(bundle) == read_bundle(bundle.with_suffix(".zip"))
    assert verify(bundle).task == "classification"
