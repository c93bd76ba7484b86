"""``tfbert-edge doctor``."""

from __future__ import annotations

import json
from importlib import metadata

from tfbert_edge.cli.main import run


def test_doctor_as_json_says_versions_as_installed(capsys):
    assert run(["doctor", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["versions"]["numpy"] == metadata.version("numpy")
    assert found["host"]["cores"] >= 1
    assert found["export"] is None


def test_doctor_without_the_train_extra_prints_the_line_that_installs_it(capsys, monkeypatch):
    installed = metadata.version

    def version(package):
        if package == "tensorflow":
            raise metadata.PackageNotFoundError(package)
        return installed(package)

    monkeypatch.setattr("tfbert_edge.host.metadata.version", version)

    assert run(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "missing    tensorflow" in said
    assert 'pip install "tfbert-edge[train]"' in said


def test_doctor_without_a_base_package_returns_1(capsys, monkeypatch):
    def version(package):
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr("tfbert_edge.host.metadata.version", version)

    assert run(["doctor"]) == 1
    assert "pip install tfbert-edge" in capsys.readouterr().out
