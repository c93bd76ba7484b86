"""A phone that is a folder, an adb that speaks to it, and a bundle whose model nobody runs."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tfbert_edge.runtime.interpreter import TensorInfo
from tfbert_edge.runtime.manifest import FileRecord, Manifest
from tfbert_edge.runtime.tokenizer import TokenizerSettings

SERIAL = "R58M123ABCD"
DETAILS = "usb:1-4 product:one model:Pixel_7 device:panther transport_id:3"
EXAMPLES = 8


class ScriptedPhone:
    """What is connected, and what goes wrong; `set` changes it for the next command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("tmp", "app"):
            (folder / name).mkdir(parents=True)
        times = {"p50": 8.0, "p90": 9.0, "p99": 12.0, "mean": 8.5}
        self.state: dict[str, Any] = {
            "connected": [{"serial": SERIAL, "state": "device", "details": DETAILS}],
            "installed": True,
            "metrics": {"accuracy": 0.875, "f1_macro": 0.86},
            "latency_ms": {
                str(threads): {name: value / threads for name, value in times.items()}
                for threads in (1, 2, 4)
            },
        }
        self.set()

    def set(self, **changes: Any) -> None:
        self.state |= changes
        (self.folder / "phone.json").write_text(json.dumps(self.state))

    @property
    def commands(self) -> list[list[str]]:
        """Every command line that adb had, without its own name."""
        log = self.folder / "log.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def files(self) -> list[str]:
        """What lies on the phone."""
        return sorted(
            str(path.relative_to(self.folder))
            for name in ("tmp", "app")
            for path in (self.folder / name).rglob("*")
            if path.is_file()
        )


def install_scripted_adb(binaries: Path) -> None:
    """Put the scripted adb into a folder for the PATH."""
    binaries.mkdir()
    adb = binaries / "adb"
    program = Path(__file__).with_name("scripted_adb.py")
    adb.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "{program}" "$@"\n')
    adb.chmod(0o755)


@pytest.fixture
def phone(tmp_path, monkeypatch) -> ScriptedPhone:
    """The only adb on the PATH is the scripted one; one phone is connected, with the app on it."""
    install_scripted_adb(tmp_path / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"]))
    monkeypatch.setenv("SCRIPTED_ADB", str(tmp_path / "phone"))
    for name in ("ANDROID_SERIAL", "ANDROID_HOME", "ANDROID_SDK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tfbert_edge.device.session.POLL_SECONDS", 0.01)
    return ScriptedPhone(tmp_path / "phone")


@pytest.fixture
def make_bundle(tmp_path):
    """Write a bundle folder that holds what a phone needs, with a model of a few bytes."""

    def make(folder: str = "run/bundle", *, examples: int = EXAMPLES, **figures: Any) -> Path:
        evaluation = {"examples": examples, "primary_metric": "accuracy"}
        evaluation["metrics"] = {"accuracy": 0.875, "f1_macro": 0.87}
        tensors = [
            TensorInfo(role, "int32", (1, 16), 0.0, 0, role) for role in ("ids", "segment_ids", "mask")
        ]
        contents = {
            "model.tflite": b"\x1c\x00\x00\x00TFL3" + bytes(range(256)),
            "vocab.txt": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngood\n",
            "labels.txt": b"negative\npositive\n",
            "golden.jsonl": b"{}\n",
            "README.md": b"# Tiny\n",
        }
        if examples:
            contents["eval.jsonl"] = b'{"id": "1", "text": "good", "label": "positive"}\n' * examples
        manifest = Manifest(
            task="classification",
            labels=("negative", "positive"),
            form="int8",
            sequence_length=16,
            inputs=tuple(tensors),
            outputs=(TensorInfo("probabilities", "uint8", (1, 2), 1 / 256, 0),),
            tokenizer=TokenizerSettings(max_length=16),
            figures={
                "latency": {"1": {"p50_ms": 2.5, "p90_ms": 3.5, "p99_ms": 4.0}},
                "evaluation": evaluation,
            }
            | figures,
        )
        place = tmp_path / folder
        place.mkdir(parents=True)
        for name, content in contents.items():
            (place / name).write_bytes(content)
        files = {name: FileRecord.of(content) for name, content in contents.items()}
        replace(manifest, files=files).write(place)
        return place

    return make
