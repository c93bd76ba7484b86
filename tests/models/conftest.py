"""The oracle of this room: transformers' own TensorFlow classes (4.57 still has them) with random weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfbert_edge._keras import keras


@dataclass(frozen=True)
class Oracle:
    """A transformers model for sequence classification, a padded batch, and what the model says of it."""

    model: Any
    batch: dict[str, np.ndarray]
    hidden_states: list[np.ndarray]
    logits: np.ndarray
    folder: Path  # config.json and tf_model.h5, as transformers saved them

    @property
    def num_outputs(self) -> int:
        return int(self.logits.shape[-1])


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "bert-gelu": ("Bert", {}),
    "bert-gelu_new-3x48-6-heads": (
        "Bert",
        {
            "num_hidden_layers": 3,
            "hidden_size": 48,
            "num_attention_heads": 6,
            "hidden_act": "gelu_new",
            "num_labels": 1,
            "layer_norm_eps": 1e-5,
        },
    ),
    "bert-relu-1-layer": ("Bert", {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_act": "relu"}),
    "distilbert-gelu": ("DistilBert", {}),
    "distilbert-relu-1-layer": (
        "DistilBert",
        {"n_layers": 1, "n_heads": 8, "activation": "relu", "num_labels": 2},
    ),
    "electra-gelu-narrow-embeddings": ("Electra", {"embedding_size": 16}),
    "electra-gelu_new-equal-embeddings": ("Electra", {"embedding_size": 32, "hidden_act": "gelu_new"}),
}
_SHAPES: dict[str, dict[str, Any]] = {
    "Bert": {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 80,
    },
    "DistilBert": {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 80},
}


@pytest.fixture(scope="session")
def make_oracle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Oracle]:
    """``make_oracle(case)`` builds the oracle called ``case`` once."""
    made: dict[str, Oracle] = {}

    def make(case: str) -> Oracle:
        if case not in made:
            made[case] = _oracle(*CASES[case], folder=tmp_path_factory.mktemp(case))
        return made[case]

    return make


@pytest.fixture(scope="session", params=CASES)
def oracle(request: pytest.FixtureRequest, make_oracle: Callable[[str], Oracle]) -> Oracle:
    """Every family, activation and shape in turn."""
    return make_oracle(request.param)


@pytest.fixture(scope="session")
def pytorch_tensors() -> Callable[[Any], dict[str, np.ndarray]]:
    """``pytorch_tensors(tf_model)``: the PyTorch state of a transformers model, by transformers' own conversion."""
    from transformers.modeling_tf_pytorch_utils import (
        apply_transpose,
        convert_tf_weight_name_to_pt_weight_name,
    )

    def convert(model: Any) -> dict[str, np.ndarray]:
        tensors = {}
        for weight in model.weights:
            name, transpose = convert_tf_weight_name_to_pt_weight_name(
                weight.name, tf_weight_shape=weight.shape
            )
            value = apply_transpose(transpose, weight.numpy(), pt_to_tf=False)
            tensors[name] = np.ascontiguousarray(value)
        return tensors

    return convert


@pytest.fixture(autouse=True)
def _one_graph_a_test() -> Any:
    """Layer names start afresh in each test, and what a test built is freed."""
    yield
    keras.backend.clear_session()


def _oracle(family: str, changes: dict[str, Any], *, folder: Path) -> Oracle:
    import transformers

    fields = {"vocab_size": 61, "max_position_embeddings": 24, "num_labels": 3}
    config = getattr(transformers, f"{family}Config")(
        **(fields | _SHAPES.get(family, _SHAPES["Bert"]) | changes)
    )
    model = getattr(transformers, f"TF{family}ForSequenceClassification")(config)
    model(model.dummy_inputs if config.vocab_size > 100 else {"input_ids": np.ones((1, 4), np.int32)})
    _randomize(model)
    batch = _padded_batch(config.vocab_size)
    given = {
        name: value for name, value in batch.items() if family != "DistilBert" or name != "token_type_ids"
    }
    answer = model(**given, output_hidden_states=True, training=False)
    model.save_pretrained(folder, safe_serialization=False)
    return Oracle(
        model=model,
        batch=batch,
        hidden_states=[state.numpy() for state in answer.hidden_states],
        logits=answer.logits.numpy(),
        folder=folder,
    )


def _randomize(model: Any) -> None:
    """Draw every weight, norms and biases too: a fresh model has zeros and ones there, which hide a mix-up."""
    random = np.random.default_rng(5)
    for weight in model.weights:
        centre = 1.0 if "gamma" in weight.name else 0.0
        weight.assign(random.normal(centre, 0.2, weight.shape).astype(np.float32))


def _padded_batch(vocab_size: int) -> dict[str, np.ndarray]:
    """Four rows of 9, 5, 1 and 9 tokens in 9 columns; the second half of a row is the second segment."""
    random = np.random.default_rng(7)
    lengths = np.array([[9], [5], [1], [9]])
    places = np.arange(9)[None, :]
    mask = (places < lengths).astype(np.int32)
    ids = random.integers(1, vocab_size, mask.shape).astype(np.int32) * mask
    segments = (places > lengths // 2).astype(np.int32) * mask
    return {"input_ids": ids, "token_type_ids": segments, "attention_mask": mask}
