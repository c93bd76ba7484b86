from __future__ import annotations

import json
import shutil

import pytest

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint_files import stored_tensors


def test_stored_tensors_of_h5_and_safetensors_have_equal_names_and_shapes(make_oracle, pytorch_tensors):
    oracle = make_oracle("electra-gelu-narrow-embeddings")
    expected = {
        name.removeprefix("electra."): value.shape for name, value in pytorch_tensors(oracle.model).items()
    }

    found = stored_tensors(oracle.folder, family="electra")

    assert {name: tensor.shape for name, tensor in found.items()} == expected


def test_stored_tensors_of_pickle_only_says_how_to_convert(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x02")

    with pytest.raises(
        CheckpointError, match=r"pytorch_model\.bin.*save_pretrained\('NEW', safe_serialization=True\)"
    ):
        stored_tensors(tmp_path, family="bert")


def test_stored_tensors_of_folder_without_weights_lists_its_files(tmp_path):
    (tmp_path / "config.json").touch()

    with pytest.raises(CheckpointError, match=r"tf_model\.h5; it has: config\.json"):
        stored_tensors(tmp_path, family="bert")


@pytest.mark.parametrize("name", ["model.safetensors", "tf_model.h5"])
def test_stored_tensors_of_git_lfs_pointer_says_git_lfs_pull(tmp_path, name):
    (tmp_path / name).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n")

    with pytest.raises(CheckpointError, match=r"Git LFS pointer.*git lfs pull"):
        stored_tensors(tmp_path, family="bert")


@pytest.mark.parametrize("name", ["model.safetensors", "tf_model.h5"])
def test_stored_tensors_of_truncated_file_raises(tmp_path, tiny_bert_folder, make_oracle, name):
    whole = (tiny_bert_folder if name == "model.safetensors" else make_oracle("bert-gelu").folder) / name
    data = whole.read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])

    with pytest.raises(CheckpointError, match=rf"{name} cannot be read.*damaged or incomplete"):
        stored_tensors(tmp_path, family="bert")


def test_stored_tensors_of_index_without_its_shards_names_them(tmp_path, tiny_bert_folder):
    shutil.copy(tiny_bert_folder / "model.safetensors", tmp_path / "model-00001-of-00003.safetensors")
    weight_map = {
        "a": "model-00001-of-00003.safetensors",
        "b": "model-00002-of-00003.safetensors",
        "c": "third",
    }
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))

    with pytest.raises(CheckpointError, match=r"not in .*: model-00002-of-00003\.safetensors, third"):
        stored_tensors(tmp_path, family="bert")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"weight_map": 3}'])
def test_stored_tensors_of_malformed_index_raises(tmp_path, content):
    (tmp_path / "model.safetensors.index.json").write_text(content)

    with pytest.raises(CheckpointError, match="must be JSON with a weight_map"):
        stored_tensors(tmp_path, family="bert")
