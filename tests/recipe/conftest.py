"""Recipes written to a file, and the mistakes that are found in them."""

from __future__ import annotations

import pytest

from tfbert_edge.errors import RecipeError
from tfbert_edge.recipe import load_recipe


@pytest.fixture
def write(tmp_path):
    def writer(text: str) -> str:
        path = tmp_path / "recipe.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return writer


@pytest.fixture
def mistakes():
    """``mistakes(path, overrides)``: the lines of the error that loading raises, R standing for the path."""

    def found(path: str, overrides=()) -> list[str]:
        with pytest.raises(RecipeError) as caught:
            load_recipe(path, overrides)
        return [line.strip().replace(path, "R") for line in str(caught.value).splitlines()[1:]]

    return found
