"""Several workers compute what one computes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfbert_edge._keras import tf
from tfbert_edge.errors import TrainingError
from tfbert_edge.training.distribution import is_chief, local_shards, make_strategy


def test_two_workers_give_the_losses_and_weights_of_one(program, start_training, free_ports, tmp_path):
    hosts = [f"localhost:{port}" for port in free_ports(2)]
    folder = tmp_path / "snapshots"
    processes = [
        start_training(
            f"worker{index}.npz",
            environment={
                "TF_CONFIG": json.dumps(
                    {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
                )
            },
            dropout=0.0,
            strategy="multi_worker",
            examples=29,  # the last batch of 5 leaves one worker a row of weight 0
            epochs=1,
            folder=str(folder if index == 0 else tmp_path / "nothing"),
        )
        for index in range(2)
    ]
    try:
        outputs = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, output in zip(processes, outputs, strict=True):
        assert process.returncode == 0, output[-3000:]

    model, losses, _ = program.train(dropout=0.0, examples=29, epochs=1)
    for index in range(2):
        with np.load(tmp_path / f"worker{index}.npz") as result:
            np.testing.assert_allclose(result["losses"], losses, rtol=0, atol=1e-5)
            for number, variable in enumerate(model.trainable_variables):
                np.testing.assert_allclose(
                    result[f"{number:03d}"], variable.numpy(), rtol=0, atol=1e-5, err_msg=variable.name
                )
    assert list(folder.glob("step-*")) and not (tmp_path / "nothing").exists()


def test_two_mirrored_replicas_with_accumulation_give_the_losses_and_weights_of_one(
    program, start_training, tmp_path
):
    settings = {"dropout": 0.0, "examples": 29, "epochs": 1, "accumulate": 2}
    process = start_training("mirrored.npz", strategy="mirrored on two", **settings)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output[-3000:]
    model, losses, _ = program.train(**settings)
    with np.load(tmp_path / "mirrored.npz") as result:
        np.testing.assert_allclose(result["losses"], losses, rtol=0, atol=1e-5)
        for number, variable in enumerate(model.trainable_variables):
            np.testing.assert_allclose(result[f"{number:03d}"], variable.numpy(), rtol=0, atol=1e-5)


def test_make_strategy_auto_without_tf_config_is_one_device(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    strategy = make_strategy("auto")
    assert strategy.num_replicas_in_sync == 1
    assert is_chief(strategy) and list(local_shards(strategy)) == [0]


def test_make_strategy_mirrored_on_one_device_reads_its_one_shard():
    strategy = make_strategy("mirrored")
    assert isinstance(strategy, tf.distribute.MirroredStrategy)
    assert list(local_shards(strategy)) == list(range(strategy.num_replicas_in_sync))


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("parallel", None, "auto, mirrored, multi_worker, tpu, was 'parallel'"),
        ("multi_worker", None, "TF_CONFIG, which is not set"),
        ("auto", "{", "TF_CONFIG must be JSON"),
    ],
)
def test_make_strategy_with_bad_input_says_what_to_set(monkeypatch, name, config, message):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config:
        monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(TrainingError, match=message):
        make_strategy(name)
