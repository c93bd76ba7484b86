"""Which of several processes writes the run."""

from __future__ import annotations

import json

import pytest

from tfbert_edge.stages.workers import is_first_worker

WORKERS = {"worker": ["a:1", "b:1"]}


@pytest.mark.parametrize(
    ("config", "first"),
    [
        (None, True),
        ({"cluster": WORKERS, "task": {"type": "worker", "index": 0}}, True),
        ({"cluster": WORKERS, "task": {"type": "worker", "index": 1}}, False),
        ({"cluster": {"chief": ["c:1"], **WORKERS}, "task": {"type": "worker", "index": 0}}, False),
        ({"cluster": {"chief": ["c:1"], **WORKERS}, "task": {"type": "chief", "index": 0}}, True),
    ],
)
def test_is_first_worker_follows_tf_config(monkeypatch, config, first):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))

    assert is_first_worker() is first
