"""What may be imported without TensorFlow, each said by a fresh process."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = ("tensorflow", "tf_keras", "keras", "transformers", "torch")


@pytest.mark.parametrize(
    "module",
    [
        "tfbert_edge",
        "tfbert_edge.runtime",
        "tfbert_edge.validate",
        "tfbert_edge.cli",
        "tfbert_edge.data.sources",
        "tfbert_edge.device.app",
        "tfbert_edge.device.session",
        "tfbert_edge.device.tables",
        "tfbert_edge.recipe",
        "tfbert_edge.report",
        "tfbert_edge.tasks",
        "export.audit",
        "tfbert_edge.models.config",
        "tfbert_edge.models.checkpoint_resolve",
    ],
)
def test_import_of_light_module_leaves_tensorflow_out(module):
    program = f"import sys, {module}; print(*[name for name in {_HEAVY} if name in sys.modules])"

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=600
    )

    assert (answer.returncode, answer.stdout.strip()) == (0, ""), answer.stderr


def test_help_answers_without_numerics_and_without_the_packages_of_any_command():
    # What makes --help slow is what it imports: with these it takes seconds.
    slow = ("numpy", "pydantic", "tokenizers", "ai_edge_litert", "datasets", "matplotlib", "sklearn", *_HEAVY)
    program = (
        "import sys; from tfbert_edge.cli.main import run; code = run(['--help']); "
        f"print('loaded', code, *[name for name in {slow} if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600)

    assert "doctor" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "loaded 0", answer.stdout + answer.stderr


def test_import_of_tensorflow_first_without_legacy_keras_is_refused_with_the_remedy():
    program = "import os; os.environ.pop('TF_USE_LEGACY_KERAS', 0); import tensorflow, tfbert_edge._keras"

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )

    assert answer.returncode == 1
    assert "set TF_USE_LEGACY_KERAS=1 in the environment" in answer.stderr
