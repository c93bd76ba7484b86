#!/usr/bin/env bash
# Builds the wheel, installs it with the base dependencies alone into a fresh environment elsewhere, and answers there
# with a bundle that a tiny recipe made here. PYTHON: a Python of the development environment.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a step; its output is shown only when it fails.
quietly() {
  echo "wheel-test: $1"
  shift
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

# By way of an sdist, so that no leftover of an earlier build gets in. Without isolation: setuptools is of the dev extra,
# so nothing is fetched.
quietly "build" "$python" -m build --no-isolation --outdir "$work/dist" .
quietly "make a bundle from a tiny recipe" "$python" -m pytest -q --basetemp "$work/run" \
  tests/integration/test_run.py -k every_folder_of_the_artifact_contract
bundle=$work/run/whole0/run/bundle.zip
model=$(dirname "$bundle")/export/int8.tflite

quietly "install the wheel elsewhere" "$python" -m venv "$work/venv"
quietly "base dependencies only" "$work/venv/bin/python" -m pip install "$work"/dist/*.whl

cd "$work" # away from the sources, so that the installed package is what is tested
"$work/venv/bin/python" - "$bundle" <<'PYTHON'
import importlib.util
import sys
from pathlib import Path

import tfbert_edge

where = Path(tfbert_edge.__file__)
assert "site-packages" in where.parts, where
for absent in ("tensorflow", "tf_keras", "transformers", "torch", "datasets"):
    assert importlib.util.find_spec(absent) is None, f"{absent} is installed with the base dependencies"
assert list((where.parent / "recipe" / "builtin").glob("*.yaml")), "the builtin recipes are not in the wheel"

from tfbert_edge.runtime.golden import check_golden
from tfbert_edge.runtime.predictor import Predictor

answer = Predictor.from_bundle(sys.argv[1])("the film is great and the plot is lovely")
assert answer.label == "positive", answer
assert "tensorflow" not in sys.modules
print(f"wheel-test: {where.parent} answers {answer.label} ({answer.score:.2f})")
PYTHON
bin=$work/venv/bin/tfbert-edge
"$bin" --version >/dev/null
"$bin" recipes list >/dev/null
"$bin" doctor >/dev/null
"$bin" audit "$model" >/dev/null
"$bin" benchmark "$model" --runs 10 >/dev/null 2>&1
echo "the plot is awful" | "$bin" predict "$bundle" 2>/dev/null | grep -q '"label": "negative"'
# The app's sources are not in the wheel; what says so needs no phone.
if "$bin" android "$bundle" >"$work/log" 2>&1 || ! grep -q "not in its wheel" "$work/log"; then
  cat "$work/log"; echo "android must say where the app's sources are"; exit 1
fi
# What needs TensorFlow says how to get it, in one line.
if "$bin" train rotten-tomatoes --output "$work/x" >"$work/log" 2>&1; then
  echo "training without the train extra must fail"; exit 1
fi
grep -q 'pip install "tfbert-edge\[train\]"' "$work/log" || { cat "$work/log"; exit 1; }
echo "wheel-test: passed"
