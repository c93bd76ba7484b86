"""Sources written for one test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfbert_edge.data.sources import Splits, load_examples
from tfbert_edge.recipe.schema import Recipe


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """``write(name, text_or_bytes)`` in a fresh working directory."""
    monkeypatch.chdir(tmp_path)

    def writer(name: str, content: str | bytes) -> str:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return writer


@pytest.fixture
def load() -> Callable[..., Splits]:
    """``load(train, task=..., seed=..., **data)`` as a recipe would."""

    def loader(
        train: dict[str, Any] | str, *, task: dict[str, Any] | None = None, seed: int = 1, **data: Any
    ) -> Splits:
        source = {"path": train} if isinstance(train, str) else train
        recipe = Recipe.model_validate(
            {
                "name": "x",
                "task": task or {"type": "classification"},
                "model": {"checkpoint": "x"},
                "data": {"train": source, "validation": {"holdout": 2}, **data},
            }
        )
        return load_examples(recipe.data, recipe.task, seed=seed)

    return loader
