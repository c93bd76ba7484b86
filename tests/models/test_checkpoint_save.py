from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset


def transformers_model(folder: Path):
    """The folder as transformers' TensorFlow class reads it, with every tensor found and none left over.

    ``from_pretrained`` itself iterates over ``safe_open``, which today's safetensors does not allow; so this calls the
    function to which it hands over, where names and layout are converted.
    """
    import transformers
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    config = transformers.AutoConfig.from_pretrained(folder)
    model = transformers.TFAutoModelForSequenceClassification.from_config(config)
    model({"input_ids": np.ones((1, 4), np.int32)})
    state = load_file(folder / "model.safetensors")
    model, info = load_pytorch_state_dict_in_tf2_model(
        model, state, tf_inputs=False, output_loading_info=True
    )
    assert info == {"missing_keys": [], "unexpected_keys": [], "mismatched_keys": []}
    return model


def test_save_checkpoint_is_read_by_transformers_with_equal_logits(oracle, tmp_path):
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)
    labels = [f"label {index}" for index in range(oracle.num_outputs)]

    folder = save_checkpoint(loaded.model, loaded.config, tmp_path / "model", labels=labels)

    model = transformers_model(folder)
    given = {name: value for name, value in oracle.batch.items() if name != "token_type_ids"}
    given = given if loaded.config.family == "distilbert" else oracle.batch
    np.testing.assert_allclose(model(**given).logits, loaded.model(oracle.batch), rtol=0, atol=1e-4)
    np.testing.assert_allclose(model(**given).logits, oracle.logits, rtol=0, atol=1e-5)
    assert model.config.id2label == dict(enumerate(labels))
    assert model.config.label2id == {label: index for index, label in enumerate(labels)}
    assert model.config.architectures == [type(oracle.model).__name__.removeprefix("TF")]


def test_save_checkpoint_then_load_gives_every_weight_back(oracle, tmp_path):
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)
    save_checkpoint(loaded.model, loaded.config, tmp_path / "model")

    again = load_checkpoint(tmp_path / "model", num_outputs=oracle.num_outputs)

    assert again.config == loaded.config
    assert again.new_weights == []
    for weight, expected in zip(again.model.get_weights(), loaded.model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_save_checkpoint_writes_pytorch_names_and_layout(make_oracle, pytorch_tensors, tmp_path):
    oracle = make_oracle("distilbert-gelu")
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)
    save_checkpoint(loaded.model, loaded.config, tmp_path / "model")

    with safe_open(tmp_path / "model" / "model.safetensors", framework="numpy") as file:
        assert file.metadata() == {"format": "pt"}
    written = load_file(tmp_path / "model" / "model.safetensors")
    expected = pytorch_tensors(oracle.model)
    assert written.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(written[name], value, err_msg=name)


def test_save_checkpoint_of_regression_says_so(tmp_path):
    model = build_model(preset("tiny"), num_outputs=1)

    save_checkpoint(model, preset("tiny"), tmp_path / "model", task_type="regression")

    read = transformers_model(tmp_path / "model").config
    assert (read.problem_type, read.num_labels) == ("regression", 1)


def test_save_checkpoint_with_tokenizer_is_read_by_transformers_tokenizer(tiny_bert_folder, tmp_path):
    import transformers

    from tfbert_edge.runtime.tokenizer import Tokenizer

    loaded = load_checkpoint(tiny_bert_folder, num_outputs=2)
    tokenizer = Tokenizer.from_folder(tiny_bert_folder)
    save_checkpoint(
        loaded.model, loaded.config, tmp_path / "model", tokenizer=tokenizer, labels=["no", "yes"]
    )

    text = "A Charming film, but the plot was dull & silly."
    expected = transformers.AutoTokenizer.from_pretrained(tiny_bert_folder)(text)["input_ids"]
    assert transformers.AutoTokenizer.from_pretrained(tmp_path / "model")(text)["input_ids"] == expected


def test_save_checkpoint_replaces_an_earlier_one_whole(tiny_bert_folder, tmp_path):
    loaded = load_checkpoint(tiny_bert_folder, num_outputs=2)
    folder = save_checkpoint(loaded.model, loaded.config, tmp_path / "runs" / "model")
    (folder / "stale.txt").touch()
    loaded.model.get_layer("head.classifier").bias.assign([3.0, 4.0])

    save_checkpoint(loaded.model, loaded.config, folder)

    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    np.testing.assert_array_equal(load_file(folder / "model.safetensors")["classifier.bias"], [3.0, 4.0])


def test_save_checkpoint_that_fails_leaves_the_earlier_one(tiny_bert_folder, tmp_path):
    class Broken:
        def save(self, folder: Path) -> None:
            raise OSError("disk full")

    loaded = load_checkpoint(tiny_bert_folder, num_outputs=2)
    folder = save_checkpoint(loaded.model, loaded.config, tmp_path / "model")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    loaded.model.get_layer("head.classifier").bias.assign([3.0, 4.0])

    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(loaded.model, loaded.config, folder, tokenizer=Broken())

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_save_checkpoint_onto_a_foreign_folder_refuses(tiny_bert_folder, tmp_path):
    loaded = load_checkpoint(tiny_bert_folder, num_outputs=2)
    (tmp_path / "thesis.tex").touch()

    with pytest.raises(CheckpointError, match="is no checkpoint"):
        save_checkpoint(loaded.model, loaded.config, tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_save_checkpoint_with_wrong_labels_raises(tmp_path):
    model = build_model(preset("tiny"), num_outputs=3)

    with pytest.raises(CheckpointError, match="3 outputs and needs as many labels, but has: a, b"):
        save_checkpoint(model, preset("tiny"), tmp_path / "model", labels=["a", "b"])
    assert not (tmp_path / "model").exists()


def test_save_checkpoint_writes_labels_of_any_script(tmp_path):
    model = build_model(preset("tiny"), num_outputs=2)

    save_checkpoint(model, preset("tiny"), tmp_path / "model", labels=["schlecht", "好"])

    raw = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))
    assert raw["id2label"] == {"0": "schlecht", "1": "好"}
