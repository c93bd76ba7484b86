"""``export`` is a plain name; what shadows it must be named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    "from tfbert_edge.stages.exporter import import_export; print(import_export('export.audit').__file__)"
)


def run(folder: Path, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
    # -c puts the working folder first on the path, as a notebook or a script there would.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_import_export_with_nothing_in_the_way_finds_the_package(tmp_path):
    assert run(tmp_path).stdout.strip() == str(ROOT / "export" / "audit.py")


@pytest.mark.parametrize("shadow", ["export.py", "export/__init__.py"])
def test_import_export_with_another_export_first_names_its_file(tmp_path, shadow):
    path = tmp_path / shadow
    path.parent.mkdir(exist_ok=True)
    path.write_text("")

    answer = run(tmp_path)

    assert answer.returncode != 0
    assert str(path) in answer.stderr
    assert "shadows the package of tfbert-edge" in answer.stderr


def test_import_export_with_a_mere_folder_of_that_name_finds_the_package(tmp_path):
    (tmp_path / "export").mkdir()

    assert run(tmp_path).stdout.strip() == str(ROOT / "export" / "audit.py")


def test_import_export_from_the_scripts_folder_passes_by_its_own_export_script():
    assert run(ROOT / "scripts").stdout.strip() == str(ROOT / "export" / "audit.py")
