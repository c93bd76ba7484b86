"""Pruning that starts from the pretrained network instead of the fine-tuned one."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file

from tfbert_edge.cli.main import run


def matrices(folder) -> dict[str, np.ndarray]:
    """The encoder's matrices."""
    weights = load_file(folder / "model.safetensors")
    return {
        name.removeprefix("bert."): array
        for name, array in weights.items()
        if "encoder.layer." in name and array.ndim == 2 and name.endswith("weight")
    }


@pytest.mark.parametrize(
    "step",
    [
        {"method": "prune_weights", "sparsity": 0.5},
        {"method": "prune_movement", "remaining": 0.5, "score_learning_rate": 1e-2},
    ],
    ids=["magnitude", "movement"],
)
def test_pruned_network_has_pretrained_weights_where_training_moves_nothing(
    step, make_recipe, tiny_bert_folder, tmp_path
):
    still = {"epochs": 2, "batch_size": 8, "learning_rate": 1e-12, "start": "pretrained"}
    recipe = make_recipe(tmp_path, training={"epochs": 1}, compress=[{**step, **still}])
    assert run(["train", str(recipe)]) == 0
    assert run(["compress", str(tmp_path / "run")]) == 0
    pretrained, trained = matrices(tiny_bert_folder), matrices(tmp_path / "run" / "train" / "model")

    pruned = matrices(tmp_path / "run" / "compress" / f"01-{step['method']}" / "model")

    assert pruned.keys() == pretrained.keys()
    for name, kernel in pruned.items():
        stays = kernel != 0
        assert stays.sum() == kernel.size // 2, name
        np.testing.assert_allclose(kernel[stays], pretrained[name][stays], rtol=0, atol=1e-8, err_msg=name)
        assert np.abs(kernel[stays] - trained[name][stays]).max() > 1e-6, name
