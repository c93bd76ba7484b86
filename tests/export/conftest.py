"""A tiny BERT with random weights, examples for it, and the files that the converter makes of it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

LENGTH = 16


@pytest.fixture(scope="session")
def config() -> Any:
    from tfbert_edge.models.config import EncoderConfig

    return EncoderConfig(
        family="bert",
        vocab_size=200,
        hidden_size=32,
        embedding_size=32,
        num_heads=(2, 2),
        head_size=16,
        intermediate_sizes=(64, 64),
        max_position_embeddings=40,
        hidden_dropout=0.3,
        attention_dropout=0.3,
        classifier_dropout=0.3,
    )


@pytest.fixture(scope="session")
def random_model() -> Callable[..., Any]:
    """Build a network whose every weight, biases and norms too, is random."""
    from tfbert_edge.models.heads import build_model

    def build(config: Any, num_outputs: int = 3, seed: int = 0) -> Any:
        model = build_model(config, num_outputs=num_outputs)
        generator = np.random.default_rng(seed)
        for variable in model.trainable_variables:
            spread = 0.2 if len(variable.shape) > 1 else 0.1
            start = 1.0 if "gamma" in variable.name else 0.0
            variable.assign(start + spread * generator.standard_normal(variable.shape))
        return model

    return build


@pytest.fixture(scope="session")
def model(config: Any, random_model: Callable[..., Any]) -> Any:
    return random_model(config)


@pytest.fixture(scope="session")
def examples(config: Any) -> SimpleNamespace:
    generator = np.random.default_rng(1)
    lengths = generator.integers(3, LENGTH + 1, (24, 1))
    mask = (np.arange(LENGTH) < lengths).astype(np.int32)
    ids = generator.integers(1, config.vocab_size, mask.shape).astype(np.int32) * mask
    segments = (np.arange(LENGTH) >= lengths // 2).astype(np.int32) * mask
    batch = {"input_ids": ids, "token_type_ids": segments, "attention_mask": mask}
    single = [{name: rows[i : i + 1] for name, rows in batch.items()} for i in range(len(ids))]
    return SimpleNamespace(inputs=[ids, segments, mask], single=single)


@pytest.fixture(scope="session")
def keras_scores(model: Any, examples: SimpleNamespace) -> np.ndarray:
    from scipy.special import softmax

    return softmax(model(examples.inputs, training=False).numpy(), axis=-1)


@pytest.fixture(scope="session")
def files(model: Any, examples: SimpleNamespace) -> dict[str, bytes]:
    from export.convert import convert

    return {
        form: convert(
            model, form, sequence_length=LENGTH, output_activation="softmax", calibration=examples.single
        )
        for form in ("float32", "float16", "dynamic", "int16x8")
    }


@pytest.fixture(scope="session")
def run() -> Callable[[bytes, list[np.ndarray]], np.ndarray]:
    """Run a file on examples, inputs in the file's own order, and dequantize its output."""

    def run_file(content: bytes, inputs: list[np.ndarray]) -> np.ndarray:
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        (output,) = interpreter.get_output_details()
        scale, zero_point = output["quantization"]
        answers = []
        for rows in zip(*inputs, strict=True):
            for detail, row in zip(interpreter.get_input_details(), rows, strict=True):
                interpreter.set_tensor(detail["index"], row[np.newaxis])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(output["index"]).astype(np.float32))
        raw = np.concatenate(answers)
        return (raw - zero_point) * scale if scale else raw

    return run_file
