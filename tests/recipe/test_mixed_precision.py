from __future__ import annotations

import pytest

from tfbert_edge.errors import RecipeError
from tfbert_edge.recipe import load_recipe


def test_load_recipe_with_mixed_precision_that_comes_to_nothing_says_so_before_anything_runs(tmp_path):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "export: {forms: [int8, int4]}\n"
        "compress:\n"
        "  - {method: mixed_precision, int4_share: 0.5}\n"
        "  - {method: quantize_aware}\n"
    )
    path = tmp_path / "recipe.yaml"

    def write(text):
        path.write_text(text, encoding="utf-8")
        return path

    def mistakes(written):
        with pytest.raises(RecipeError) as caught:
            load_recipe(written)
        return str(caught.value).splitlines()[1:]

    load_recipe(write(text))

    (neither,) = mistakes(write(text.replace(", int4_share: 0.5", "")))
    (both,) = mistakes(write(text.replace("0.5", "0.5, size_bytes: 1000")))
    (share,) = mistakes(write(text.replace("0.5", "1.5")))
    (untrained,) = mistakes(write(text.replace("  - {method: quantize_aware}\n", "")))
    (undone,) = mistakes(write(text.replace("quantize_aware}", "prune_heads, amount: 0.5}")))
    (unused,) = mistakes(write(text.replace("int8, int4", "int8")))
    (unplanned,) = mistakes(write(text.replace("  - {method: mixed_precision, int4_share: 0.5}\n", "")))

    assert "compress.0: one of size_bytes and int4_share must be given, neither is" in neither
    assert "compress.0: one of size_bytes and int4_share must be given, both are" in both
    assert "compress.0.int4_share: must be at most 1, was 1.5" in share
    assert "compress.0: mixed_precision must stand right before quantize_aware" in untrained
    assert "compress.0: mixed_precision must stand right before quantize_aware" in undone
    assert "compress.0: mixed_precision is for the form int4: add it to export.forms" in unused
    assert "export.forms: the form int4 needs the compress step mixed_precision" in unplanned
