"""Heads of question answering, which transformers has as one layer and this network as two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.models.checkpoint import load_checkpoint, save_checkpoint

SHAPES: dict[str, dict[str, Any]] = {
    "Bert": {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 40},
    "DistilBert": {"dim": 32, "n_layers": 1, "n_heads": 4, "hidden_dim": 40},
}


@pytest.mark.parametrize("family", SHAPES)
def test_question_answering_checkpoint_of_transformers_gives_equal_logits_there_and_back(
    family: str, tmp_path: Path
):
    transformers = pytest.importorskip("transformers")
    from transformers.modeling_tf_pytorch_utils import load_pytorch_state_dict_in_tf2_model

    config = getattr(transformers, f"{family}Config")(
        vocab_size=61, max_position_embeddings=24, **SHAPES[family]
    )
    kind = getattr(transformers, f"TF{family}ForQuestionAnswering")
    oracle, again = kind(config), kind(config)
    draw = np.random.default_rng(3)
    for model in (oracle, again):
        model({"input_ids": np.ones((1, 4), np.int32)})
    for weight in oracle.weights:
        weight.assign(draw.normal(1.0 if "gamma" in weight.name else 0.0, 0.2, weight.shape))
    oracle.save_pretrained(tmp_path / "theirs", safe_serialization=False)
    ids = draw.integers(1, 61, (2, 9)).astype(np.int32)
    batch = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    given = {name: batch[name] for name in ("input_ids", "attention_mask")}
    expected = oracle(**given)

    loaded = load_checkpoint(tmp_path / "theirs", head="span", num_outputs=(1, 1))
    ours = save_checkpoint(loaded.model, loaded.config, tmp_path / "ours", head="span")

    logits = loaded.model(batch).numpy()
    assert loaded.new_weights == []
    np.testing.assert_allclose(logits[:, :, 0], expected.start_logits, rtol=0, atol=1e-4)
    np.testing.assert_allclose(logits[:, :, 1], expected.end_logits, rtol=0, atol=1e-4)
    read = transformers.AutoConfig.from_pretrained(ours)
    assert read.architectures == [f"{family}ForQuestionAnswering"]
    again, info = load_pytorch_state_dict_in_tf2_model(
        again, load_file(ours / "model.safetensors"), tf_inputs=False, output_loading_info=True
    )
    assert info == {"missing_keys": [], "unexpected_keys": [], "mismatched_keys": []}
    np.testing.assert_allclose(again(**given).start_logits, expected.start_logits, rtol=0, atol=1e-5)
    np.testing.assert_allclose(again(**given).end_logits, expected.end_logits, rtol=0, atol=1e-5)
    weights = load_checkpoint(ours, head="span", num_outputs=(1, 1)).model.get_weights()
    for one, other in zip(weights, loaded.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
