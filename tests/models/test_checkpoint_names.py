from __future__ import annotations

import pytest

from tfbert_edge.models.checkpoint import load_checkpoint
from tfbert_edge.models.checkpoint_names import canonical_name, from_tensorflow_name, stored_name, tensor_name
from tfbert_edge.models.checkpoint_save import model_variables


def test_tensor_names_of_every_layer_are_those_of_transformers(oracle, pytorch_tensors):
    loaded = load_checkpoint(oracle.folder, num_outputs=oracle.num_outputs)
    family = loaded.config.family

    names = [
        stored_name(family, tensor_name(family, layer, kind))
        for layer, kind, _ in model_variables(loaded.model)
    ]

    assert len(names) == len(set(names))
    assert set(names) == set(pytorch_tensors(oracle.model))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # As bert-base-uncased's tf_model.h5 of 2020 has it, inside Keras's group.
        (
            "tf_bert_for_pre_training/bert/encoder/layer_._11/output/dense/kernel:0",
            ("bert.encoder.layer.11.output.dense.weight", True),
        ),
        ("bert/embeddings/word_embeddings/weight:0", ("bert.embeddings.word_embeddings.weight", False)),
        (
            "distilbert/transformer/layer_._0/sa_layer_norm/beta:0",
            ("distilbert.transformer.layer.0.sa_layer_norm.bias", False),
        ),
        ("classifier/bias:0", ("classifier.bias", False)),
    ],
)
def test_from_tensorflow_name_gives_pytorch_name_and_whether_transposed(name, expected):
    assert from_tensorflow_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bert.embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight"),
        ("embeddings.LayerNorm.beta", "embeddings.LayerNorm.bias"),
        ("classifier.weight", "classifier.weight"),
    ],
)
def test_canonical_name_drops_prefix_and_old_norm_names(name, expected):
    assert canonical_name(name, family="bert") == expected


def test_tensor_name_of_unknown_layer_raises():
    with pytest.raises(KeyError):
        tensor_name("distilbert", "embeddings.token_type", "embeddings")
