"""Hub ids with config, split and revision, fetched from a hub on this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CARD = b"""---
configs:
- config_name: short
  data_files:
  - {split: train, path: short/train.csv}
  - {split: dev, path: short/dev.csv}
- config_name: long
  data_files:
  - {split: train, path: long.csv}
---
"""

# In a process of its own: the hub's client reads its address once.
PROGRAM = """
import json, sys
from tfbert_edge.data.sources import load_examples
from tfbert_edge.errors import DataError
from tfbert_edge.recipe.schema import Recipe
for train, validation in json.loads(sys.argv[1]):
    recipe = Recipe.model_validate({
        "name": "x", "task": {"type": "classification"}, "model": {"checkpoint": "x"},
        "data": {"train": train, "validation": validation},
    })
    try:
        splits = load_examples(recipe.data, recipe.task, seed=1)
        found = [splits.train.texts, splits.validation.texts]
    except DataError as error:
        found = str(error)
    print("\\n" + json.dumps(found))
"""


def files(revision: str) -> dict[str, bytes]:
    def rows(name: str) -> bytes:
        return f"text,label\n{revision} {name} 1,0\n{revision} {name} 2,1\n".encode()

    return {
        "README.md": CARD,
        "short/train.csv": rows("short train"),
        "short/dev.csv": rows("short dev"),
        "long.csv": rows("long train"),
    }


def source(**settings: str) -> dict[str, str]:
    return {"path": "someone/reviews", **settings}


DEV = source(config="short", split="dev", revision="v1")
ASKED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "main": (source(config="short"), DEV),
    "commit": (source(config="long", revision="v1"), DEV),
    "no config": (source(), DEV),
    "no such config": (source(config="wide"), DEV),
    "no such split": (source(config="short", split="test"), DEV),
    "no such revision": (source(config="short", revision="v9"), DEV),
    "no such data set": ({"path": "someone/nothing"}, DEV),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was loaded, or the message, for each of ``ASKED``."""
    spec = importlib.util.spec_from_file_location("hub", Path(__file__).with_name("hub.py"))
    assert spec is not None and spec.loader is not None
    hub = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hub)
    with hub.serve({"someone/reviews": {"main": files("main"), "v1": files("v1")}}) as address:
        settings = {
            "HF_ENDPOINT": address,
            "HF_HOME": str(tmp_path_factory.mktemp("hub")),
            "HF_HUB_OFFLINE": "0",
            "HF_DATASETS_OFFLINE": "0",
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(list(ASKED.values()))],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    return dict(zip(ASKED, answers, strict=True))


def test_hub_id_with_config_split_and_revision_gives_their_rows(found):
    train, validation = found["main"]

    assert train == ["main short train 1", "main short train 2"]
    assert validation == ["v1 short dev 1", "v1 short dev 2"]


def test_hub_id_with_another_config_and_revision_gives_its_rows(found):
    assert found["commit"][0] == ["v1 long train 1", "v1 long train 2"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("no config", ["config None", "'short', 'long'", "Set data.train.config"]),
        ("no such config", ["config 'wide'", "'short', 'long'", "Set data.train.config"]),
        ("no such split", ["split 'test'", "'train', 'dev'", "data.train.split"]),
        ("no such revision", ["Revision 'v9' doesn't exist", "data.train.path and data.train.revision"]),
        (
            "no such data set",
            ["'someone/nothing' is no file here", "Correct data.train.path, or bring the files"],
        ),
    ],
)
def test_hub_id_without_what_was_asked_names_what_there_is_and_the_setting(found, asked, expected):
    assert [part for part in expected if part not in found[asked]] == [], found[asked]
