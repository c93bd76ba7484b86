from __future__ import annotations

import dataclasses
import json

import pytest
import transformers

from tfbert_edge.errors import CheckpointError
from tfbert_edge.models.config import EncoderConfig
from tfbert_edge.models.presets import preset

MINIMAL = {
    "model_type": "bert",
    "vocab_size": 100,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "intermediate_size": 96,
}


def test_from_hf_of_bert_reads_every_field():
    hf = transformers.BertConfig(
        vocab_size=99,
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=6,
        intermediate_size=70,
        hidden_act="gelu_new",
        max_position_embeddings=33,
        type_vocab_size=4,
        layer_norm_eps=1e-6,
        hidden_dropout_prob=0.11,
        attention_probs_dropout_prob=0.12,
        classifier_dropout=0.13,
        initializer_range=0.03,
        pad_token_id=1,
    )

    assert EncoderConfig.from_hf(hf.to_dict()) == EncoderConfig(
        family="bert",
        vocab_size=99,
        hidden_size=48,
        embedding_size=48,
        num_heads=(6, 6, 6),
        head_size=8,
        intermediate_sizes=(70, 70, 70),
        hidden_act="gelu_new",
        max_position_embeddings=33,
        type_vocab_size=4,
        layer_norm_epsilon=1e-6,
        hidden_dropout=0.11,
        attention_dropout=0.12,
        classifier_dropout=0.13,
        initializer_range=0.03,
        pad_token_id=1,
    )


def test_from_hf_of_distilbert_reads_its_own_names():
    hf = transformers.DistilBertConfig(
        vocab_size=99,
        dim=48,
        n_layers=2,
        n_heads=4,
        hidden_dim=70,
        activation="relu",
        dropout=0.11,
        attention_dropout=0.12,
        seq_classif_dropout=0.13,
    )

    config = EncoderConfig.from_hf(hf.to_dict())

    assert (config.hidden_size, config.num_heads, config.head_size) == (48, (4, 4), 12)
    assert (config.intermediate_sizes, config.hidden_act, config.type_vocab_size) == ((70, 70), "relu", 0)
    assert (config.hidden_dropout, config.attention_dropout, config.classifier_dropout) == (0.11, 0.12, 0.13)
    assert config.layer_norm_epsilon == 1e-12  # fixed in the family's code


def test_from_hf_of_electra_keeps_the_embedding_size_apart():
    hf = transformers.ElectraConfig(
        embedding_size=16, hidden_size=48, num_attention_heads=4, num_hidden_layers=2
    )

    config = EncoderConfig.from_hf(hf.to_dict())

    assert (config.family, config.embedding_size, config.hidden_size) == ("electra", 16, 48)


def test_from_hf_without_classifier_dropout_takes_the_hidden_one():
    assert EncoderConfig.from_hf(MINIMAL | {"hidden_dropout_prob": 0.3}).classifier_dropout == 0.3


@pytest.mark.parametrize("name", ["bert", "distilbert", "electra"])
def test_to_hf_is_read_by_transformers_as_the_same_configuration(name):
    config = dataclasses.replace(
        preset("tiny"),
        family=name,
        embedding_size=16 if name == "electra" else 32,
        type_vocab_size=0 if name == "distilbert" else 2,
        hidden_act="relu",
        hidden_dropout=0.2,
        attention_dropout=0.3,
        classifier_dropout=0.4,
    )

    raw = dict(config.to_hf())
    read = transformers.AutoConfig.for_model(raw.pop("model_type"), **raw)

    assert read.model_type == name
    assert EncoderConfig.from_hf(read.to_dict()) == config


def test_to_hf_of_unequal_layers_is_read_back():
    config = dataclasses.replace(preset("tiny"), num_heads=(3, 1), intermediate_sizes=(40, 24))

    assert EncoderConfig.from_hf(config.to_hf()) == config


@pytest.mark.parametrize("family", ["bert", "distilbert", "electra"])
def test_to_hf_of_no_norm_and_unequal_layers_is_read_back_and_refused_by_transformers(family, tmp_path):
    config = dataclasses.replace(
        preset("tiny"),
        family=family,
        type_vocab_size=0 if family == "distilbert" else 2,
        normalization="no_norm",
        hidden_act="relu",
        num_heads=(2, 1),
        head_size=16,
        intermediate_sizes=(40, 24),
    )
    raw = config.to_hf()

    assert EncoderConfig.from_hf(raw) == config
    assert raw["normalization_type"] == "no_norm"
    (tmp_path / "config.json").write_text(json.dumps(raw))
    with pytest.raises(ValueError, match="tfbert_edge"):
        transformers.AutoConfig.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("changes", "standard"),
    [
        ({}, True),
        ({"num_heads": (2, 2), "head_size": 16, "hidden_act": "relu"}, True),
        ({"num_heads": (2, 2)}, False),
        ({"num_heads": (4, 2)}, False),
        ({"intermediate_sizes": (64, 48)}, False),
        ({"normalization": "no_norm"}, False),
        ({"embedding_rank": 8}, False),
    ],
)
def test_is_standard_says_whether_transformers_computes_this_network(changes, standard):
    config = dataclasses.replace(preset("tiny"), **changes)

    assert config.is_standard is standard
    assert (config.to_hf()["model_type"] == "bert") is standard


def test_layer_drop_belongs_to_a_training_and_is_not_written():
    config = dataclasses.replace(preset("tiny"), layer_drop=0.2)

    assert EncoderConfig.from_hf(config.to_hf()) == preset("tiny")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "roberta"}, "one of bert, electra, distilbert, but config.json has 'roberta'"),
        ({"model_type": None}, "one of bert, electra, distilbert"),
        ({"hidden_act": "silu"}, "hidden_act must be one of gelu, gelu_new, relu.*'silu'"),
        (
            {"normalization_type": "rms"},
            "normalization_type must be one of layer_norm, rms_norm, no_norm.*'rms'",
        ),
        ({"model_type": "tfbert_edge"}, "one of bert, electra, distilbert, but config.json has 'None'"),
        ({"position_embedding_type": "relative_key"}, "absolute positions"),
        ({"is_decoder": True}, "no decoder"),
        ({"num_attention_heads": 5}, "48 must be divisible by the 5 attention heads"),
        ({"intermediate_size": [96, 96]}, "each of the 3 layers"),
        ({"embedding_rank": 0}, "embedding_rank must be at least 1, but is 0"),
        ({"num_hidden_layers": 0}, "num_hidden_layers must be at least 1"),
    ],
)
def test_from_hf_of_a_network_that_cannot_be_built_raises(changes, message):
    with pytest.raises(CheckpointError, match=message):
        EncoderConfig.from_hf(MINIMAL | changes)


def test_from_hf_with_fields_missing_names_them_all():
    with pytest.raises(CheckpointError, match="hidden_size, intermediate_size"):
        EncoderConfig.from_hf(
            {k: v for k, v in MINIMAL.items() if k not in ("hidden_size", "intermediate_size")}
        )
